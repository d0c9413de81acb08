#include "catch.h"
#include "settings/command_output.h"
#include "settings/secret_reader.h"
#include "temporary_folder.h"

#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

using namespace mailquotad;
using namespace mailquotad::settings;
using Form = SecretReference::Form;
using fs_perms = std::filesystem::perms;

namespace {

struct Result {
    std::string secret;
    std::string error;
    std::vector<std::string> warnings;
};

Result read(const SecretReference& reference, const SecretPlaces& places = {}) {
    Result result;
    const auto read = read_secret(reference, places, result.warnings);
    if (const auto* secret = std::get_if<Secret>(&read))
        result.secret = secret->reveal();
    else
        result.error = std::get<SecretError>(read).message;
    return result;
}

Result read_file(const std::filesystem::path& path) {
    return read({Form::file, path.string(), {}});
}

Result run(const std::vector<std::string>& command) {
    return read({Form::command, "", command});
}

Result shell(const std::string& script) {
    return run({"/bin/sh", "-c", script});
}

CommandFailure failure(const std::vector<std::string>& argv, const CommandLimits& limits = {}) {
    const auto output = command_output(argv, limits);
    REQUIRE(std::holds_alternative<CommandFailure>(output));
    return std::get<CommandFailure>(output);
}

} // namespace

TEST_CASE("a credential is looked for in its folder first, then in the service manager's") {
    const TemporaryFolder folder;
    const SecretPlaces places{folder.path() / "own", folder.path() / "service"};
    folder.write("service/kim", "second\n");
    CHECK(read({Form::credential, "kim", {}}, places).secret == "second");
    folder.write("own/kim", "first\nnot this\n");
    CHECK(read({Form::credential, "kim", {}}, places).secret == "first");
}

TEST_CASE("a credential that is nowhere names both places and what to do") {
    const TemporaryFolder folder;
    const auto result = read({Form::credential, "kim", {}}, {folder.path() / "a", folder.path() / "b"});
    CHECK_THAT(result.error, ContainsSubstring((folder.path() / "a").string()));
    CHECK_THAT(result.error, ContainsSubstring((folder.path() / "b").string()));
    CHECK_THAT(result.error, ContainsSubstring("write the password into a file"));
}

TEST_CASE("a credential that is encrypted for the service alone is told so, not that there is none") {
    const TemporaryFolder folder;
    const SecretPlaces places{folder.path() / "mailquotad/credentials", {}};
    folder.write("credstore.encrypted/kim", "sealed");
    const std::string error = read({Form::credential, "kim", {}}, places).error;
    CHECK_THAT(error, ContainsSubstring("credstore.encrypted/kim\""));
    CHECK_THAT(error, ContainsSubstring("--from-daemon"));
    folder.write("mailquotad/credentials/kim", "typed\n");
    CHECK(read({Form::credential, "kim", {}}, places).secret == "typed");
}

TEST_CASE("a credential never leaves its folder") {
    const TemporaryFolder folder;
    folder.write("secret", "x\n");
    const auto result = read({Form::credential, "../secret", {}}, {folder.path() / "a", {}});
    CHECK(result.secret.empty());
    CHECK_THAT(result.error, ContainsSubstring("without a path"));
}

TEST_CASE("the first line of a file is the secret, without its line end, spaces kept") {
    const TemporaryFolder folder;
    CHECK(read_file(folder.write("a", "pass word \n")).secret == "pass word ");
    CHECK(read_file(folder.write("b", "password\r\nmore")).secret == "password");
    CHECK(read_file(folder.write("c", "password")).secret == "password");
}

TEST_CASE("a file that is no password is refused with its name and a reason") {
    const TemporaryFolder folder;
    CHECK_THAT(read_file(folder.path() / "none").error, ContainsSubstring("does not exist"));
    CHECK_THAT(read_file(folder.write("empty", "")).error, ContainsSubstring("is empty"));
    CHECK_THAT(read_file(folder.write("blank", "\npassword\n")).error, ContainsSubstring("is empty"));
    CHECK_THAT(read_file(folder.write("zero", std::string("pass\0word", 9))).error, ContainsSubstring("zero byte"));
    CHECK_THAT(read_file(folder.write("large", std::string(65537, 'x'))).error, ContainsSubstring("64 KiB"));
    CHECK_THAT(read_file(folder.path()).error, ContainsSubstring("cannot be read: Is a directory"));
    CHECK_THAT(read_file(folder.write("name", "")).error, ContainsSubstring((folder.path() / "name").string()));
    CHECK(read_file(folder.write("limit", std::string(65536, 'x'))).error.empty());
}

TEST_CASE("a file that the world can read yields a warning, one of the group does not") {
    const TemporaryFolder folder;
    CHECK(read_file(folder.write("group", "x", fs_perms(0640))).warnings.empty());
    const auto open = read_file(folder.write("world", "x", fs_perms(0644)));
    REQUIRE(open.warnings.size() == 1);
    CHECK_THAT(open.warnings[0], ContainsSubstring("every user"));
    CHECK(open.secret == "x");
}

TEST_CASE("a named pipe serves as a file") {
    const TemporaryFolder folder;
    const auto pipe = folder.path() / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::thread writer([&] { std::ofstream(pipe) << "from a pipe\n"; });
    const auto result = read_file(pipe);
    writer.join();
    CHECK(result.secret == "from a pipe");
}

TEST_CASE("an environment variable is read, and its absence told") {
    ::setenv("SETTINGS_TEST_SECRET", "hidden", 1);
    CHECK(read({Form::env, "SETTINGS_TEST_SECRET", {}}).secret == "hidden");
    ::unsetenv("SETTINGS_TEST_SECRET");
    const auto result = read({Form::env, "SETTINGS_TEST_SECRET", {}});
    CHECK_THAT(result.error, ContainsSubstring("\"SETTINGS_TEST_SECRET\" is not set"));
}

TEST_CASE("a command's first line is the secret") {
    CHECK(shell("printf 'secret\\nurl: x\\n'").secret == "secret");
    CHECK(run({"printf", "%s", "a b;$HOME"}).secret == "a b;$HOME");
}

TEST_CASE("a command has no stdin and none of our files") {
    CHECK(shell("read line || echo none").secret == "none");
    const TemporaryFolder folder;
    const std::ofstream leaked(folder.path() / "leaked");
    CHECK(shell("ls -l /proc/self/fd | grep -c leaked; true").secret == "0");
}

TEST_CASE("a command that fails is told with its exit code and without its arguments") {
    const auto result = run({"/bin/sh", "-c", "echo wrong; exit 7 # hunter2"});
    CHECK_THAT(result.error, ContainsSubstring("\"/bin/sh\" failed with exit code 7"));
    CHECK(result.error.find("hunter2") == std::string::npos);
    CHECK(result.error.find("wrong") == std::string::npos);
    CHECK_THAT(run({"/nonexistent/program"}).error, ContainsSubstring("cannot be started: No such file"));
    CHECK_THAT(shell("kill -9 $$").error, ContainsSubstring("signal 9"));
    CHECK_THAT(shell("true").error, ContainsSubstring("is empty"));
    CHECK_THAT(run({}).error, ContainsSubstring("empty"));
}

TEST_CASE("a command may print at most 64 KiB") {
    CHECK_THAT(shell("head -c 70000 /dev/zero | tr '\\0' x; sleep 60").error, ContainsSubstring("64 KiB"));
    CHECK(failure({"yes"}).kind == CommandFailure::Kind::too_large);
}

TEST_CASE("a command that hangs is killed with all that it started") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "pid";
    const auto result = failure({"/bin/sh", "-c", "sleep 1000 & echo $! >" + file.string() + "; wait"},
                                {.time = std::chrono::milliseconds(300), .bytes = 100});
    CHECK(result.kind == CommandFailure::Kind::timeout);
    int grandchild = 0;
    std::ifstream(file) >> grandchild;
    REQUIRE(grandchild > 0);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto state = [&] { // a zombie waits for init and is as good as gone
        const auto status = content_of("/proc/" + std::to_string(grandchild) + "/stat");
        return status.empty() ? 'X' : status[status.rfind(')') + 2];
    };
    while (state() != 'X' && state() != 'Z' && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    CHECK((state() == 'X' || state() == 'Z'));
}

TEST_CASE("a helper that keeps stdout open does not hold a command up") {
    CHECK(shell("sleep 1000 & echo secret").secret == "secret");
}

TEST_CASE("the places of credentials come from the environment") {
    ::setenv("MAILQUOTAD_CREDENTIALS", "/srv/own", 1);
    ::setenv("CREDENTIALS_DIRECTORY", "/run/service", 1);
    CHECK(secret_places().credentials_folder == "/srv/own");
    CHECK(secret_places().service_credentials == "/run/service");
    ::unsetenv("MAILQUOTAD_CREDENTIALS");
    ::unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(secret_places().credentials_folder == "/etc/mailquotad/credentials");
    CHECK(secret_places().service_credentials.empty());
}
