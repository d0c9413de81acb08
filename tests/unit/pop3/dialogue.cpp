#include "dialogue.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace mailquotad::pop3_test {

namespace {

std::string optional_number(const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : "-";
}

void set(ProbeRequest& request, const std::string& key, const std::string& value) {
    static const std::map<std::string, Mechanism> mechanisms{{"auto", Mechanism::automatic},
                                                             {"plain", Mechanism::plain},
                                                             {"login", Mechanism::login},
                                                             {"scram-sha-256", Mechanism::scram_sha_256}};
    static const std::map<std::string, TlsMode> modes{
        {"implicit", TlsMode::implicit}, {"starttls", TlsMode::starttls}, {"plaintext", TlsMode::plaintext}};
    if (key == "tls") {
        request.endpoint.tls = modes.at(value);
        request.endpoint.port = value == "implicit" ? 995 : 110;
    } else if (key == "user") {
        request.username = value;
    } else if (key == "password") {
        request.password = Secret(value);
    } else if (key == "authorize") {
        request.authorize_as = value;
    } else if (key == "plaintext") {
        request.allow_plaintext = value == "yes";
    } else if (key == "limit") {
        request.limit_bytes = std::stoll(value);
    } else if (key == "mechanism") {
        request.mechanism = mechanisms.at(value);
    } else {
        throw std::invalid_argument("unknown key " + key);
    }
}

// "key=value key=value"; `_` in a value stands for a space.
void set_all(ProbeRequest& request, const std::string& line) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    while (words >> word) {
        const auto equals = word.find('=');
        std::string value = word.substr(equals + 1);
        std::replace(value.begin(), value.end(), '_', ' ');
        set(request, word.substr(0, equals), value);
    }
}

bool is_mandatory(const std::string& fact) {
    return fact.starts_with("limit_source ") || fact.starts_with("resource ") || fact.starts_with("inbox ") ||
           fact.starts_with("failure ");
}

} // namespace

ProbeRequest default_request() {
    ProbeRequest request;
    request.endpoint = {.protocol = Protocol::pop3, .tls = TlsMode::implicit, .host = "mail.example", .port = 995};
    request.username = "kim@verein.example";
    request.password = Secret("geheim");
    return request;
}

Dialogue read_dialogue(const std::filesystem::path& file) {
    std::ifstream input(file);
    Dialogue dialogue{.name = file.stem().string(), .comment = {}, .rounds = {}};
    dialogue.rounds.push_back({default_request(), {}, {}});
    bool expects = false;
    for (std::string line; std::getline(input, line);) {
        Round& round = dialogue.rounds.back();
        if (line.starts_with("#")) {
            dialogue.comment += line + "\n";
        } else if (line == "EXPECT") {
            expects = true;
        } else if (line == "AGAIN") {
            Round next{round.request, {}, {}};
            dialogue.rounds.push_back(std::move(next));
            expects = false;
        } else if (line.starts_with("SET ")) {
            set_all(round.request, line);
        } else if (expects && !line.empty()) {
            round.expected.push_back(line);
        } else {
            round.script += line + "\n";
        }
    }
    return dialogue;
}

std::vector<Dialogue> all_dialogues() {
    std::vector<Dialogue> result;
    for (const auto& entry : std::filesystem::directory_iterator(SOURCE_FOLDER "/tests/dialogues-pop3")) {
        if (entry.path().extension() == ".txt") {
            result.push_back(read_dialogue(entry.path()));
        }
    }
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return result;
}

std::vector<std::string> facts(const ProbeReport& report) {
    std::vector<std::string> result;
    if (const ProbeFailure* failure = report.failure()) {
        result.push_back("failure " + std::string(to_string(failure->kind)));
        result.push_back("detail " + failure->detail);
    } else {
        const Snapshot& snapshot = *report.snapshot();
        result.push_back("limit_source " + std::string(to_string(snapshot.limit_source)));
        for (const Resource& resource : snapshot.quota) {
            result.push_back("resource " + resource.root + resource.name + " " + std::to_string(resource.used) + " " +
                             optional_number(resource.limit));
        }
        for (const Folder& folder : snapshot.folders) {
            result.push_back(std::string(to_string(folder.role)) + " " + optional_number(folder.messages) + " " +
                             optional_number(folder.size_bytes));
        }
    }
    result.push_back("commands " + std::to_string(report.cost.commands));
    result.push_back("round_trips " + std::to_string(report.cost.round_trips));
    result.push_back("not_before " + (report.not_before ? std::to_string(report.not_before->count()) : "-"));
    return result;
}

std::string differences(const ProbeReport& report, const std::vector<std::string>& expected) {
    const auto actual = facts(report);
    std::string wrong;
    std::vector<std::string> mandatory;
    for (const std::string& line : expected) {
        if (is_mandatory(line)) {
            mandatory.push_back(line);
            continue;
        }
        const bool found = std::any_of(actual.begin(), actual.end(), [&](const std::string& fact) {
            return line.starts_with("detail ")
                       ? fact.starts_with("detail ") && fact.find(line.substr(7)) != std::string::npos
                       : fact == line;
        });
        wrong += found ? "" : "missing: " + line + "\n";
    }
    std::vector<std::string> told;
    std::copy_if(actual.begin(), actual.end(), std::back_inserter(told), is_mandatory);
    if (told != mandatory || !wrong.empty()) {
        wrong += "the report says:\n";
        for (const std::string& fact : actual) {
            wrong += "  " + fact + "\n";
        }
    }
    return wrong;
}

std::vector<std::string> forbidden_lines(const std::vector<std::string>& lines) {
    static const std::regex allowed("CAPA|STLS|USER .*|PASS .*|AUTH PLAIN( [A-Za-z0-9+/=]+)?|STAT|LIST|QUIT");
    static const std::regex token("[A-Za-z0-9+/=]+");
    std::vector<std::string> result;
    bool continues = false;
    for (const std::string& line : lines) {
        if (!std::regex_match(line, allowed) && !(continues && std::regex_match(line, token))) {
            result.push_back(line);
        }
        continues = line.starts_with("AUTH ");
    }
    return result;
}

} // namespace mailquotad::pop3_test
