#include "catch.h"

#include "notify/header_text.h"
#include "notify/message.h"

#include <libetpan/libetpan.h>
#include <memory>
#include <rapidcheck.h>
#include <sstream>

using namespace mailquotad;
using notify::Message;
using namespace std::chrono_literals;

namespace {

Message plain_message() {
    Message message;
    message.from = "Webmaster·in Verein <webmaster@verein.example>";
    message.to = {"kim@privat.example", "Kim Muster <kim.muster@verein.example>"};
    message.subject = "[Postfach kim] 83 % belegt";
    message.text = "Größe: 83 MB\n.\nFrom hier an\n";
    message.html = "<p>Größe: 83 MB</p>\n";
    message.message_id = "kim.4.1.0123456789ab@verein.example";
    message.language = "de";
    message.date = std::chrono::sys_days(std::chrono::year(2026) / 11 / 1) + 8h + 5min + 9s;
    return message;
}

std::vector<std::string> lines_of(const std::string& mail) {
    std::vector<std::string> lines;
    std::istringstream in(mail);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string header_block(const std::string& mail) {
    return mail.substr(0, mail.find("\r\n\r\n") + 2);
}

struct FreeMime {
    void operator()(mailmime* mime) const { mailmime_free(mime); }
};

// What a mail program reads: libetpan's parser, for a second opinion on what was written.
struct Parsed {
    std::vector<std::pair<std::string, std::string>> parts; ///< subtype and decoded text
    std::string subject;
};

std::string decoded_subject(const std::string& mail) {
    const auto at = mail.find("\r\nSubject:") + 10;
    std::string raw = mail.substr(at, mail.find("\r\n", at) - at);
    for (auto end = mail.find("\r\n", at); mail[end + 2] == ' '; end = mail.find("\r\n", end + 2)) {
        raw += mail.substr(end, mail.find("\r\n", end + 2) - end);
    }
    std::size_t index = 0;
    char* decoded = nullptr;
    REQUIRE(mailmime_encoded_phrase_parse("us-ascii", raw.c_str(), raw.size(), &index, "utf-8", &decoded) ==
            MAILIMF_NO_ERROR);
    std::string result = decoded;
    std::free(decoded); // NOLINT: libetpan allocates with malloc
    return result.substr(result.find_first_not_of(' '));
}

Parsed parse(const std::string& mail) {
    std::size_t index = 0;
    mailmime* raw = nullptr;
    REQUIRE(mailmime_parse(mail.data(), mail.size(), &index, &raw) == MAILIMF_NO_ERROR);
    const std::unique_ptr<mailmime, FreeMime> mime(raw);
    mailmime* const body = mime->mm_data.mm_message.mm_msg_mime;
    REQUIRE(body->mm_type == MAILMIME_MULTIPLE);
    Parsed parsed;
    parsed.subject = decoded_subject(mail);
    for (clistiter* part = clist_begin(body->mm_data.mm_multipart.mm_mp_list); part != nullptr;
         part = clist_next(part)) {
        const auto* const single = static_cast<mailmime*>(clist_content(part));
        const mailmime_data* const data = single->mm_data.mm_single;
        std::size_t position = 0;
        char* text = nullptr;
        std::size_t length = 0;
        REQUIRE(mailmime_part_parse(data->dt_data.dt_text.dt_data, data->dt_data.dt_text.dt_length, &position,
                                    MAILMIME_MECHANISM_QUOTED_PRINTABLE, &text, &length) == MAILIMF_NO_ERROR);
        parsed.parts.emplace_back(single->mm_content_type->ct_subtype, std::string(text, length));
        mailmime_decoded_part_free(text);
    }
    return parsed;
}

} // namespace

TEST_CASE("a mail has both forms of its text, plain first", "[notify]") {
    const Parsed parsed = parse(notify::to_rfc5322(plain_message()));
    REQUIRE(parsed.parts.size() == 2);
    CHECK(parsed.parts[0].first == "plain");
    CHECK(parsed.parts[0].second == "Größe: 83 MB\r\n.\r\nFrom hier an\r\n");
    CHECK(parsed.parts[1].first == "html");
    CHECK(parsed.parts[1].second == "<p>Größe: 83 MB</p>\r\n");
}

TEST_CASE("a mail without HTML is one part of plain text", "[notify]") {
    Message message = plain_message();
    message.html.clear();
    const std::string mail = notify::to_rfc5322(message);
    CHECK(mail.find("multipart") == std::string::npos);
    CHECK_THAT(mail, ContainsSubstring("Content-Type: text/plain; charset=utf-8\r\n"));
}

TEST_CASE("the headers of a mail are those of RFC 5322", "[notify]") {
    const std::string mail = notify::to_rfc5322(plain_message());
    CHECK_THAT(mail, ContainsSubstring("Date: Sun, 1 Nov 2026 08:05:09 +0000\r\n"));
    CHECK_THAT(mail, ContainsSubstring("From: =?UTF-8?Q?Webmaster=C2=B7in_Verein?= <webmaster@verein.example>\r\n"));
    CHECK_THAT(mail, ContainsSubstring("To: kim@privat.example, Kim Muster <kim.muster@verein.example>\r\n"));
    CHECK_THAT(mail, ContainsSubstring("Subject: [Postfach kim] 83 % belegt\r\n"));
    CHECK_THAT(mail, ContainsSubstring("Message-ID: <kim.4.1.0123456789ab@verein.example>\r\n"));
    CHECK_THAT(mail, ContainsSubstring("MIME-Version: 1.0\r\n"));
    CHECK(mail.find("In-Reply-To") == std::string::npos);
    CHECK(mail.find("References") == std::string::npos);
}

TEST_CASE("a thread is named by its first and its last mail", "[notify]") {
    Message message = plain_message();
    message.in_reply_to = "first@verein.example";
    message.references = {"first@verein.example", "a-rather-long-identification-of-the-last-mail@verein.example"};
    const std::string mail = notify::to_rfc5322(message);
    CHECK_THAT(mail, ContainsSubstring("In-Reply-To: <first@verein.example>\r\n"));
    CHECK_THAT(mail, ContainsSubstring("References: <first@verein.example>\r\n <a-rather-long-"));
}

TEST_CASE("nothing in a header can begin another header", "[notify]") {
    const std::string evil = "x\r\nBcc: all@verein.example\r\n\r\n<p>body\n\nmore" + std::string(1, '\0') + "\x0b";
    Message message = plain_message();
    message.from = "Kim" + evil + " <webmaster@verein.example>";
    message.to = {"a@b.example" + evil, evil + " <ok@verein.example>"};
    message.subject = evil;
    message.message_id = "id" + evil;
    message.in_reply_to = evil;
    message.references = {evil, evil};
    message.language = evil;
    message.extra_headers = {{"X-Name", evil}, {"X-Evil\r\nBcc", "a@b"}, {"", "a"}, {"X Y", "a"}};
    for (const std::string& line : lines_of(header_block(notify::to_rfc5322(message)))) {
        INFO(line);
        CHECK(line.rfind("Bcc", 0) != 0);
        CHECK(line.rfind("<p>", 0) != 0);
        CHECK(line.ends_with('\r'));
        CHECK(line.size() > 1);
    }
}

TEST_CASE("an address that is none is left out", "[notify]") {
    Message message = plain_message();
    message.from = "nobody";
    message.to = {"", "a b@c", "two@at@signs", "ok@verein.example"};
    const std::string mail = notify::to_rfc5322(message);
    CHECK(mail.find("From:") == std::string::npos);
    CHECK_THAT(mail, ContainsSubstring("To: ok@verein.example\r\n"));
}

TEST_CASE("addresses are taken out of what stands around them", "[notify]") {
    CHECK(notify::address_of("Kim Muster <kim@verein.example>") == "kim@verein.example");
    CHECK(notify::address_of(" kim@verein.example ") == "kim@verein.example");
    CHECK(notify::address_of("\"Muster, <Kim>\" <kim@verein.example>") == "kim@verein.example");
    CHECK(notify::address_of("<kim@verein.example>") == "kim@verein.example");
    CHECK(notify::address_of("kim").empty());
    CHECK(notify::address_of("").empty());
    CHECK(notify::address_of("@verein.example").empty());
    CHECK(notify::address_of("kim@").empty());
    CHECK(notify::address_of("kim@verein.example\r\nRCPT TO:<x@y>").empty());
    CHECK(notify::address_of("Kim <kim@verein.example> hidden").empty());
    CHECK(notify::address_of("jürgen@verein.example").empty());
    CHECK(notify::name_of("\"Muster, \\\"Kim\\\"\" <kim@verein.example>") == "Muster, \"Kim\"");
    CHECK(notify::name_of("kim@verein.example") == "kim@verein.example");
}

TEST_CASE("a name with special characters is quoted", "[notify]") {
    CHECK(notify::address_header("From", {"Muster, Kim <kim@verein.example>"}) ==
          "From: \"Muster, Kim\" <kim@verein.example>\r\n");
    CHECK(notify::address_header("From", {"\"K. \\\"M\\\"\" <kim@verein.example>"}) ==
          "From: \"K. \\\"M\\\"\" <kim@verein.example>\r\n");
}

TEST_CASE("any subject comes back as it was, in lines that every server takes", "[notify]") {
    CHECK(rc::check([](const std::vector<std::uint16_t>& codes) {
        std::string subject = "x";
        for (const unsigned code : codes) { // letters, spaces and characters of one to three bytes
            if (code % 5 == 0) {
                subject += ' ';
            } else if (code % 5 == 1) {
                subject += static_cast<char>(0xC3);
                subject += static_cast<char>(0xA0 + code % 32);
            } else if (code % 5 == 2) {
                subject += "€";
            } else {
                subject += static_cast<char>('!' + code % 94);
            }
        }
        subject += 'x';
        const std::string header = notify::unstructured_header("Subject", subject);
        for (const std::string& line : lines_of(header)) {
            RC_ASSERT(line.size() <= 999);
            RC_ASSERT(line.find("=?UTF-8") == std::string::npos || line.size() <= 78);
            RC_ASSERT(line.ends_with('\r'));
        }
        const std::string read = decoded_subject("\r\n" + header + "\r\n");
        if (header.find("=?UTF-8") != std::string::npos) {
            RC_ASSERT(read == subject);
        }
    }));
}

TEST_CASE("any body comes back as it was, in lines of 7-bit text up to 76 characters", "[notify]") {
    CHECK(rc::check([](const std::vector<std::uint8_t>& bytes) {
        Message message = plain_message();
        message.text = "x";
        for (const unsigned byte : bytes) {
            const unsigned choice = byte % 8;
            message.text += choice == 0   ? "\n"
                            : choice == 1 ? "ä"
                            : choice == 2 ? "="
                            : choice == 3 ? " "
                            : choice == 4 ? "."
                            : choice == 5 ? "--=_mailquotad_alternative"
                            : choice == 6 ? "From "
                                          : std::string(1, static_cast<char>('!' + byte % 94));
        }
        message.text += "x\n";
        const std::string mail = notify::to_rfc5322(message);
        for (const std::string& line : lines_of(mail)) {
            RC_ASSERT(line.size() <= 78 + 1);
            RC_ASSERT(std::all_of(line.begin(), line.end(),
                                  [](char c) { return c > 0 && (c >= ' ' || c == '\t' || c == '\r'); }));
        }
        std::string expected;
        for (const char c : message.text) {
            expected += c == '\n' ? "\r\n" : std::string(1, c);
        }
        RC_ASSERT(parse(mail).parts.at(0).second == expected);
    }));
}

TEST_CASE("control characters and broken UTF-8 in a body do no harm", "[notify]") {
    Message message = plain_message();
    message.text = "a\r\nb\rc" + std::string(1, '\0') + "\x1b[31m\xff";
    CHECK(parse(notify::to_rfc5322(message)).parts.at(0).second == "a\r\nbc[31m\xef\xbf\xbd\r\n");
}
