// The targets without libFuzzer: every seed, and changes of it that are the same at each run. Usage: TARGET CHANGES
// FOLDER The input of a finding is kept beside the program.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" void __sanitizer_set_death_callback(void (*callback)());
// So that a trap is reported as a finding, too.
extern "C" const char* __asan_default_options() {
    return "handle_sigill=1:handle_abort=1";
}

namespace {

std::string current; // NOLINT: the callback has no argument

void keep_finding() {
    std::ofstream("finding-of-replay", std::ios::binary) << current;
    std::fputs("the input is kept in ./finding-of-replay\n", stderr);
}

void run(const std::string& input) {
    current = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

std::string changed(std::string text, const std::vector<std::string>& seeds, std::mt19937& random) {
    static const std::string kPieces[] = {
        "\r\n",   "\n", std::string(1, '\0'),   "\x1e", "(", ")", "{9999999999}\r\n", "\"",  "\\",    "* ",   "+ ",
        "A1 OK ", "-1", "99999999999999999999", "\xff", "[", "]", "* BYE\r\n",        "NIL", "-ERR ", "334 ", ".\r\n"};
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % std::max<std::size_t>(1, limit));
    };
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
        const std::size_t at = below(text.size());
        const std::string& other = seeds[below(seeds.size())];
        switch (below(5)) {
        case 0:
            text.insert(at, kPieces[below(std::size(kPieces))]);
            break;
        case 1:
            text.erase(at, below(20));
            break;
        case 2:
            text.insert(at, text.substr(below(text.size()), below(60)));
            break;
        case 3:
            text = text.substr(0, at) + other.substr(below(other.size()));
            break;
        default:
            if (!text.empty()) {
                text[at] = static_cast<char>(random());
            }
        }
    }
    return text.substr(0, 16384);
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> seeds;
    int changes = -1;
    if (argc == 3) {
        const std::string_view number(argv[1]);
        std::from_chars(number.data(), number.data() + number.size(), changes);
        for (const auto& file : std::filesystem::directory_iterator(argv[2])) {
            std::ifstream input(file.path(), std::ios::binary);
            seeds.emplace_back(std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>());
        }
    }
    if (changes < 0 || seeds.empty()) {
        std::fprintf(stderr, "usage: %s CHANGES-OF-EACH FOLDER-OF-SEEDS\n", argv[0]);
        return 64;
    }
    std::sort(seeds.begin(), seeds.end());
    __sanitizer_set_death_callback(&keep_finding);
    std::mt19937 random(1); // NOLINT: the same at each run
    for (const std::string& seed : seeds) {
        run(seed);
        for (int i = 0; i < changes; ++i) {
            run(changed(seed, seeds, random));
        }
    }
    std::printf("%zu inputs, no finding\n", seeds.size() * static_cast<std::size_t>(changes + 1));
    return 0;
}
