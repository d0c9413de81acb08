// How the C library's allocator keeps what the program gives back.
#pragma once

namespace mailquotad::os {

/// For a program that runs for years with many threads: they share two pools of memory instead of one each, and large
/// blocks go back to the system at once. Holds for the whole process, from the first thread started afterwards.
void share_memory_among_threads() noexcept;

/// After many small pieces were given back at once: whatever pages are free within the pools go to the system, too.
/// Takes some 3 ms for every 10 MiB in use, during which other threads may have to wait for memory.
void give_back_free_memory() noexcept;

} // namespace mailquotad::os
