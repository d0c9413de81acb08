#include "imap/quota.h"

#include "core/byte_size.h"

#include <algorithm>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kMaxRoots = 1000;
constexpr std::size_t kMaxResources = 4000;

/// Rule `old_resource_names`: Cyrus 3.6 announces X-QUOTA=… and names resources so; RFC 9208 section 5 has the names.
std::string rfc_name(std::string_view name) {
    if (name == "X-NUM-FOLDERS") {
        return "MAILBOX";
    }
    return std::string(name == "X-ANNOTATION-STORAGE" ? "ANNOTATION-STORAGE" : name);
}

/// RFC 9208 sections 5.1 and 5.4: these two are counted in units of 1024 octets.
bool is_in_kibibytes(std::string_view name) {
    return name == "STORAGE" || name == "ANNOTATION-STORAGE";
}

std::int64_t scaled(std::int64_t value, bool kibibytes) {
    return kibibytes ? saturating_multiply(value, 1024) : value;
}

} // namespace

bool QuotaAnswer::note_root(const std::string& root) {
    if (std::find(roots_.begin(), roots_.end(), root) != roots_.end()) {
        return true;
    }
    if (roots_.size() >= kMaxRoots) {
        return false;
    }
    budget_.charge(root.size() + sizeof root);
    roots_.push_back(root);
    return true;
}

void QuotaAnswer::put(Resource resource) {
    const auto found = std::find_if(resources_.begin(), resources_.end(), [&](const Resource& each) {
        return each.root == resource.root && each.name == resource.name;
    });
    if (found != resources_.end()) {
        *found = std::move(resource);
        return;
    }
    budget_.charge(sizeof resource + resource.root.size() + resource.name.size());
    resources_.push_back(std::move(resource));
}

bool QuotaAnswer::add(const QuotaLine& line) {
    if (!note_root(line.root) || resources_.size() >= kMaxResources) {
        return false;
    }
    unreadable_ = unreadable_ || line.unreadable;
    for (const QuotaTriplet& triplet : line.triplets) {
        // Rule `unreadable_value`: mail.ru writes 9.3736e+06 (MailKit #1838), some report negative usage (JAMES-3743).
        // The value is rejected, the rest of the line stays.
        if (!triplet.used || !triplet.limit || *triplet.used < 0) {
            unreadable_ = true;
            continue;
        }
        const std::string name = rfc_name(triplet.name);
        const bool kibibytes = is_in_kibibytes(name);
        Resource resource{.root = line.root,
                          .name = name,
                          .used = scaled(*triplet.used, kibibytes),
                          .limit = {},
                          .unit = kibibytes ? Unit::bytes : Unit::count};
        // Rule `negative_limit`: Courier prints a limit that is too large for it as -9007199254740992: no limit.
        if (*triplet.limit >= 0) {
            resource.limit = scaled(*triplet.limit, kibibytes);
        }
        put(std::move(resource));
    }
    return true;
}

bool QuotaAnswer::add_roots(const std::vector<std::string>& roots) {
    return std::all_of(roots.begin(), roots.end(), [this](const std::string& root) { return note_root(root); });
}

bool QuotaAnswer::told() const {
    const bool any_limit = std::any_of(resources_.begin(), resources_.end(),
                                       [](const Resource& resource) { return resource.limit.has_value(); });
    return answered_ && (any_limit || !unreadable_);
}

} // namespace mailquotad::imap
