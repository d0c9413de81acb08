// A forecast as a line of time: from today to where eight of ten outcomes lie.
#pragma once

#include "core/forecast.h"
#include "observe/page.h"

#include <string>

namespace mailquotad::observe {

/// An SVG with the same content as forecast_sentence, which is its text alternative; empty where the mailbox will not
/// be full within a year.
std::string forecast_chart(const Forecast& forecast, const PageText& text);

} // namespace mailquotad::observe
