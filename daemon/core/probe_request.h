// What a probe needs to know; the same for IMAP and POP3.
#pragma once

#include "core/endpoint.h"
#include "core/secret.h"
#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>

namespace mailquotad {

/// How to log in (CONTRACT.md, `mechanism`). automatic: PLAIN over verified TLS, else LOGIN; SCRAM and
/// CRAM-MD5 where nothing else is offered.
enum class Mechanism { automatic, plain, login, cram_md5, scram_sha_1, scram_sha_256, xoauth2, oauthbearer };

struct ProbeRequest {
    Endpoint endpoint;
    Trust trust;
    bool allow_plaintext = false; ///< `plaintext = true` of this server: credentials may go without TLS
    std::string username;
    std::string authorize_as; ///< SASL authorisation identity; empty for none
    std::string shared_login; ///< stands for a credential that several usernames share; empty for none
    Secret password;
    Mechanism mechanism = Mechanism::automatic;
    Seconds timeout{60};                     ///< absolute, for the whole probe
    std::optional<std::int64_t> limit_bytes; ///< from the settings, where the server tells none
    std::string memory;                      ///< ProbeReport::memory of the last probe, or empty
};

} // namespace mailquotad
