#include "catch.h"

#include "os/service_manager.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace mailquotad;

namespace {

/// Receives what the service manager would be told.
class NotifySocket {
public:
    NotifySocket() {
        std::string folder = (std::filesystem::temp_directory_path() / "mailquotad-notify-XXXXXX").string();
        REQUIRE(mkdtemp(folder.data()) != nullptr);
        folder_ = folder;
        const std::string path = folder + "/socket";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof address.sun_path);
        path.copy(address.sun_path, path.size());
        descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~NotifySocket() {
        unsetenv("NOTIFY_SOCKET");
        ::close(descriptor_);
        std::filesystem::remove_all(folder_);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    std::string next() const {
        std::array<char, 4096> buffer{};
        const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "(nothing)";
    }

private:
    std::string folder_;
    int descriptor_ = -1;
};

} // namespace

TEST_CASE("systemd is told what happens, in its own words") {
    const NotifySocket socket;
    os::SystemdServiceManager manager;
    manager.ready();
    CHECK(socket.next() == "READY=1");
    manager.reloading();
    const std::string reloading = socket.next();
    CHECK(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(reloading.find_first_not_of("0123456789", 27) == std::string::npos);
    manager.watchdog();
    CHECK(socket.next() == "WATCHDOG=1");
    manager.stopping();
    CHECK(socket.next() == "STOPPING=1");
}

TEST_CASE("a status is one line, whatever is in its text") {
    const NotifySocket socket;
    os::SystemdServiceManager manager;
    manager.status("3 mailboxes\nREADY=1");
    const std::string told = socket.next();
    CHECK(told.starts_with("STATUS=3 mailboxes"));
    CHECK(told.find('\n') == std::string::npos);
}

TEST_CASE("without systemd nothing happens and nobody watches") {
    os::SystemdServiceManager manager;
    manager.ready();
    manager.reloading();
    manager.status("text");
    manager.watchdog();
    manager.stopping();
    CHECK_FALSE(manager.watchdog_interval());
}

TEST_CASE("the watchdog's interval comes from the environment, and only when this process is meant") {
    os::SystemdServiceManager manager;
    setenv("WATCHDOG_USEC", "30000000", 1);
    CHECK(manager.watchdog_interval() == std::chrono::seconds{30});
    setenv("WATCHDOG_PID", "1", 1);
    CHECK_FALSE(manager.watchdog_interval());
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
}
