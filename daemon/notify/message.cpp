#include "notify/message.h"

#include "notify/header_text.h"
#include "notify/quoted_printable.h"

#include <algorithm>
#include <array>

namespace mailquotad::notify {
namespace {

// Quoted-printable writes "=" only before two hexadecimal digits or a line end, so this occurs in no part.
constexpr std::string_view kBoundary = "=_mailquotad_alternative";

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

// RFC 5322 section 3.3, in UTC.
std::string date_text(Time time) {
    static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<Days>(time);
    const std::chrono::year_month_day civil(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " +
           std::to_string(static_cast<unsigned>(civil.day())) + " " +
           std::string(kMonths[static_cast<unsigned>(civil.month()) - 1]) + " " +
           std::to_string(static_cast<int>(civil.year())) + " " + two_digits(clock.hours().count()) + ":" +
           two_digits(clock.minutes().count()) + ":" + two_digits(clock.seconds().count()) + " +0000";
}

bool is_header_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::string headers_of(const Message& message) {
    std::string out = "Date: " + date_text(message.date) + "\r\n";
    out += address_header("From", {message.from});
    out += address_header("To", message.to);
    out += unstructured_header("Subject", message.subject);
    out += id_header("Message-ID", {message.message_id});
    out += id_header("In-Reply-To", {message.in_reply_to});
    out += id_header("References", message.references);
    if (!message.language.empty()) {
        out += unstructured_header("Content-Language", message.language);
    }
    for (const auto& [name, text] : message.extra_headers) {
        if (is_header_name(name)) {
            out += unstructured_header(name, text);
        }
    }
    return out + "MIME-Version: 1.0\r\n";
}

std::string part(std::string_view subtype, std::string_view text) {
    return "Content-Type: text/" + std::string(subtype) +
           "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(text);
}

} // namespace

std::string to_rfc5322(const Message& message) {
    const std::string headers = headers_of(message);
    if (message.html.empty()) {
        return headers + part("plain", message.text);
    }
    const std::string delimiter = "--" + std::string(kBoundary);
    return headers + "Content-Type: multipart/alternative; boundary=\"" + std::string(kBoundary) + "\"\r\n\r\n" +
           delimiter + "\r\n" + part("plain", message.text) + "\r\n" + delimiter + "\r\n" + part("html", message.html) +
           "\r\n" + delimiter + "--\r\n";
}

std::string address_of(std::string_view from) {
    return split_address(from).address;
}

std::string name_of(std::string_view from) {
    const NameAndAddress parts = split_address(from);
    return parts.name.empty() ? parts.address : parts.name;
}

} // namespace mailquotad::notify
