// How soon what is written must be on the disk.
#pragma once

#include <chrono>

namespace mailquotad::store {

/// When what a transaction wrote is safe from a loss of power. Against a crash of the process it always is.
enum class Durability {
    now,  ///< when it has ended
    soon, ///< with the next transaction that waits for the disk, or when the system writes its cache by itself (Linux:
          ///< 30 s). What is lost is lost whole, the last transactions first.
};

/// While transactions follow one another, one waits for the disk at least this often.
inline constexpr std::chrono::seconds kSyncEvery{5};

} // namespace mailquotad::store
