#include "imap/roles.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace mailquotad::imap {

namespace {

struct KnownName {
    std::string_view name; ///< as fold() writes it
    FolderRole role;
};

// Names that Outlook, Thunderbird, Apple Mail, Roundcube, Horde, Open-Xchange, Gmail and the hosters of our users give,
// by language. Only names that mean nothing else in any of these languages.
constexpr KnownName kNames[] = {
    {"inbox", FolderRole::inbox},
    // English
    {"sent", FolderRole::sent},
    {"sent items", FolderRole::sent},
    {"sent messages", FolderRole::sent},
    {"sent mail", FolderRole::sent},
    {"sent-mail", FolderRole::sent},
    {"trash", FolderRole::trash},
    {"deleted items", FolderRole::trash},
    {"deleted messages", FolderRole::trash},
    {"deleted", FolderRole::trash},
    {"bin", FolderRole::trash},
    {"junk", FolderRole::junk},
    {"junk e-mail", FolderRole::junk},
    {"junk-e-mail", FolderRole::junk},
    {"junk email", FolderRole::junk},
    {"junk mail", FolderRole::junk},
    {"spam", FolderRole::junk},
    {"bulk mail", FolderRole::junk},
    {"drafts", FolderRole::drafts},
    {"draft", FolderRole::drafts},
    {"archive", FolderRole::archive},
    {"archives", FolderRole::archive},
    {"all mail", FolderRole::all},
    {"starred", FolderRole::flagged},
    // German
    {"gesendet", FolderRole::sent},
    {"gesendete objekte", FolderRole::sent},
    {"gesendete elemente", FolderRole::sent},
    {"gesendete nachrichten", FolderRole::sent},
    {"postausgang gesendet", FolderRole::sent},
    {"papierkorb", FolderRole::trash},
    {"gelöschte objekte", FolderRole::trash},
    {"gelöschte elemente", FolderRole::trash},
    {"gelöschte nachrichten", FolderRole::trash},
    {"gelöscht", FolderRole::trash},
    {"spamverdacht", FolderRole::junk},
    {"unerwünscht", FolderRole::junk},
    {"entwürfe", FolderRole::drafts},
    {"entwurf", FolderRole::drafts},
    {"archiv", FolderRole::archive},
    {"alle nachrichten", FolderRole::all},
    // French
    {"envoyés", FolderRole::sent},
    {"éléments envoyés", FolderRole::sent},
    {"messages envoyés", FolderRole::sent},
    {"objets envoyés", FolderRole::sent},
    {"corbeille", FolderRole::trash},
    {"éléments supprimés", FolderRole::trash},
    {"courrier indésirable", FolderRole::junk},
    {"indésirables", FolderRole::junk},
    {"pourriel", FolderRole::junk},
    {"brouillons", FolderRole::drafts},
    // Dutch
    {"verzonden", FolderRole::sent},
    {"verzonden items", FolderRole::sent},
    {"verzonden berichten", FolderRole::sent},
    {"prullenbak", FolderRole::trash},
    {"verwijderde items", FolderRole::trash},
    {"ongewenste e-mail", FolderRole::junk},
    {"concepten", FolderRole::drafts},
    {"archief", FolderRole::archive},
    // Polish
    {"wysłane", FolderRole::sent},
    {"elementy wysłane", FolderRole::sent},
    {"wiadomości wysłane", FolderRole::sent},
    {"kosz", FolderRole::trash},
    {"elementy usunięte", FolderRole::trash},
    {"wiadomości-śmieci", FolderRole::junk},
    {"szkice", FolderRole::drafts},
    {"kopie robocze", FolderRole::drafts},
    {"wersje robocze", FolderRole::drafts},
    {"archiwum", FolderRole::archive},
    // Czech (Active24)
    {"odeslané", FolderRole::sent},
    {"odeslaná pošta", FolderRole::sent},
    {"odeslané položky", FolderRole::sent},
    {"koš", FolderRole::trash},
    {"odstraněné položky", FolderRole::trash},
    {"odstraněná pošta", FolderRole::trash},
    {"nevyžádaná pošta", FolderRole::junk},
    {"koncepty", FolderRole::drafts},
    {"rozepsané", FolderRole::drafts},
    // Italian
    {"posta inviata", FolderRole::sent},
    {"inviati", FolderRole::sent},
    {"inviata", FolderRole::sent},
    {"cestino", FolderRole::trash},
    {"posta eliminata", FolderRole::trash},
    {"posta indesiderata", FolderRole::junk},
    {"bozze", FolderRole::drafts},
    {"archivio", FolderRole::archive},
    // Spanish and Catalan
    {"enviados", FolderRole::sent},
    {"elementos enviados", FolderRole::sent},
    {"mensajes enviados", FolderRole::sent},
    {"papelera", FolderRole::trash},
    {"elementos eliminados", FolderRole::trash},
    {"correo no deseado", FolderRole::junk},
    {"borradores", FolderRole::drafts},
    {"archivo", FolderRole::archive},
    // Portuguese
    {"itens enviados", FolderRole::sent},
    {"lixeira", FolderRole::trash},
    {"rascunhos", FolderRole::drafts},
    // Turkish
    {"gönderilmiş öğeler", FolderRole::sent},
    {"gönderilenler", FolderRole::sent},
    {"gönderilmiş", FolderRole::sent},
    {"silinmiş öğeler", FolderRole::trash},
    {"çöp", FolderRole::trash},
    {"çöp kutusu", FolderRole::trash},
    {"önemsiz", FolderRole::junk},
    {"önemsiz e-posta", FolderRole::junk},
    {"gereksiz", FolderRole::junk},
    {"taslaklar", FolderRole::drafts},
    {"arşiv", FolderRole::archive},
};

// Lower case for ASCII and for the two-byte letters of Latin-1 and Latin Extended-A that the names above hold.
std::string fold(std::string_view name) {
    std::string result(name);
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto byte = static_cast<unsigned char>(result[i]);
        const auto next = i + 1 < result.size() ? static_cast<unsigned char>(result[i + 1]) : 0U;
        if (byte >= 'A' && byte <= 'Z') {
            result[i] = static_cast<char>(byte + 0x20);
        } else if (byte == 0xC3 && next >= 0x80 && next <= 0x9E && next != 0x97) {
            result[++i] = static_cast<char>(next + 0x20);
        } else if (byte == 0xC4 && next >= 0x80 && next <= 0xB7 && next % 2 == 0) {
            result[++i] = static_cast<char>(next + 1);
        } else if (byte == 0xC5 && next >= 0x8A && next <= 0xB7 && next % 2 == 0) {
            result[++i] = static_cast<char>(next + 1);
        } else if (byte == 0xC5 && (next == 0x81 || next == 0x83 || next == 0x85 || next == 0x87)) {
            result[++i] = static_cast<char>(next + 1);
        }
    }
    return result;
}

} // namespace

FolderRole role_by_name(std::string_view utf8_name) {
    const std::string name = fold(utf8_name);
    const auto* known =
        std::find_if(std::begin(kNames), std::end(kNames), [&](const KnownName& each) { return each.name == name; });
    return known == std::end(kNames) ? FolderRole::other : known->role;
}

} // namespace mailquotad::imap
