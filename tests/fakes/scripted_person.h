// A person who answers by a script, a name system and a network, all in memory: for setups.
#pragma once

#include "app/terminal.h"
#include "net/name_records.h"
#include "net/transport.h"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mailquotad::fakes {

/// Answers questions in the order in which they come. An answer "word => text" is only given to a question that holds
/// the word, and the test ends where another one comes.
class ScriptedPerson final : public app::Terminal {
public:
    explicit ScriptedPerson(std::vector<std::string> answers, bool is_there = true)
        : answers_(answers.begin(), answers.end()), is_there_(is_there) {}

    [[nodiscard]] bool is_answered() const override { return is_there_; }
    void say(const std::string& text) override { said += text + '\n'; }
    void say_in_pages(const std::string& text, const std::string&) override { say(text); }
    std::optional<std::string> ask(const std::string& question) override { return answer(question); }
    std::optional<Secret> ask_secret(const std::string& question) override {
        const auto text = answer(question);
        return text ? std::optional(Secret(*text)) : std::nullopt;
    }

    /// Answers that no question took.
    [[nodiscard]] std::size_t left() const { return answers_.size(); }

    std::string said;               ///< also the questions, never what was answered
    std::vector<std::string> wrong; ///< questions that were not expected

private:
    std::optional<std::string> answer(const std::string& question) {
        say(question);
        if (answers_.empty())
            return std::nullopt;
        const std::string next = answers_.front();
        const auto arrow = next.find(" => ");
        if (arrow == std::string::npos || question.find(next.substr(0, arrow)) == std::string::npos) {
            wrong.push_back(question + " (expected: " + next + ")");
            return std::nullopt;
        }
        answers_.pop_front();
        return next.substr(arrow + 4);
    }

    std::deque<std::string> answers_;
    bool is_there_;
};

class FakeNameRecords final : public net::NameRecords {
public:
    std::vector<net::ServiceRecord> services(const std::string& name) override {
        asked.push_back(name);
        return records[name];
    }
    std::vector<std::string> mail_hosts(const std::string& domain) override {
        asked.push_back(domain);
        return hosts[domain];
    }

    std::map<std::string, std::vector<net::ServiceRecord>> records;
    std::map<std::string, std::vector<std::string>> hosts;
    std::vector<std::string> asked;
};

/// Some hosts lead to a server; others fail in a way of their own, and all others do not exist.
class FakeNetwork final : public net::Connector {
public:
    explicit FakeNetwork(net::Connector& server) : server_(server) {}

    std::unique_ptr<net::Transport> connect(const net::ConnectOptions& options) override {
        tried.push_back(to_string(options.endpoint));
        if (const auto broken = failures.find(options.endpoint.host); broken != failures.end())
            throw net::NetError(broken->second, "as the test says");
        if (!there.contains(to_string(options.endpoint)))
            throw net::NetError(FailureKind::dns, "no such name");
        return server_.connect(options);
    }

    std::set<std::string> there;                 ///< URLs
    std::map<std::string, FailureKind> failures; ///< by host
    std::vector<std::string> tried;

private:
    net::Connector& server_;
};

} // namespace mailquotad::fakes
