// Arbitrary bytes through the response reader, and every response through every parser.
#include "byte_transport.h"

#include "imap/capabilities.h"
#include "imap/condition.h"
#include "imap/folder_names.h"
#include "imap/quota.h"
#include "imap/response_reader.h"
#include "imap/responses.h"
#include "imap/roles.h"

#include <cstddef>
#include <cstdint>

using namespace mailquotad;

namespace {

void parse_everything(std::string_view response, imap::QuotaAnswer& quota) {
    const std::string_view text = response.substr(std::min(response.find(' '), response.size()));
    const imap::Cursor body(text);
    const auto list = imap::parse_list(body);
    imap::role_by_name(imap::decode_folder_name(list.name, false));
    imap::parse_status(body);
    imap::parse_fetch(body);
    imap::parse_namespace(body);
    quota.add(imap::parse_quota(body));
    quota.add_roots(imap::parse_quotaroot(body));
    if (const auto condition = imap::parse_condition(text.substr(std::min<std::size_t>(1, text.size())))) {
        imap::classify_refusal(*condition, FailureKind::protocol);
        if (imap::Capabilities(condition->arguments).text().size() > condition->arguments.size()) {
            __builtin_trap();
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::ByteTransport transport({reinterpret_cast<const char*>(data), size}, true);
    imap::Budget budget;
    imap::QuotaAnswer quota(budget);
    try {
        imap::ResponseReader reader(transport, budget);
        while (true) {
            parse_everything(reader.next(), quota);
        }
    } catch (const net::NetError& error) {
        if (error.kind() != FailureKind::protocol && error.kind() != FailureKind::limit) {
            __builtin_trap();
        }
    }
    return 0;
}
