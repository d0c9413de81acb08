#include "imap/examined.h"

#include "core/ascii.h"

#include <algorithm>
#include <charconv>

namespace mailquotad::imap {

namespace {

std::int64_t code_number(const Condition& condition, std::string_view code) {
    std::int64_t value = 0;
    if (condition.code == code) {
        const std::string& digits = condition.arguments;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    }
    return std::max<std::int64_t>(value, 0);
}

} // namespace

void Examined::note(const Untagged& response) {
    if (response.number && equals_ignoring_case(response.keyword, "EXISTS")) {
        exists = exists.value_or(*response.number);
        most = std::max(*response.number, most);
    } else if (response.number && equals_ignoring_case(response.keyword, "EXPUNGE")) {
        ++expunged;
    } else if (response.condition != nullptr) {
        uidvalidity = std::max(uidvalidity, code_number(*response.condition, "UIDVALIDITY"));
        uidnext = std::max(uidnext, code_number(*response.condition, "UIDNEXT"));
        highestmodseq = std::max(highestmodseq, code_number(*response.condition, "HIGHESTMODSEQ"));
    }
}

} // namespace mailquotad::imap
