#include "settings/encrypted_credential.h"

#include "settings/command_output.h"
#include "settings/descriptor.h"
#include "settings/problems.h"
#include "settings/write_file.h"

#include <fcntl.h>
#include <unistd.h>

namespace mailquotad::settings {

namespace fs = std::filesystem;

namespace {

/// A pipe that holds the secret already: passwords are far smaller than what a pipe takes at once.
Descriptor filled_pipe(const Secret& secret) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw WriteError("cannot make a pipe for systemd-creds");
    Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    ::fcntl(writing.get(), F_SETFL, O_NONBLOCK);
    const auto text = secret.reveal();
    if (::write(writing.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw WriteError("the password is too long for systemd-creds");
    return reading;
}

} // namespace

EncryptedPlaces::EncryptedPlaces(const fs::path& credentials) {
    const fs::path root = fs::absolute(credentials).parent_path().parent_path();
    store = root / "credstore.encrypted";
    drop_ins = root / "systemd" / "system" / "mailquotad.service.d";
}

bool is_encrypted(const fs::path& credentials, const std::string& name) {
    std::error_code error;
    return fs::exists(EncryptedPlaces(credentials).store / name, error) && !fs::exists(credentials / name, error);
}

void write_encrypted(const fs::path& credentials, const std::string& name, const Secret& secret) {
    const Descriptor input = filled_pipe(secret);
    const auto output = command_output({"systemd-creds", "encrypt", "--name=" + name, "-", "-"},
                                       {.time = std::chrono::seconds(30), .bytes = 64UL * 1024, .input = input.get()});
    if (const auto* failure = std::get_if<CommandFailure>(&output))
        throw WriteError(failure->kind == CommandFailure::Kind::not_started
                             ? "there is no systemd-creds on this machine: leave --encrypt out"
                             : "systemd-creds could not encrypt the password: leave --encrypt out");
    const EncryptedPlaces places(credentials);
    write_private(places.store / name, std::get<std::string>(output));
    write_private(places.drop_ins / ("credential-" + name + ".conf"),
                  "# Written by `mailquotad setup --encrypt`.\n[Service]\nLoadCredentialEncrypted=" + name + ':' +
                      (places.store / name).string() + '\n');
}

} // namespace mailquotad::settings
