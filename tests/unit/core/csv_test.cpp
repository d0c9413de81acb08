#include "core/csv.h"

#include "catch.h"

namespace mailquotad {

TEST_CASE("a field of CSV is quoted where it has to be, and is never a formula", "[csv]") {
    CHECK(for_csv("kim") == "kim");
    CHECK(for_csv("") == "");
    CHECK(for_csv("a,b") == "\"a,b\"");
    CHECK(for_csv("say \"no\"\n") == "\"say \"\"no\"\"\n\"");
    for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"})
        CHECK(for_csv(formula) == "'" + std::string(formula));
    CHECK(for_csv("\rx") == "\"'\rx\"");
    CHECK(for_csv("-a;b") == "\"'-a;b\"");
    CHECK(for_csv("\xff") == "\xEF\xBF\xBD");
}

} // namespace mailquotad
