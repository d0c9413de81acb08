// An IMAP server with one folder or several of many messages each that tells their sizes only by UID FETCH: no
// LIST-STATUS, no STATUS=SIZE, no TLS. One connection after the other, any login. Usage: bench_server MESSAGES
// [FOLDERS] Prints its port, then for every connection what was asked: "commands N fetches N messages N".
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct Counts {
    long commands;
    long fetches;
    long messages;
};

struct Session {
    FILE* in;
    FILE* out;
    unsigned long messages; // of each folder
    unsigned long folders;
    struct Counts counts;
};

static void fail(const char* what) {
    perror(what);
    exit(1);
}

// The size of a message, the same every time; tests/bench/fetch knows this formula.
static unsigned long size_of(unsigned long uid) {
    return 1000 + uid * 7919 % 60000;
}

static void answer(struct Session* session, const char* format, ...) __attribute__((format(printf, 2, 3)));

static void answer(struct Session* session, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(session->out, format, arguments);
    va_end(arguments);
    fputs("\r\n", session->out);
}

// Writes a number before `end` and returns where it begins: vfprintf would be most of the server's time.
static char* put_number(char* end, unsigned long number) {
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return end;
}

// Dates over the ten years from 2016 on; every 50th message is flagged, every 97th marked as deleted.
static void put_details(FILE* out, unsigned long uid) {
    static const char* const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const unsigned long day = uid * 7 % 3600;
    const unsigned long of_month = 1 + day % 28;
    const unsigned long second = uid * 31 % 60;
    char text[] = " INTERNALDATE \"00-Jan-2016 12:00:00 +0000\" FLAGS (";
    text[15] = (char)('0' + of_month / 10);
    text[16] = (char)('0' + of_month % 10);
    memcpy(text + 18, months[day / 28 % 12], 3);
    text[25] = (char)('6' + day / 900);
    text[33] = (char)('0' + second / 10);
    text[34] = (char)('0' + second % 10);
    fputs(text, out);
    fputs(uid % 97 == 0 ? "\\Seen \\Deleted)" : uid % 50 == 0 ? "\\Seen \\Flagged)" : "\\Seen)", out);
}

static void fetch_line(FILE* out, unsigned long uid, int with_details) {
    char number[24];
    char* end = number + sizeof number;
    char* uid_text = put_number(end, uid);
    fputs("* ", out);
    fwrite(uid_text, 1, (size_t)(end - uid_text), out);
    fputs(" FETCH (UID ", out);
    fwrite(uid_text, 1, (size_t)(end - uid_text), out);
    fputs(" RFC822.SIZE ", out);
    char* size_text = put_number(end, size_of(uid));
    fwrite(size_text, 1, (size_t)(end - size_text), out);
    if (with_details) {
        put_details(out, uid);
    }
    fputs(")\r\n", out);
}

// "5:*", "5:9" or "5"; every UID is its sequence number.
static void fetch(struct Session* session, const char* range) {
    char* rest = NULL;
    unsigned long first = strtoul(range, &rest, 10);
    unsigned long last = first;
    if (*rest == ':') {
        last = rest[1] == '*' ? session->messages : strtoul(rest + 1, NULL, 10);
    }
    if (last > session->messages) {
        last = session->messages;
    }
    if (rest[0] == ':' && rest[1] == '*' && first > last) {
        first = last; // RFC 3501 section 6.4.8: n:* always holds the last message
    }
    const int with_details = strstr(rest, "INTERNALDATE") != NULL;
    ++session->counts.fetches;
    for (unsigned long uid = first; uid != 0 && uid <= last; ++uid) {
        fetch_line(session->out, uid, with_details);
        ++session->counts.messages;
    }
}

static void examine(struct Session* session) {
    answer(session, "* FLAGS (\\Seen)");
    answer(session, "* %lu EXISTS", session->messages);
    answer(session, "* 0 RECENT");
    answer(session, "* OK [UIDVALIDITY 42] valid");
    answer(session, "* OK [UIDNEXT %lu] next", session->messages + 1);
}

static void status(struct Session* session, char* rest) {
    const char* name = strtok(rest, "\" ");
    answer(session, "* STATUS %s (MESSAGES %lu UIDVALIDITY 42 UIDNEXT %lu)", name != NULL ? name : "INBOX",
           session->messages, session->messages + 1);
}

static void list(struct Session* session) {
    answer(session, "* LIST () \"/\" INBOX");
    for (unsigned long folder = 2; folder <= session->folders; ++folder) {
        answer(session, "* LIST () \"/\" Folder%lu", folder);
    }
}

// One command; 0 after LOGOUT.
static int command(struct Session* session, char* line) {
    char* tag = strtok(line, " ");
    char* verb = strtok(NULL, " ");
    char* rest = strtok(NULL, "");
    if (tag == NULL || verb == NULL) {
        answer(session, "* BAD what?");
        return 1;
    }
    ++session->counts.commands;
    rest = rest != NULL ? rest : verb + strlen(verb);
    if (strcasecmp(verb, "LOGOUT") == 0) {
        answer(session, "* BYE bye");
    } else if (strcasecmp(verb, "CAPABILITY") == 0) {
        answer(session, "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN NAMESPACE QUOTA");
    } else if (strcasecmp(verb, "NAMESPACE") == 0) {
        answer(session, "* NAMESPACE ((\"\" \"/\")) NIL NIL");
    } else if (strcasecmp(verb, "GETQUOTAROOT") == 0) {
        answer(session, "* QUOTAROOT INBOX \"\"");
        answer(session, "* QUOTA \"\" (STORAGE 1000000 100000000)");
    } else if (strcasecmp(verb, "LIST") == 0) {
        list(session);
    } else if (strcasecmp(verb, "STATUS") == 0) {
        status(session, rest);
    } else if (strcasecmp(verb, "EXAMINE") == 0) {
        examine(session);
    } else if (strcasecmp(verb, "UID") == 0 && strncasecmp(rest, "FETCH ", 6) == 0) {
        fetch(session, rest + 6);
    } else if (strcasecmp(verb, "LOGIN") != 0 && strcasecmp(verb, "AUTHENTICATE") != 0 &&
               strcasecmp(verb, "NOOP") != 0 && strcasecmp(verb, "UNSELECT") != 0 && strcasecmp(verb, "ID") != 0) {
        answer(session, "%s BAD unknown", tag);
        return 1;
    }
    answer(session, "%s OK done", tag);
    return strcasecmp(verb, "LOGOUT") != 0;
}

static void serve(int descriptor, unsigned long messages, unsigned long folders) {
    static char line[1 << 16];
    struct Session session = {
        .in = fdopen(descriptor, "r"), .out = fdopen(dup(descriptor), "w"), .messages = messages, .folders = folders};
    if (session.in == NULL || session.out == NULL) {
        fail("fdopen");
    }
    setvbuf(session.out, NULL, _IOFBF, 1 << 16);
    answer(&session, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN NAMESPACE QUOTA] ready");
    int more = 1;
    while (more && fflush(session.out) == 0 && fgets(line, sizeof line, session.in) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        more = command(&session, line);
    }
    fclose(session.out);
    fclose(session.in);
    printf("commands %ld fetches %ld messages %ld\n", session.counts.commands, session.counts.fetches,
           session.counts.messages);
    fflush(stdout);
}

int main(int argc, char** argv) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    signal(SIGPIPE, SIG_IGN);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc < 2 || argc > 3 || listener < 0 || bind(listener, (struct sockaddr*)&address, sizeof address) != 0 ||
        listen(listener, 8) != 0 || getsockname(listener, (struct sockaddr*)&address, &length) != 0) {
        fail("bench_server MESSAGES [FOLDERS]");
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int descriptor = accept(listener, NULL, NULL);
        if (descriptor < 0) {
            fail("accept");
        }
        int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        serve(descriptor, strtoul(argv[1], NULL, 10), argc > 2 ? strtoul(argv[2], NULL, 10) : 1);
    }
}
