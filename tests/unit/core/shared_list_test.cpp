#include "catch.h"

#include "core/shared_list.h"

#include <algorithm>
#include <string>

using mailquotad::SharedList;

TEST_CASE("a copy of a list shares its values, and what is replaced in one stays in the other") {
    SharedList<std::string> before{"one", "two"};
    SharedList<std::string> after = before;
    after.replace(1, "three");
    CHECK(&before[0] == &after[0]);
    CHECK(before[1] == "two");
    CHECK(after[1] == "three");
    CHECK_THROWS_AS(after.replace(2, "four"), std::out_of_range);
}

TEST_CASE("a value of one list is part of another without a copy, and beyond the end there is none") {
    const SharedList<std::string> before{"one"};
    SharedList<std::string> after;
    CHECK(after.empty());
    after.add(before.shared(0));
    CHECK(&after.front() == &before.front());
    CHECK(before.shared(1) == nullptr);
}

TEST_CASE("a shared list is read like a vector") {
    const SharedList<std::string> list{"b", "a", "b"};
    std::string all;
    for (const std::string& value : list)
        all += value;
    CHECK(all == "bab");
    CHECK(std::count(list.begin(), list.end(), "b") == 2);
    CHECK(std::find(list.begin(), list.end(), "a")->size() == 1);
    CHECK(std::find(list.begin(), list.end(), "c") == list.end());
}
