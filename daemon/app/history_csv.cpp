#include "app/history_csv.h"

namespace mailquotad::app {

std::string history_csv(const std::vector<store::Sample>& samples) {
    const auto or_empty = [](const auto& number) { return number ? std::to_string(*number) : std::string(); };
    std::string text = "time,used_bytes,limit_bytes,messages\n";
    for (const store::Sample& sample : samples)
        text += format_utc(sample.at) + ',' + or_empty(sample.used_bytes) + ',' + or_empty(sample.limit_bytes) + ',' +
                or_empty(sample.messages) + '\n';
    return text;
}

} // namespace mailquotad::app
