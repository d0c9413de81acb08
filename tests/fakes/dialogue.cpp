#include "fakes/dialogue.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace mailquotad::fakes {

namespace {

std::string optional_number(const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : "-";
}

void set_tls(Endpoint& endpoint, const std::string& value) {
    static const std::map<std::string, TlsMode> modes{
        {"implicit", TlsMode::implicit}, {"starttls", TlsMode::starttls}, {"plaintext", TlsMode::plaintext}};
    endpoint.tls = modes.at(value);
    const bool is_imap = endpoint.protocol == Protocol::imap;
    endpoint.port = endpoint.tls == TlsMode::implicit ? (is_imap ? 993 : 995) : (is_imap ? 143 : 110);
}

void set(ProbeRequest& request, const std::string& key, const std::string& value) {
    static const std::map<std::string, Mechanism> mechanisms{{"auto", Mechanism::automatic},
                                                             {"plain", Mechanism::plain},
                                                             {"login", Mechanism::login},
                                                             {"cram-md5", Mechanism::cram_md5},
                                                             {"scram-sha-1", Mechanism::scram_sha_1},
                                                             {"scram-sha-256", Mechanism::scram_sha_256},
                                                             {"xoauth2", Mechanism::xoauth2},
                                                             {"oauthbearer", Mechanism::oauthbearer}};
    if (key == "tls") {
        set_tls(request.endpoint, value);
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
    } else if (key == "timeout") {
        request.timeout = parse_duration(value).value();
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
    return fact.starts_with("limit_source ") || fact.starts_with("resource ") || fact.starts_with("folder ") ||
           fact.starts_with("failure ");
}

} // namespace

ProbeRequest default_request(Protocol protocol) {
    ProbeRequest request;
    request.endpoint = {.protocol = protocol,
                        .tls = TlsMode::implicit,
                        .host = "mail.example",
                        .port = static_cast<std::uint16_t>(protocol == Protocol::imap ? 993 : 995)};
    request.username = "kim@verein.example";
    request.password = Secret("geheim");
    return request;
}

Dialogue read_dialogue(const std::filesystem::path& file, Protocol protocol) {
    std::ifstream input(file);
    Dialogue dialogue{.name = file.stem().string(), .comment = {}, .rounds = {}};
    dialogue.rounds.push_back({default_request(protocol), {}, {}});
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

std::vector<Dialogue> all_dialogues(Protocol protocol) {
    const char* const folder =
        protocol == Protocol::imap ? SOURCE_FOLDER "/tests/dialogues" : SOURCE_FOLDER "/tests/dialogues-pop3";
    std::vector<Dialogue> result;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".txt") {
            result.push_back(read_dialogue(entry.path(), protocol));
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
            result.push_back("resource " + resource.name + " " + std::to_string(resource.used) + " " +
                             optional_number(resource.limit) + " " + std::string(to_string(resource.unit)) + " " +
                             resource.root);
        }
        for (const Folder& folder : snapshot.folders) {
            result.push_back("folder " + std::string(to_string(folder.role)) + " " + optional_number(folder.messages) +
                             " " + optional_number(folder.size_bytes) + " " + folder.name);
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

namespace {

std::vector<std::string> forbidden_imap_lines(const std::vector<std::string>& lines) {
    static const std::regex allowed(
        R"re(A\d+ (CAPABILITY|STARTTLS|NAMESPACE|ID NIL|ENABLE [A-Z0-9= ]+|UNSELECT|NOOP|LOGOUT|LOGIN .*)re"
        R"re(|AUTHENTICATE \S+( \S+)?|LIST "" "\*?"( RETURN \(.*\))?|STATUS ".*" \([A-Z ]+\)|GETQUOTA(ROOT)? ".*")re"
        R"re(|EXAMINE ".*"|(UID )?SEARCH .*)re"
        R"re(|UID FETCH [0-9:,*]+ \((UID|RFC822\.SIZE|INTERNALDATE|FLAGS)( (UID|RFC822\.SIZE|INTERNALDATE|FLAGS))*\)( \(CHANGEDSINCE \d+\))?))re");
    static const std::regex tagged(R"(A\d+ .*)");
    std::vector<std::string> result;
    bool continues = false;
    for (const std::string& line : lines) {
        if (std::regex_match(line, tagged)) {
            continues = line.find("AUTHENTICATE") != std::string::npos || line.ends_with('}') || line.ends_with("+}");
            if (!std::regex_match(line, allowed)) {
                result.push_back(line);
            }
        } else if (!continues) {
            result.push_back(line);
        }
    }
    return result;
}

std::vector<std::string> forbidden_pop3_lines(const std::vector<std::string>& lines) {
    static const std::regex allowed("CAPA|STLS|USER .*|PASS .*|AUTH [A-Z0-9-]+( [A-Za-z0-9+/=]+)?|STAT|LIST|UIDL|NOOP|"
                                    "QUIT");
    static const std::regex token("[A-Za-z0-9+/=]*");
    std::vector<std::string> result;
    bool continues = false;
    for (const std::string& line : lines) {
        const bool is_allowed = std::regex_match(line, allowed);
        if (!is_allowed && !(continues && std::regex_match(line, token))) {
            result.push_back(line);
        }
        continues = line.starts_with("AUTH ") || (continues && !is_allowed);
    }
    return result;
}

} // namespace

std::vector<std::string> forbidden_lines(Protocol protocol, const std::vector<std::string>& lines) {
    return protocol == Protocol::imap ? forbidden_imap_lines(lines) : forbidden_pop3_lines(lines);
}

} // namespace mailquotad::fakes
