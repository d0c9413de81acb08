#include "catch.h"

#include "notify/http_call.h"
#include "os/module.h"

#include <dlfcn.h>

using namespace mailquotad;

TEST_CASE("libcurl comes by its module, which serves no program of another build") {
    CHECK_NOTHROW(notify::load_http());
    void* const handle = ::dlopen(os::module_file("mailquotad-http").c_str(), RTLD_NOW | RTLD_NOLOAD);
    REQUIRE(handle != nullptr); // loaded by the line above
    const auto entry = reinterpret_cast<os::ModuleEntry*>(::dlsym(handle, os::kModuleEntry));
    REQUIRE(entry != nullptr);
    CHECK(entry("0.0.9-1~deb12+1") == nullptr);
}
