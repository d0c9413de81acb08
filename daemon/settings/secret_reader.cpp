#include "settings/secret_reader.h"

#include "settings/command_output.h"
#include "settings/descriptor.h"
#include "settings/encrypted_credential.h"
#include "settings/environment.h"
#include "settings/problems.h"
#include "settings/values.h"

#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>

namespace mailquotad::settings {

namespace fs = std::filesystem;
using Read = std::variant<Secret, SecretError>;

namespace {

constexpr std::size_t kMaxSecretBytes = 64UL * 1024;
constexpr int kPatienceMilliseconds = 30'000;

/// Text that may hold a secret: wiped at the end.
struct Wiped {
    std::string text;
    ~Wiped() { wipe(text); }
};

std::string error_text(int error) {
    return std::generic_category().message(error);
}

/// The first line of what was found at `place`.
Read first_line(std::string_view text, const std::string& place) {
    if (text.size() > kMaxSecretBytes)
        return SecretError{place + " is larger than 64 KiB, so it is no password; only its first line is used"};
    auto line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (line.empty())
        return SecretError{place + " is empty; its first line must be the password"};
    if (line.find('\0') != std::string_view::npos)
        return SecretError{place + " holds a zero byte, so it is no text; its first line must be the password"};
    return Secret(std::string(line));
}

/// Reads to the end, waiting for a pipe as long as for a command. Returns 0 or an errno.
int read_all(int file, std::string& text) {
    text.reserve(kMaxSecretBytes + 1); // never moves, so no copy of the secret is left behind
    text.resize(kMaxSecretBytes + 1);
    std::size_t filled = 0;
    while (filled < text.size()) {
        pollfd watched{.fd = file, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&watched, 1, kPatienceMilliseconds);
        if (ready == 0)
            return ETIMEDOUT;
        const auto count = ::read(file, text.data() + filled, text.size() - filled);
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            return errno;
        if (count == 0)
            break;
        filled += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    text.resize(filled);
    return 0;
}

SecretError unreadable(const std::string& place, int error) {
    std::string advice;
    if (error == EACCES || error == EPERM)
        advice = "; the user of mailquotad needs read permission (mode 0640, group mailquotad)";
    return {place + " cannot be read: " + error_text(error) + advice};
}

void warn_of_world(int file, const std::string& place, std::vector<std::string>& warnings) {
    struct stat status {};
    constexpr mode_t kOthers = S_IROTH | S_IWOTH;
    if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & kOthers) != 0)
        warnings.push_back(place + " is open to every user of this machine; run chmod o= on it");
}

/// Nothing where the file does not exist.
std::optional<Read> read_file(const fs::path& path, std::vector<std::string>& warnings) {
    const auto place = "the file " + in_quotes(path.string());
    // Without waiting at a pipe that nobody writes to; reading waits with a limit.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return std::nullopt;
    if (!file)
        return unreadable(place, errno);
    warn_of_world(file.get(), place, warnings);
    Wiped content;
    if (const int error = read_all(file.get(), content.text); error != 0)
        return unreadable(place, error);
    return first_line(content.text, place);
}

Read read_credential(const std::string& name, const SecretPlaces& places, std::vector<std::string>& warnings) {
    if (!is_credential_name(name))
        return SecretError{"a credential is named with letters, digits and . _ - @ +, without a path"};
    std::string searched;
    for (const auto& folder : {places.credentials_folder, places.service_credentials}) {
        if (folder.empty())
            continue;
        if (auto found = read_file(folder / name, warnings))
            return std::move(*found);
        searched += (searched.empty() ? "" : " and ") + in_quotes(folder.string());
    }
    if (is_encrypted(places.credentials_folder, name))
        return SecretError{in_quotes((EncryptedPlaces(places.credentials_folder).store / name).string()) +
                           " holds it encrypted, which systemd opens for the service alone; ask the daemon instead "
                           "(mailquotad check --from-daemon), or, where this is the service: systemctl daemon-reload, "
                           "then restart it"};
    return SecretError{"there is no credential " + in_quotes(name) + " in " + searched +
                       "; write the password into a file of that name (mode 0640, group mailquotad)"};
}

Read read_named_file(const std::string& path, std::vector<std::string>& warnings) {
    if (auto found = read_file(path, warnings))
        return std::move(*found);
    return SecretError{"the file " + in_quotes(path) + " does not exist; write the password into its first line"};
}

Read read_variable(const std::string& name) {
    const auto place = "the environment variable " + in_quotes(name);
    const char* value = is_variable_name(name) ? environment_value(name) : nullptr;
    if (value == nullptr)
        return SecretError{place + " is not set; set it for this process, or use another form of password"};
    return first_line(std::string_view(value), place);
}

std::string failure_text(const CommandFailure& failure) {
    using enum CommandFailure::Kind;
    switch (failure.kind) {
    case not_started:
        return " cannot be started: " + error_text(failure.number);
    case exit_code:
        return " failed with exit code " + std::to_string(failure.number) +
               "; run it as the user of mailquotad to see why";
    case signal:
        return " was ended by signal " + std::to_string(failure.number);
    case timeout:
        return " took longer than 30 s and was ended; it has no terminal to ask on";
    case too_large:
        return " printed more than 64 KiB, so it is no password; only its first line is used";
    }
    return " failed";
}

Read read_command(const std::vector<std::string>& command) {
    if (command.empty())
        return SecretError{"the command for the password is empty"};
    // Only the program is named: an argument may be a secret itself.
    const auto place = "the command " + in_quotes(command.front());
    std::variant<std::string, CommandFailure> output;
    try {
        const auto time = std::chrono::milliseconds(kPatienceMilliseconds);
        output = command_output(command, {.time = time, .bytes = kMaxSecretBytes, .input = -1});
    } catch (const std::system_error& error) {
        return SecretError{place + " cannot be run: " + error.what()};
    }
    if (const auto* failure = std::get_if<CommandFailure>(&output))
        return SecretError{place + failure_text(*failure)};
    const Wiped printed{std::move(std::get<std::string>(output))};
    return first_line(printed.text, "the output of " + place);
}

} // namespace

SecretPlaces secret_places() {
    SecretPlaces places;
    if (const auto folder = environment_text("MAILQUOTAD_CREDENTIALS"); !folder.empty())
        places.credentials_folder = folder;
    places.service_credentials = environment_text("CREDENTIALS_DIRECTORY");
    return places;
}

Read read_secret(const SecretReference& reference, const SecretPlaces& places, std::vector<std::string>& warnings) {
    using enum SecretReference::Form;
    switch (reference.form) {
    case credential:
        return read_credential(reference.value, places, warnings);
    case file:
        return read_named_file(reference.value, warnings);
    case env:
        return read_variable(reference.value);
    case command:
        return read_command(reference.command);
    }
    return SecretError{"this form of password is not known"};
}

} // namespace mailquotad::settings
