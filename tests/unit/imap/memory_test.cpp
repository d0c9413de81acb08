#include "catch.h"

#include "imap/memory.h"

using namespace mailquotad;
using namespace mailquotad::imap;

namespace {

Memory full_memory() {
    Memory memory;
    memory.discovered_at = Time{Seconds{1795287600}};
    memory.capabilities = "IMAP4REV1 QUOTA";
    memory.personal = {{"", "/"}, {"INBOX.", "."}};
    memory.foreign = {{"Öffentlich 100%/", "/"}};
    memory.root_folders = {"INBOX", "new\nline \xff"};
    memory.refuse(Refusal::size);
    memory.follow_up = true;
    memory.window = 500;
    memory.sizes[folder_key("INBOX")] = {1, 2, 3, 4, INT64_MAX, 6};
    return memory;
}

} // namespace

TEST_CASE("memory survives being written as text") {
    const Memory memory = full_memory();
    const std::string text = to_text(memory, "server kim");
    const Memory read = memory_from_text(text, "server kim");
    CHECK(to_text(read, "server kim") == text);
    CHECK(read.root_folders == memory.root_folders);
    CHECK(read.foreign.front().prefix == "Öffentlich 100%/");
    CHECK(read.sizes.at(folder_key("INBOX")) == memory.sizes.at(folder_key("INBOX")));
    CHECK(read.refuses(Refusal::size));
    CHECK_FALSE(read.refuses(Refusal::list_status));
}

TEST_CASE("memory of another server or login is not accepted") {
    const std::string text = to_text(full_memory(), "server kim");
    CHECK_FALSE(memory_from_text(text, "server kay").discovered_at);
    CHECK_FALSE(memory_from_text("", "server kim").discovered_at);
}

TEST_CASE("a corrupt memory is ignored and harms nothing") {
    const std::string text = to_text(full_memory(), "o");
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char c : {'\0', '-', '9', '%', '\n', ' '}) {
            std::string broken = text;
            broken[i] = c;
            const Memory read = memory_from_text(broken, "o");
            CHECK((read.root_folders.empty() || read.root_folders.size() <= 2));
        }
        const Memory cut = memory_from_text(text.substr(0, i), "o");
        CHECK(cut.sizes.size() <= 1);
    }
}

TEST_CASE("memory is fresh for a day, and never from the future") {
    Memory memory;
    const Time now{Seconds{1795287600}};
    CHECK_FALSE(memory.is_fresh(now));
    memory.discovered_at = now;
    CHECK(memory.is_fresh(now + Seconds{86399}));
    CHECK_FALSE(memory.is_fresh(now + Seconds{86400}));
    CHECK_FALSE(memory.is_fresh(now - Seconds{1}));
}

TEST_CASE("no folder name is stored for a size") {
    Memory memory;
    memory.sizes[folder_key("Geheim")] = {1, 1, 1, 1, 1, 0};
    CHECK(to_text(memory, "o").find("Geheim") == std::string::npos);
}
