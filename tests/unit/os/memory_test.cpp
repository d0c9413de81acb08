#include "os/memory.h"

#include "catch.h"

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mailquotad::os {
namespace {

/// How many pools the C library keeps.
std::size_t pools() {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* stream = ::open_memstream(&text, &size);
    REQUIRE(stream != nullptr);
    ::malloc_info(0, stream);
    std::fclose(stream);
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    std::size_t found = 0;
    const std::string_view told(text, size);
    for (auto at = told.find("<heap "); at != std::string_view::npos; at = told.find("<heap ", at + 1))
        ++found;
    return found;
}

TEST_CASE("many threads share two pools of memory") {
    const std::size_t before = pools(); // those that other tests left
    share_memory_among_threads();
    constexpr int threads = 12;
    std::barrier together(threads);
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&together, i] {
            std::vector<std::string> kept;
            for (int round = 0; round < 50; ++round) {
                together.arrive_and_wait();
                kept.emplace_back(std::size_t{1000} * static_cast<std::size_t>(i + 1), 'x');
            }
        });
    for (std::thread& thread : running)
        thread.join();
    CHECK(pools() <= std::max<std::size_t>(before, 2));
}

} // namespace
} // namespace mailquotad::os
