#include "notify/text_blocks.h"

#include <algorithm>
#include <string>
#include <utility>

namespace mailquotad::notify {
namespace {

using text::Fields;
using text::Value;
using Lines = std::vector<std::string_view>;

enum class Shape { paragraph, topic, bullets, numbers };

struct Block {
    Shape shape = Shape::paragraph;
    std::vector<std::string> lines;
};

struct Section {
    std::string heading;
    std::vector<Block> blocks;
};

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

bool is_rule(std::string_view line) {
    return line.size() >= 3 && line.find_first_not_of('-') == std::string_view::npos;
}

/// How much of a line is "- " or "12. ".
std::size_t marker_size(std::string_view line) {
    if (line.starts_with("- "))
        return 2;
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    return digits > 0 && line.substr(digits).starts_with(". ") ? digits + 2 : 0;
}

Shape shape_of(std::string_view line) {
    if (marker_size(line) == 0)
        return Shape::paragraph;
    return line.front() == '-' ? Shape::bullets : Shape::numbers;
}

/// Adds a line to the block that it continues, else begins a new one.
void add(Section& section, std::string_view line, bool continues) {
    const Shape shape = shape_of(line);
    if (!continues || section.blocks.empty() || section.blocks.back().shape != shape)
        section.blocks.push_back({.shape = shape, .lines = {}});
    section.blocks.back().lines.emplace_back(line.substr(marker_size(line)));
}

std::vector<Section> sections_of(std::string_view text) {
    const Lines lines = lines_of(text);
    std::vector<Section> sections(1);
    bool continues = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string_view next = i + 1 < lines.size() ? lines[i + 1] : std::string_view();
        if (lines[i].empty()) {
            continues = false;
        } else if (is_rule(next)) {
            sections.push_back({.heading = std::string(lines[i]), .blocks = {}});
            ++i;
        } else if (lines[i].ends_with(':') && shape_of(next) == Shape::numbers) {
            sections.back().blocks.push_back({Shape::topic, {std::string(lines[i].substr(0, lines[i].size() - 1))}});
            continues = false;
        } else {
            add(sections.back(), lines[i], continues);
            continues = true;
        }
    }
    return sections;
}

std::vector<Fields> entries_of(const Block& block, Shape shape) {
    std::vector<Fields> entries;
    if (block.shape != shape)
        return entries;
    for (std::size_t i = 0; i < block.lines.size(); ++i)
        entries.push_back({{"entry", Value{block.lines[i]}}, {"more", Value{i + 1 < block.lines.size()}}});
    return entries;
}

/// Every field of a block is always there: the template knows no holes.
Fields fields_of(const Block& block, bool is_lead, bool is_closing) {
    const bool plain = !is_lead && !is_closing;
    Fields fields;
    const auto paragraph = entries_of(block, Shape::paragraph);
    const std::vector<Fields> none;
    fields["lead"] = Value{is_lead ? paragraph : none};
    fields["closing"] = Value{is_closing ? paragraph : none};
    fields["has_paragraph"] = Value{plain && !paragraph.empty()};
    fields["paragraph"] = Value{plain ? paragraph : none};
    fields["topic"] = Value{block.shape == Shape::topic ? block.lines.front() : std::string()};
    for (const auto& [name, shape] : {std::pair("bullets", Shape::bullets), std::pair("numbers", Shape::numbers)}) {
        const auto entries = entries_of(block, shape);
        fields[name] = Value{!entries.empty()};
        fields[std::string(name) + "_entries"] = Value{entries};
    }
    return fields;
}

} // namespace

std::vector<Fields> text_blocks(std::string_view text, const TextShape& shape) {
    const std::vector<Section> sections = sections_of(text);
    std::vector<Fields> all;
    std::size_t number = 0;
    for (std::size_t s = 0; s < sections.size(); ++s) {
        const bool last = s + 1 == sections.size();
        std::vector<Fields> blocks;
        std::vector<Fields> closing;
        for (std::size_t b = 0; b < sections[s].blocks.size(); ++b, ++number) {
            const Block& block = sections[s].blocks[b];
            const bool closes = last && b > 0 && b + 1 == sections[s].blocks.size() && block.shape == Shape::paragraph;
            (closes ? closing : blocks).push_back(fields_of(block, number == shape.lead, closes));
        }
        all.push_back({{"heading", Value{sections[s].heading}},
                       {"boxed", Value{shape.box_last && last && s > 0}},
                       {"blocks", Value{std::move(blocks)}},
                       {"closing_blocks", Value{std::move(closing)}}});
    }
    return all;
}

std::string html_of(std::string_view text, const TextShape& shape, Fields fields, const text::Catalog& catalog) {
    const std::string language = std::get<std::string>(fields.at("language").content);
    std::string label;
    if (std::get<bool>(fields.at("has_level").content))
        label = catalog.render(language, "level.txt", fields);
    label.erase(std::min(label.find_last_not_of('\n') + 1, label.size()));
    fields["bar_label"] = Value{std::move(label)};
    fields["sections"] = Value{text_blocks(text, shape)};
    return catalog.render(language, "mail.html", fields);
}

} // namespace mailquotad::notify
