#include "app/tty_terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <system_error>

namespace mailquotad::app {

namespace {

constexpr std::size_t kLongestLine = 4096;

/// Switches the echo of the terminal off, and on again at its end.
class NoEcho {
public:
    NoEcho() : usable_(::tcgetattr(STDIN_FILENO, &before_) == 0) { switch_off(); }
    ~NoEcho() { restore(); }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

    void switch_off() {
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        quiet.c_lflag |= ECHONL;
        if (usable_)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    void restore() {
        if (usable_)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }

private:
    termios before_{};
    bool usable_;
};

/// The signals that would end or stop this process come as readable bytes instead, for as long as this object lives.
/// No handler and nothing global: the echo can be restored before the signal does its work.
class SignalsHeld {
public:
    SignalsHeld() {
        ::sigemptyset(&held_);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
            ::sigaddset(&held_, number);
        ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
        descriptor_ = ::signalfd(-1, &held_, SFD_CLOEXEC);
        if (descriptor_ < 0) {
            ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
            throw std::system_error(errno, std::generic_category(), "signalfd");
        }
    }
    ~SignalsHeld() {
        ::close(descriptor_);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// Takes the signal that came and lets it do what it does; returns where that was no end.
    void let_happen() const {
        signalfd_siginfo came{};
        if (::read(descriptor_, &came, sizeof came) != sizeof came)
            return;
        ::raise(static_cast<int>(came.ssi_signo));
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        ::pthread_sigmask(SIG_BLOCK, &held_, nullptr);
    }

private:
    sigset_t held_{};
    sigset_t before_{};
    int descriptor_ = -1;
};

std::size_t screen_lines() {
    winsize size{};
    constexpr std::size_t kUsual = 24;
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 3 ? size.ws_row : kUsual;
}

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t");
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

} // namespace

TtyTerminal::~TtyTerminal() {
    wipe(unread_);
}

bool TtyTerminal::is_answered() const {
    return ::isatty(STDIN_FILENO) == 1;
}

void TtyTerminal::say(const std::string& text) {
    std::cerr << text << '\n' << std::flush;
}

void TtyTerminal::say_in_pages(const std::string& text, const std::string& more) {
    const std::size_t page = screen_lines() - 2;
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        say(text.substr(at, end - at));
        at = end + 1;
        if (++lines % page == 0 && at < text.size() && is_answered() && ::isatty(STDERR_FILENO) == 1 && !ask(more))
            return;
    }
}

/// A terminal hands out one line at a time, so what is read is what was answered.
std::optional<std::string> TtyTerminal::read_line() {
    for (auto end = unread_.find('\n'); end == std::string::npos; end = unread_.find('\n')) {
        char block[512];
        const auto count = ::read(STDIN_FILENO, block, sizeof block);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 || unread_.size() > kLongestLine)
            return std::nullopt;
        unread_.reserve(kLongestLine + sizeof block + 1); // never moves, so no copy of a secret is left behind
        unread_.append(block, static_cast<std::size_t>(count));
        std::fill(std::begin(block), std::end(block), '\0');
    }
    const auto end = unread_.find('\n');
    std::string line = unread_.substr(0, end);
    std::string rest = unread_.substr(end + 1);
    wipe(unread_);
    unread_ = std::move(rest);
    if (line.ends_with('\r'))
        line.pop_back();
    return line;
}

std::optional<std::string> TtyTerminal::ask(const std::string& question) {
    std::cerr << question << ' ' << std::flush;
    const auto line = read_line();
    return line ? std::optional(trimmed(*line)) : std::nullopt;
}

std::optional<Secret> TtyTerminal::ask_secret(const std::string& question) {
    SignalsHeld signals;
    NoEcho no_echo;
    std::cerr << question << ' ' << std::flush;
    while (unread_.find('\n') == std::string::npos) {
        pollfd watched[2] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                             {.fd = signals.descriptor(), .events = POLLIN, .revents = 0}};
        if (::poll(watched, 2, -1) < 0 && errno != EINTR)
            return std::nullopt;
        if (watched[1].revents != 0) {
            no_echo.restore();
            std::cerr << '\n';
            signals.let_happen();
            no_echo.switch_off(); // brought back to the foreground
            std::cerr << question << ' ' << std::flush;
        } else if (watched[0].revents != 0) {
            break;
        }
    }
    auto line = read_line();
    if (!line)
        return std::nullopt;
    Secret secret(*line);
    wipe(*line);
    return secret;
}

} // namespace mailquotad::app
