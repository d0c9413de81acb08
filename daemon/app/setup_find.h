// Finding the servers of an address: presets, what the domain's name records say (RFC 6186, RFC 8314), usual names.
#pragma once

#include "app/setup_words.h"
#include "net/name_records.h"
#include "net/transport.h"
#include "settings/edit.h"
#include "settings/presets.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mailquotad::app {

/// A server to try, and why.
struct Candidate {
    Endpoint endpoint;
    std::string preset; ///< "" for none
    std::string origin; ///< the sentence "setup.origin_…" that says where it comes from
    bool operator==(const Candidate&) const = default;
};

/// Where a mailbox will be read: a server that the settings have, or a new one.
struct FoundServer {
    settings::NewServer entry;
    bool is_new = true;
    Protocol protocol = Protocol::imap;

    [[nodiscard]] Endpoint endpoint() const {
        return protocol == Protocol::pop3 ? entry.server.pop3.value() : entry.server.imap.value();
    }
};

/// Presets whose domains or mail hosts fit; `mail_hosts` are the domain's MX.
std::vector<Candidate> preset_candidates(const std::string& domain, const std::vector<std::string>& mail_hosts,
                                         const settings::DataDirectories& data);
/// What the domain itself names, then the usual names: IMAP first, POP3 where there is none.
std::vector<Candidate> mailbox_candidates(const std::string& domain, const std::vector<std::string>& mail_hosts,
                                          net::NameRecords& names);
/// The same for submission; `mail_server` is where the mailboxes are read.
std::vector<Candidate> smtp_candidates(const std::string& domain, const std::string& mail_server,
                                       net::NameRecords& names);

/// Looks for servers and asks about them. No password is near. All functions throw SetupEnded, and CommandFailed where
/// nothing was found and nobody can be asked.
class ServerSearch {
public:
    /// Everything must outlive the search.
    ServerSearch(Dialogue& dialogue, net::Connector& connector, net::NameRecords& names,
                 const settings::DataDirectories& data)
        : dialogue_(dialogue), connector_(connector), names_(names), data_(data) {}

    /// The server of an address: `named` (a server of the settings, a preset, a URL or a host), else one that the
    /// settings use for this domain already, else the first that is found. One outside of the address's domain only
    /// where somebody named it or was shown it and agreed.
    FoundServer mailbox_server(const std::string& address, const std::string& named, const Trust& trust,
                               const settings::Settings& base);
    /// Where mail is handed in: `named` (a URL), else what is found.
    Endpoint smtp_server(const std::string& address, const std::string& named, const Trust& trust,
                         const FoundServer& mailboxes);

private:
    FoundServer named_server(const std::string& domain, const std::string& named, const Trust& trust,
                             const settings::Settings& base);
    std::optional<Candidate> first_good(const std::vector<Candidate>& candidates, const std::string& domain,
                                        const Trust& trust);
    bool is_allowed(const Candidate& candidate, const std::string& domain);
    Endpoint typed(const std::string& text, Protocol bare, const Trust& trust);
    FoundServer ask_for_server(const std::string& domain, const Trust& trust, const settings::Settings& base);
    FoundServer made_of(const Candidate& candidate, const std::string& domain, const Trust& trust,
                        const settings::Settings& base);

    Dialogue& dialogue_;
    net::Connector& connector_;
    net::NameRecords& names_;
    const settings::DataDirectories& data_;
    std::set<std::string> tried_;
    std::set<std::string> agreed_hosts_;   ///< outside of the domain
    std::vector<std::string> not_allowed_; ///< for the end, where nobody could be asked
};

/// The part behind the @; empty where there is none.
std::string domain_of(const std::string& address);

} // namespace mailquotad::app
