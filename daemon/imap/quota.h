// From QUOTA and QUOTAROOT lines to resources. Every tolerated deviation is one named rule, here or in responses.cpp.
#pragma once

#include "core/measurement.h"
#include "imap/budget.h"
#include "imap/responses.h"

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::imap {

/// What the server said about quota during one probe, merged by root and resource.
class QuotaAnswer {
public:
    explicit QuotaAnswer(Budget& budget) : budget_(budget) {}

    /// Takes a QUOTA line; several lines of one root are merged, a later value of a resource replaces an earlier one.
    /// False once there are more than anybody has. Throws NetError limit.
    bool add(const QuotaLine& line);
    /// Takes a QUOTAROOT line. False once there are too many. Throws NetError limit.
    bool add_roots(const std::vector<std::string>& roots);
    /// GETQUOTAROOT was answered with OK at least once.
    void set_answered() { answered_ = true; }
    [[nodiscard]] bool answered() const { return answered_; }

    /// How many roots were named so far, by either kind of line.
    [[nodiscard]] std::size_t root_count() const { return roots_.size(); }
    [[nodiscard]] const std::vector<Resource>& resources() const { return resources_; }
    /// Whether what is in resources() is the server's whole answer: asked and answered, and either readable or with
    /// a limit in it. Otherwise an empty answer must not be taken for "no limit".
    [[nodiscard]] bool told() const;

private:
    bool note_root(const std::string& root);
    void put(Resource resource);

    Budget& budget_;
    std::vector<std::string> roots_;
    std::vector<Resource> resources_;
    bool answered_ = false;
    bool unreadable_ = false;
};

} // namespace mailquotad::imap
