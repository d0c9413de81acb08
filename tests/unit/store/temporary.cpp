#include "catch.h"

#include "store/postgresql.h"
#include "store/sqlite.h"
#include "unit/store/temporary.h"

#include <soci/soci.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace fs = std::filesystem;
using namespace mailquotad::store;

TemporaryFolder::TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "mailquotad-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

namespace {

std::string test_server() {
    const char* const url = std::getenv("MAILQUOTAD_TEST_POSTGRESQL");
    return url == nullptr ? "" : url;
}

} // namespace

bool TemporaryFolder::is_postgresql() {
    return !test_server().empty();
}

Place TemporaryFolder::place() const {
    if (!is_postgresql())
        return {.folder = path_};
    std::string schema = path_.filename().string();
    std::transform(schema.begin(), schema.end(), schema.begin(),
                   [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::tolower(c)); });
    connect_postgresql({.postgresql_url = test_server()}, false)->sql() << "CREATE SCHEMA IF NOT EXISTS " + schema;
    return {.postgresql_url = test_server() + "?options=-csearch_path%3D" + schema};
}

std::unique_ptr<Connection> TemporaryFolder::connect() const {
    return is_postgresql() ? connect_postgresql(place(), false) : connect_sqlite(path_, Inspection::whole);
}

OutboxRow mail(const std::string& message_id) {
    OutboxRow row;
    row.mailbox = "kim";
    row.recipient = Recipient::owner;
    row.kind = mailquotad::NotificationKind::warning;
    row.stage = mailquotad::Stage::urgent;
    row.episode = 3;
    row.message_id = message_id;
    row.to = {"kim@privat.example"};
    row.text = "Subject: x\r\n\r\nText\r\n";
    row.created_at = kNoon;
    row.not_before = kNoon;
    return row;
}

pid_t start_child(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    int status = 0;
    try {
        work();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "child: %s\n", error.what());
        status = 1;
    }
    ::_exit(status);
}

int wait_for(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int in_child(const std::function<void()>& work) {
    return wait_for(start_child(work));
}

Pipe::Pipe() {
    if (::pipe(ends_.data()) != 0)
        throw std::runtime_error("cannot make a pipe");
}

Pipe::~Pipe() {
    for (const int end : ends_)
        if (end >= 0)
            ::close(end);
}

void Pipe::tell(char what) const {
    if (::write(ends_[1], &what, 1) != 1)
        throw std::runtime_error("cannot write to the pipe");
}

char Pipe::hear() const {
    char what = 0;
    return ::read(ends_[0], &what, 1) == 1 ? what : '\0';
}

std::string Pipe::rest() {
    ::close(ends_[1]);
    ends_[1] = -1;
    std::string said;
    while (const char what = hear())
        said += what;
    return said;
}

void become_nobody() {
    constexpr ::uid_t kNobody = 65'534;
    if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0))
        throw std::runtime_error("cannot give up the rights of root");
}

std::string store_error(const std::function<void()>& work) {
    try {
        work();
    } catch (const StoreError& error) {
        return error.what();
    }
    throw std::runtime_error("no StoreError was thrown");
}

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}
