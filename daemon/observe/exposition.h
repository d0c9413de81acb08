// The Prometheus text format behind plain values, so that one .cpp alone sees prometheus-cpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mailquotad::observe {

enum class MetricType { gauge, counter };

/// Name and value; values may be any bytes, to_text makes them harmless.
using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
    Labels labels;
    double value = 0;
};

/// One metric name with its meaning and its series.
struct MetricFamily {
    std::string name;
    std::string help; ///< meaning and unit, one sentence
    MetricType type = MetricType::gauge;
    std::vector<Sample> samples;

    void add(Labels labels, double value) { samples.push_back({std::move(labels), value}); }
};

/// The text format 0.0.4. A family without samples is left out; of several samples with the same labels the first
/// counts, since Prometheus refuses the whole page otherwise.
std::string to_text(const std::vector<MetricFamily>& families);

} // namespace mailquotad::observe
