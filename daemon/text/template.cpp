#include "text/template.h"

#include "core/escape.h"

#include <algorithm>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <sstream>
#include <string_view>
#include <utility>

namespace mailquotad::text {
namespace {

namespace mustache = kainjow::mustache;

[[noreturn]] void fail(const std::string& origin, const std::string& source, std::size_t position,
                       const std::string& problem) {
    const auto end = source.begin() + static_cast<std::ptrdiff_t>(std::min(position, source.size()));
    const auto line = 1 + std::count(source.begin(), end, '\n');
    throw CatalogError(origin + ":" + std::to_string(line) + ": " + problem);
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    const auto last = text.find_last_not_of(" \t\r\n");
    return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
}

bool is_blank(char c) {
    return std::string_view(" \t\r\n\v\f").find(c) != std::string_view::npos;
}

struct Tag {
    char kind = ' '; ///< '#', '^', '/', '!' or ' ' for a variable
    std::string name;
};

// What stands between {{ and }}; refuses what would weaken escaping or need another file.
Tag tag_of(const std::string& inside, const std::string& origin, const std::string& source, std::size_t position) {
    if (inside.empty()) {
        fail(origin, source, position, "an empty tag");
    }
    switch (inside.front()) {
    case '{':
    case '&':
        fail(origin, source, position, "unescaped fields are not allowed, write {{name}}");
    case '>':
    case '=':
        fail(origin, source, position, "partials and other delimiters are not supported");
    case '#':
    case '^':
    case '/':
    case '!':
        return {inside.front(), trimmed(inside.substr(1))};
    default:
        return {' ', inside};
    }
}

// mustache.hpp names the character of an error only inside its text, so structure is checked here, with lines; what is
// accepted here it accepts, too.
std::set<std::string> check(const std::string& source, const std::string& origin) {
    std::set<std::string> fields;
    std::vector<std::pair<std::string, std::size_t>> open;
    for (std::size_t begin = source.find("{{"); begin != std::string::npos;) {
        const std::size_t end = source.find("}}", begin);
        if (end == std::string::npos) {
            fail(origin, source, begin, "{{ without }}");
        }
        const Tag tag = tag_of(trimmed(source.substr(begin + 2, end - begin - 2)), origin, source, begin);
        if (tag.kind == '/') {
            if (open.empty() || open.back().first != tag.name) {
                fail(origin, source, begin, "{{/" + tag.name + "}} closes a section that is not open here");
            }
            open.pop_back();
        } else if (tag.kind != '!') {
            if (std::any_of(tag.name.begin(), tag.name.end(), is_blank)) {
                fail(origin, source, begin, "a field's name holds no blanks and no line ends");
            }
            fields.insert(tag.name);
            if (tag.kind != ' ') {
                open.emplace_back(tag.name, begin);
            }
        }
        begin = source.find("{{", end + 2);
    }
    if (!open.empty()) {
        fail(origin, source, open.back().second, "{{#" + open.back().first + "}} is never closed");
    }
    return fields;
}

// Stands for a line end while mustache.hpp renders: it swallows line ends beside sections that are shown, and keeps
// those beside sections that are not.
constexpr char kLineEnd = '\x1e';

// Whether a line holds tags that render nothing by themselves, and otherwise only blanks: such a line leaves no trace.
bool is_standalone(std::string_view line) {
    bool any = false;
    for (;;) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
        if (line.empty()) {
            return any;
        }
        const auto end = line.find("}}");
        if (!line.starts_with("{{") || end == std::string_view::npos ||
            std::string_view("#^/!").find(line[2]) == std::string_view::npos) {
            return false;
        }
        line.remove_prefix(end + 2);
        any = true;
    }
}

std::string prepared(std::string_view source) {
    std::string out;
    while (!source.empty()) {
        const auto end = std::min(source.find('\n'), source.size());
        const std::string_view line = source.substr(0, end);
        if (is_standalone(line)) {
            std::copy_if(line.begin(), line.end(), std::back_inserter(out),
                         [](char c) { return c != '\r' && c != '\t' && c != ' '; });
        } else {
            out += line;
            out += end < source.size() ? std::string(1, kLineEnd) : std::string();
        }
        source.remove_prefix(std::min(end + 1, source.size()));
    }
    return out;
}

std::string without_line_end_mark(std::string text) {
    std::erase(text, kLineEnd);
    return text;
}

mustache::data to_data(const Fields& fields) {
    mustache::data object(mustache::data::type::object);
    for (const auto& [name, value] : fields) {
        if (const auto* text = std::get_if<std::string>(&value.content)) {
            // mustache.hpp takes an empty text for true; here it is as good as absent in {{#name}} and {{^name}}.
            object.set(name, text->empty() ? mustache::data(false) : mustache::data(*text));
        } else if (const auto* flag = std::get_if<bool>(&value.content)) {
            object.set(name, mustache::data(*flag));
        } else {
            mustache::data list(mustache::data::type::list);
            for (const Fields& item : std::get<std::vector<Fields>>(value.content)) {
                list.push_back(to_data(item));
            }
            object.set(name, list);
        }
    }
    return object;
}

// A context that knows no silent holes: mustache's own renders an unknown name as nothing.
class StrictContext final : public mustache::context<std::string> {
public:
    StrictContext(const mustache::data* data, const std::string& origin) : context(data), origin_(origin) {}
    const mustache::data* get(const std::string& name) const override {
        const mustache::data* const found = context::get(name);
        if (found == nullptr) {
            throw CatalogError(origin_ + ": unknown field {{" + name + "}}");
        }
        return found;
    }

private:
    const std::string& origin_;
};

std::string escaped(const std::string& text, Escaping escaping) {
    switch (escaping) {
    case Escaping::html:
        return for_html(text);
    case Escaping::json:
        return for_json(text);
    case Escaping::none:
        break;
    }
    return without_line_end_mark(text);
}

} // namespace

Template::Template(const std::string& source, std::string origin, Escaping escaping)
    : origin_(std::move(origin)), escaping_(escaping), fields_(check(source, origin_)), prepared_(prepared(source)) {}

std::string Template::render(const Fields& fields) const {
    mustache::mustache parsed(prepared_);
    if (!parsed.is_valid()) {
        throw CatalogError(origin_ + ": " + parsed.error_message());
    }
    parsed.set_custom_escape([this](const std::string& text) { return escaped(text, escaping_); });
    const mustache::data data = to_data(fields);
    StrictContext context(&data, origin_);
    std::ostringstream out;
    parsed.render(context, out);
    std::string text = out.str();
    std::replace(text.begin(), text.end(), kLineEnd, '\n');
    return text;
}

} // namespace mailquotad::text
