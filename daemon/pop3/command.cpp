#include "pop3/command.h"

#include "core/secret.h"

#include <utility>

namespace mailquotad::pop3 {

namespace {

// In one piece of memory, so that no half of it is left behind by growing.
std::string joined(std::string_view verb, std::string_view argument) {
    std::string line;
    line.reserve(verb.size() + argument.size() + 1);
    return line.append(verb).append(" ").append(argument);
}

} // namespace

Command::Command(std::string line, bool secret) : line_(std::move(line)), secret_(secret) {
    if (secret) {
        wipe(line); // a short text that was moved away is still there
    }
}

Command::~Command() {
    if (secret_) {
        wipe(line_);
    }
}

Command Command::capa() {
    return Command("CAPA");
}

Command Command::stls() {
    return Command("STLS");
}

Command Command::user(std::string_view name) {
    return Command(joined("USER", name));
}

Command Command::pass(std::string_view password) {
    return Command(joined("PASS", password), true);
}

Command Command::auth(std::string_view mechanism, std::string_view initial_response) {
    std::string line = joined("AUTH", mechanism);
    return initial_response.empty() ? Command(std::move(line)) : Command(joined(line, initial_response), true);
}

Command Command::sasl_answer(std::string_view text) {
    return Command(std::string(text), true);
}

Command Command::stat() {
    return Command("STAT");
}

Command Command::list() {
    return Command("LIST");
}

Command Command::quit() {
    return Command("QUIT");
}

} // namespace mailquotad::pop3
