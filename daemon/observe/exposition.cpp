#include "observe/exposition.h"

#include "core/escape.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <unordered_set>

namespace mailquotad::observe {
namespace {

constexpr std::size_t kPartBytes = std::size_t{1} << 20;

using PrometheusLabels = std::vector<prometheus::ClientMetric::Label>;

struct HashOfLabels {
    std::size_t operator()(const PrometheusLabels* labels) const {
        std::size_t hash = 0;
        for (const auto& label : *labels) {
            hash = hash * 31 + std::hash<std::string>{}(label.value);
        }
        return hash;
    }
};

struct SameLabels {
    bool operator()(const PrometheusLabels* a, const PrometheusLabels* b) const { return *a == *b; }
};

prometheus::ClientMetric to_metric(const Sample& sample, MetricType type) {
    prometheus::ClientMetric metric;
    metric.label.reserve(sample.labels.size());
    for (const auto& [name, value] : sample.labels) {
        metric.label.push_back({name, for_terminal(value)});
    }
    (type == MetricType::counter ? metric.counter.value : metric.gauge.value) = sample.value;
    return metric;
}

prometheus::MetricFamily to_family(const MetricFamily& family) {
    prometheus::MetricFamily result;
    result.name = family.name;
    result.help = family.help;
    result.type = family.type == MetricType::counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    result.metric.reserve(family.samples.size()); // so that pointers into it last
    std::unordered_set<const PrometheusLabels*, HashOfLabels, SameLabels> seen(family.samples.size());
    for (const Sample& sample : family.samples) {
        result.metric.push_back(to_metric(sample, family.type));
        if (!seen.insert(&result.metric.back().label).second) {
            result.metric.pop_back();
        }
    }
    return result;
}

/// What follows HELP and TYPE.
std::string_view without_head(std::string_view text) {
    while (text.starts_with('#')) {
        text.remove_prefix(text.find('\n') + 1);
    }
    return text;
}

} // namespace

void TextParts::write(const MetricFamily& family) {
    if (family.samples.empty()) {
        return;
    }
    serialized_.seekp(0);
    std::vector<prometheus::MetricFamily> families;
    families.push_back(to_family(family));
    prometheus::TextSerializer{}.Serialize(serialized_, families);
    const std::string_view text = serialized_.view().substr(0, static_cast<std::size_t>(serialized_.tellp()));
    append(family.name == last_name_ ? without_head(text) : text);
    last_name_ = family.name;
}

void TextParts::append(std::string_view text) {
    if (parts_.empty() || parts_.back().size() + text.size() > kPartBytes) {
        parts_.emplace_back().reserve(std::max(kPartBytes, text.size()));
    }
    parts_.back() += text;
}

Parts TextParts::take() {
    last_name_.clear();
    if (!parts_.empty()) {
        parts_.back().shrink_to_fit();
    }
    return std::exchange(parts_, {});
}

std::string joined(const Parts& parts) {
    std::string text;
    for (const std::string& part : parts) {
        text += part;
    }
    return text;
}

} // namespace mailquotad::observe
