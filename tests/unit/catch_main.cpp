// Catch2 2.13 needs its main from somewhere; 3.7 brings one of its own.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#else
namespace mailquotad {
extern const int kCatchHasItsOwnMain = 3;
}
#endif
