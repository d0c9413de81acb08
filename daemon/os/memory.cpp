#include "os/memory.h"

#include <malloc.h>

namespace mailquotad::os {

void share_memory_among_threads() noexcept {
    // By default glibc makes eight pools a core, and none of them ever gives back what another one could use: what a
    // worker needed once for a large mailbox, or a thread of the HTTP server for a page, stays with that thread.
    ::mallopt(M_ARENA_MAX, 2);
    // Setting it keeps it: by default it grows with what is freed, and large pages then tear holes into the pools.
    ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

void give_back_free_memory() noexcept {
    ::malloc_trim(0);
}

} // namespace mailquotad::os
