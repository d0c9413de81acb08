// What somebody probably meant who wrote an unknown word.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::settings {

/// How many letters must be inserted, deleted, replaced or swapped with their neighbour to turn one word into the
/// other; the case of ASCII letters and the difference of - and _ do not count.
std::size_t distance(std::string_view a, std::string_view b);

/// The candidate that is nearest to the word, the first of several; nothing where all are too far: more than a third
/// of the word's letters, at least one and at most three.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// `did you mean "interval"?` or, where nothing is near, `allowed here: interval, timeout`.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

} // namespace mailquotad::settings
