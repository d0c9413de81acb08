#include "observe/exposition.h"

#include "core/escape.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <set>

namespace mailquotad::observe {
namespace {

prometheus::ClientMetric to_metric(const Sample& sample, MetricType type) {
    prometheus::ClientMetric metric;
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
    std::set<std::vector<prometheus::ClientMetric::Label>> seen;
    for (const Sample& sample : family.samples) {
        prometheus::ClientMetric metric = to_metric(sample, family.type);
        if (seen.insert(metric.label).second) {
            result.metric.push_back(std::move(metric));
        }
    }
    return result;
}

} // namespace

std::string to_text(const std::vector<MetricFamily>& families) {
    std::vector<prometheus::MetricFamily> result;
    for (const MetricFamily& family : families) {
        if (!family.samples.empty()) {
            result.push_back(to_family(family));
        }
    }
    return prometheus::TextSerializer{}.Serialize(result);
}

} // namespace mailquotad::observe
