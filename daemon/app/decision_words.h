// The reasons of decisions in words, for `explain`.
#pragma once

#include "core/alert.h"

#include <string>

namespace mailquotad::app {

/// One clause in English for people at a shell.
std::string words_for(DecisionReason reason);

} // namespace mailquotad::app
