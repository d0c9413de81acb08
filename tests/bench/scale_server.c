// An IMAP server over TLS for any number of mailboxes and connections, in one thread: each with a limit and a folder of
// every role, any login, the batch of commands that the daemon sends. What a client says is taken up DELAY ms after it
// came, as over a line with that round trip: the beginning of a connection counts as one round trip more, TCP's own.
//
// Usage: scale_server CERTIFICATE KEY DELAY_MS
// Prints its port. Each line on stdin is answered by what happened since the line before: "now N greatest N begun N
// ended N logins N refused N cpu_ms N". Ends when stdin does. Holds at most 2 GiB and one core.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_EVENTS 256
#define ROOM 16384
#define CAPABILITIES                                                                                                   \
    "IMAP4rev1 LITERAL+ SASL-IR NAMESPACE QUOTA LIST-EXTENDED LIST-STATUS SPECIAL-USE STATUS=SIZE AUTH=PLAIN"

enum state { connecting, shaking, talking };

struct Connection {
    int descriptor;
    SSL* tls;
    enum state state;
    long long due; // when what came is taken up
    struct Connection* next;
    unsigned long mailbox; // from the login's first digits
    size_t used;
    char said[4096];
};

// Connections that wait for their time. All wait equally long, so that they are due in the order in which they came.
struct Queue {
    struct Connection* first;
    struct Connection* last;
    long long delay;
};

static struct Queue beginning;
static struct Queue waiting;
static int poller;
static SSL_CTX* context;
static struct {
    long now, greatest, begun, ended, logins, refused;
    double cpu_ms;
} counts;

static void fail(const char* what) {
    perror(what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static long long now_us(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void put(struct Queue* queue, struct Connection* connection) {
    connection->due = now_us(CLOCK_MONOTONIC) + queue->delay;
    connection->next = NULL;
    *(queue->first == NULL ? &queue->first : &queue->last->next) = connection;
    queue->last = connection;
}

static struct Connection* take_due(struct Queue* queue, long long now) {
    struct Connection* connection = queue->first;
    if (connection == NULL || connection->due > now) {
        return NULL;
    }
    queue->first = connection->next;
    return connection;
}

// One event more for this connection, then none until it is asked for again.
static void watch(struct Connection* connection, int operation) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = connection};
    if (epoll_ctl(poller, operation, connection->descriptor, &event) != 0) {
        fail("epoll_ctl");
    }
}

static void end(struct Connection* connection) {
    SSL_free(connection->tls);
    close(connection->descriptor);
    free(connection);
    --counts.now;
    ++counts.ended;
}

static void answer(char** end_of, const char* limit, const char* format, ...) __attribute__((format(printf, 3, 4)));

static void answer(char** end_of, const char* limit, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(*end_of, (size_t)(limit - *end_of), format, arguments);
    va_end(arguments);
    if (length < 0 || length + 2 >= limit - *end_of) {
        fail("an answer is too long");
    }
    memcpy(*end_of + length, "\r\n", 2);
    *end_of += length + 2;
}

// Every mailbox is between 10 and 69 percent full.
static void quota(struct Connection* connection, char** out, const char* limit) {
    answer(out, limit, "* QUOTA \"User quota\" (STORAGE %lu 102400 MESSAGE %lu 10000)",
           10240 + connection->mailbox % 60 * 1024, 100 + connection->mailbox % 3000);
}

static void folders(char** out, const char* limit) {
    static const char* const names[] = {"INBOX", "Sent", "Trash", "Junk", "Archive", "Drafts", "Starred", "Projects"};
    static const char* const roles[] = {"", "\\Sent", "\\Trash", "\\Junk", "\\Archive", "\\Drafts", "\\Flagged", ""};
    for (int i = 0; i < 8; ++i) {
        answer(out, limit, "* LIST (%s) \"/\" \"%s\"", roles[i], names[i]);
        answer(out, limit, "* STATUS \"%s\" (MESSAGES %d SIZE %d UIDVALIDITY 1 UIDNEXT %d)", names[i], 10 * i + 10,
               (i + 1) << 20, 10 * i + 11);
    }
}

static void log_in(struct Connection* connection, const char* rest) {
    unsigned char plain[1024];
    const char* initial = strchr(rest, ' ');
    ++counts.logins;
    if (initial == NULL || strlen(initial + 1) > sizeof plain) {
        return;
    }
    const int length = EVP_DecodeBlock(plain, (const unsigned char*)initial + 1, (int)strlen(initial + 1));
    for (int i = 0; i < length; ++i) {
        if (plain[i] >= '0' && plain[i] <= '9') {
            connection->mailbox = connection->mailbox * 10 + plain[i] - '0';
        } else if (connection->mailbox != 0) {
            return;
        }
    }
}

// One command; 0 after LOGOUT.
static int command(struct Connection* connection, char* line, char** out, const char* limit) {
    char* tag = strtok(line, " ");
    char* verb = strtok(NULL, " ");
    char* rest = strtok(NULL, "");
    const char* code = "";
    if (tag == NULL || verb == NULL) {
        answer(out, limit, "* BAD what?");
        return 1;
    }
    rest = rest != NULL ? rest : verb + strlen(verb);
    if (strcasecmp(verb, "LOGOUT") == 0) {
        answer(out, limit, "* BYE bye");
    } else if (strcasecmp(verb, "AUTHENTICATE") == 0) {
        log_in(connection, rest);
        code = "[CAPABILITY " CAPABILITIES "] ";
    } else if (strcasecmp(verb, "CAPABILITY") == 0) {
        answer(out, limit, "* CAPABILITY " CAPABILITIES);
    } else if (strcasecmp(verb, "NAMESPACE") == 0) {
        answer(out, limit, "* NAMESPACE ((\"\" \"/\")) NIL NIL");
    } else if (strcasecmp(verb, "GETQUOTAROOT") == 0) {
        answer(out, limit, "* QUOTAROOT INBOX \"User quota\"");
        quota(connection, out, limit);
    } else if (strcasecmp(verb, "GETQUOTA") == 0) {
        quota(connection, out, limit);
    } else if (strcasecmp(verb, "LIST") == 0) {
        folders(out, limit);
    } else {
        ++counts.refused;
        answer(out, limit, "%s BAD unknown", tag);
        return 1;
    }
    answer(out, limit, "%s OK %sdone", tag, code);
    return strcasecmp(verb, "LOGOUT") != 0;
}

static int say(struct Connection* connection, const char* text, size_t length) {
    return length == 0 || SSL_write(connection->tls, text, (int)length) == (int)length;
}

// All whole lines that were read, answered in one flight; 0 where the connection is to end.
static int converse(struct Connection* connection) {
    char text[ROOM];
    char* out = text;
    char* line = connection->said;
    char* line_end = NULL;
    int more = 1;
    while (more && (line_end = memchr(line, '\n', connection->used - (size_t)(line - connection->said))) != NULL) {
        *line_end = '\0';
        line[strcspn(line, "\r")] = '\0';
        more = command(connection, line, &out, text + sizeof text);
        line = line_end + 1;
    }
    connection->used -= (size_t)(line - connection->said);
    memmove(connection->said, line, connection->used);
    if (say(connection, text, (size_t)(out - text)) && more) {
        return 1;
    }
    SSL_shutdown(connection->tls);
    return 0;
}

static int greet(struct Connection* connection) {
    static const char greeting[] = "* OK [CAPABILITY " CAPABILITIES "] ready\r\n";
    connection->state = talking;
    return say(connection, greeting, sizeof greeting - 1);
}

// What came until now; 0 where the connection is to end.
static int take_up(struct Connection* connection) {
    if (connection->state != talking) {
        const int done = SSL_accept(connection->tls);
        if (done != 1) {
            return SSL_get_error(connection->tls, done) == SSL_ERROR_WANT_READ;
        }
        return greet(connection);
    }
    for (;;) {
        const size_t room = sizeof connection->said - connection->used;
        const int got = room == 0 ? 0 : SSL_read(connection->tls, connection->said + connection->used, (int)room);
        if (got <= 0) {
            return room != 0 && SSL_get_error(connection->tls, got) == SSL_ERROR_WANT_READ;
        }
        connection->used += (size_t)got;
        if (!converse(connection)) {
            return 0;
        }
    }
}

static void accept_all(int listener) {
    int descriptor;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct Connection* connection = calloc(1, sizeof *connection);
        int on = 1;
        if (connection == NULL || (connection->tls = SSL_new(context)) == NULL) {
            fail("a connection");
        }
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection->descriptor = descriptor;
        SSL_set_fd(connection->tls, descriptor);
        put(&beginning, connection);
    }
    if (errno != EAGAIN && errno != ECONNABORTED) {
        fail("accept");
    }
}

// TCP's own round trip is over: from now on the connection is there, and what it says comes as late as all the rest.
static void begin(struct Connection* connection) {
    ++counts.begun;
    if (++counts.now > counts.greatest) {
        counts.greatest = counts.now;
    }
    connection->state = shaking;
    watch(connection, EPOLL_CTL_ADD);
}

static void report(void) {
    const double cpu_ms = (double)now_us(CLOCK_PROCESS_CPUTIME_ID) / 1000;
    printf("now %ld greatest %ld begun %ld ended %ld logins %ld refused %ld cpu_ms %.1f\n", counts.now, counts.greatest,
           counts.begun, counts.ended, counts.logins, counts.refused, cpu_ms - counts.cpu_ms);
    fflush(stdout);
    counts.greatest = counts.now;
    counts.begun = counts.ended = counts.logins = counts.refused = 0;
    counts.cpu_ms = cpu_ms;
}

static int milliseconds_until_due(void) {
    long long due = -1;
    if (beginning.first != NULL) {
        due = beginning.first->due;
    }
    if (waiting.first != NULL && (due < 0 || waiting.first->due < due)) {
        due = waiting.first->due;
    }
    if (due < 0) {
        return -1;
    }
    const long long rest = due - now_us(CLOCK_MONOTONIC);
    return rest <= 0 ? 0 : (int)((rest + 999) / 1000);
}

static void serve_due(void) {
    struct Connection* connection;
    const long long now = now_us(CLOCK_MONOTONIC);
    while ((connection = take_due(&beginning, now)) != NULL) {
        begin(connection);
    }
    while ((connection = take_due(&waiting, now)) != NULL) {
        if (take_up(connection)) {
            watch(connection, EPOLL_CTL_MOD);
        } else {
            end(connection);
        }
    }
}

static void serve(int listener) {
    struct epoll_event events[MOST_EVENTS];
    char line[256];
    for (;;) {
        const int count = epoll_wait(poller, events, MOST_EVENTS, milliseconds_until_due());
        for (int i = 0; i < count; ++i) {
            if (events[i].data.ptr == &beginning) {
                accept_all(listener);
            } else if (events[i].data.ptr != &waiting) {
                put(&waiting, events[i].data.ptr);
            } else if (read(STDIN_FILENO, line, sizeof line) > 0) {
                report();
            } else {
                return;
            }
        }
        serve_due();
    }
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr*)&address, sizeof address) != 0 ||
        listen(listener, 4096) != 0 || getsockname(listener, (struct sockaddr*)&address, &length) != 0) {
        fail("listen");
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void watch_for_ever(int descriptor, void* what) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        fail("epoll_ctl");
    }
}

int main(int argc, char** argv) {
    const struct rlimit memory = {.rlim_cur = 2UL << 30, .rlim_max = 2UL << 30};
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_server_method());
    if (argc != 4 || setrlimit(RLIMIT_AS, &memory) != 0 || SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1) {
        fail("usage: scale_server CERTIFICATE KEY DELAY_MS");
    }
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    beginning.delay = waiting.delay = strtol(argv[3], NULL, 10) * 1000;
    poller = epoll_create1(EPOLL_CLOEXEC);
    const int listener = listen_on_loopback();
    watch_for_ever(listener, &beginning);
    watch_for_ever(STDIN_FILENO, &waiting);
    serve(listener);
    return 0;
}
