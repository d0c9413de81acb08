// How the C library's allocator keeps what the program gives back.
#pragma once

namespace mailquotad::os {

/// For a program that runs for years with many threads: they share two pools of memory instead of one each, and large
/// blocks go back to the system at once. Holds for the whole process, from the first thread started afterwards.
void share_memory_among_threads() noexcept;

} // namespace mailquotad::os
