#include "os/module.h"
#include "store/postgresql/functions.h"
#include "store/postgresql/rows.h"
#include "store/postgresql/session.h"

#include <string_view>
#include <type_traits>

extern "C" const void* mailquotad_module(const char* build) {
    using namespace mailquotad::store;
    static constexpr PostgresqlFunctions kFunctions{
        .fault_of_url = fault_of_url, .link = link_postgresql, .read_rows = fetch_rows};
    return std::string_view(build) == MAILQUOTAD_BUILD ? &kFunctions : nullptr;
}

static_assert(std::is_same_v<decltype(mailquotad_module), mailquotad::os::ModuleEntry>);
