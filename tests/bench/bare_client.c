// The least that a poll can cost: the same dialogue as mailquotad's, over OpenSSL, one mailbox after the other, without
// looking at the answers. Usage: bare_client HOST PORT CA_FILE 1.2|1.3 USER... (password on stdin)
#define _GNU_SOURCE
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char* what) {
    fprintf(stderr, "bare_client: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int connect_to(const char* host, const char* port) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo* found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        fail("getaddrinfo");
    }
    int descriptor = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || connect(descriptor, found->ai_addr, found->ai_addrlen) != 0) {
        fail("connect");
    }
    freeaddrinfo(found);
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

// Reads until a line begins with this (NULL: until the end) and returns the number of bytes.
static long read_until(SSL* tls, const char* line) {
    static char buffer[1 << 16];
    size_t used = 0;
    long total = 0;
    for (;;) {
        if (used + 1 >= sizeof buffer) {
            used = 0;
        }
        int got = SSL_read(tls, buffer + used, (int)(sizeof buffer - used - 1));
        if (got <= 0) {
            if (line != NULL) {
                fail("the server went away");
            }
            return total;
        }
        used += (size_t)got;
        total += got;
        buffer[used] = '\0';
        if (line != NULL && (strncmp(buffer, line, strlen(line)) == 0 || strstr(buffer, line) != NULL) &&
            buffer[used - 1] == '\n') {
            return total;
        }
    }
}

static void say(SSL* tls, const char* text) {
    if (SSL_write(tls, text, (int)strlen(text)) <= 0) {
        fail("SSL_write");
    }
}

static void log_in(SSL* tls, const char* user, const char* password) {
    unsigned char plain[512];
    unsigned char encoded[1024];
    char line[1200];
    int length = snprintf((char*)plain, sizeof plain, "%c%s%c%s", 0, user, 0, password);
    EVP_EncodeBlock(encoded, plain, length);
    snprintf(line, sizeof line, "a AUTHENTICATE PLAIN %s\r\n", (char*)encoded);
    say(tls, line);
    read_until(tls, "a OK");
}

static long poll_mailbox(SSL_CTX* context, char* const* target, const char* user, const char* password) {
    int descriptor = connect_to(target[0], target[1]);
    SSL* tls = SSL_new(context);
    SSL_set_tlsext_host_name(tls, target[0]);
    SSL_set1_host(tls, target[0]);
    SSL_set_fd(tls, descriptor);
    if (SSL_connect(tls) != 1) {
        fail("SSL_connect");
    }
    long total = read_until(tls, "* OK");
    log_in(tls, user, password);
    say(tls, "b GETQUOTAROOT INBOX\r\n"
             "c LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES SIZE))\r\n"
             "d LOGOUT\r\n");
    total += read_until(tls, NULL);
    SSL_shutdown(tls);
    SSL_free(tls);
    close(descriptor);
    return total;
}

int main(int argc, char** argv) {
    char password[256];
    if (argc < 5 || fgets(password, sizeof password, stdin) == NULL) {
        fail("usage: HOST PORT CA_FILE 1.2|1.3 USER... and the password on stdin");
    }
    password[strcspn(password, "\n")] = '\0';
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    int version = strcmp(argv[4], "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(context, argv[3], NULL) != 1) {
        fail("the CA file cannot be read");
    }
    long total = 0;
    for (int i = 5; i < argc; ++i) {
        total += poll_mailbox(context, argv + 1, argv[i], password);
    }
    SSL_CTX_free(context);
    printf("%ld\n", total);
    return 0;
}
