// The Prometheus text format behind plain values, so that one .cpp alone sees prometheus-cpp.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::observe {

enum class MetricType { gauge, counter };

/// Name and value; values may be any bytes, TextParts makes them harmless.
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

/// A long text in parts: nobody needs half a hundred MB in one piece, nor twice while it grows.
using Parts = std::vector<std::string>;

/// Writes the text format 0.0.4 family by family, and a long family in several calls, so that the series never exist
/// all at once as values.
class TextParts {
public:
    /// Appends the samples. A family of the same name as the one before goes on: HELP and TYPE are not repeated. One
    /// without samples is left out; of several samples of a call with the same labels the first counts, since
    /// Prometheus refuses the whole page otherwise.
    void write(const MetricFamily& family);

    /// What was written so far; the next call begins anew.
    [[nodiscard]] Parts take();

private:
    void append(std::string_view text);

    Parts parts_;
    std::string last_name_;
    std::ostringstream serialized_; ///< kept for its buffer
};

/// The parts as one text.
std::string joined(const Parts& parts);

} // namespace mailquotad::observe
