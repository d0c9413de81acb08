#include "app/smtp_options.h"

#include "settings/secret_reader.h"

#include <spdlog/spdlog.h>

namespace mailquotad::app {

std::optional<Secret> read_password(const std::string& owner, const settings::SecretReference& reference,
                                    std::string& problem) {
    std::vector<std::string> warnings;
    auto secret = settings::read_secret(reference, settings::secret_places(), warnings);
    for (const std::string& warning : warnings)
        spdlog::warn("{}: {}", owner, warning);
    if (const auto* error = std::get_if<settings::SecretError>(&secret)) {
        problem = error->message;
        return std::nullopt;
    }
    return std::move(std::get<Secret>(secret));
}

notify::SmtpOptions smtp_options(const settings::Smtp& smtp) {
    notify::SmtpOptions options{.endpoint = smtp.endpoint,
                                .trust = smtp.trust,
                                .allow_plaintext = smtp.plaintext,
                                .username = smtp.username,
                                .password = {}};
    if (smtp.password)
        options.password = [reference = *smtp.password](std::string& problem) {
            return read_password("smtp", reference, problem);
        };
    return options;
}

} // namespace mailquotad::app
