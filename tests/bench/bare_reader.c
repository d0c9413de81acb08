// The least that sizing by UID FETCH can cost: a login without TLS, EXAMINE, one FETCH, and the lines of the answer
// counted without looking at them. Usage: bare_reader PORT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char* what) {
    perror(what);
    exit(1);
}

int main(int argc, char** argv) {
    static char buffer[1 << 16];
    const char* batch = "a LOGIN kim secret\r\nb EXAMINE INBOX\r\nc UID FETCH 1:* (UID RFC822.SIZE)\r\nd LOGOUT\r\n";
    if (argc != 2) {
        fail("usage: bare_reader PORT");
    }
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons((unsigned short)strtoul(argv[1], NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0 || connect(descriptor, (const struct sockaddr*)&address, sizeof address) != 0) {
        fail("connect");
    }
    if (write(descriptor, batch, strlen(batch)) != (ssize_t)strlen(batch)) {
        fail("write");
    }
    long lines = 0;
    for (ssize_t got; (got = read(descriptor, buffer, sizeof buffer)) > 0;) {
        for (const char* at = buffer; (at = memchr(at, '\n', (size_t)(buffer + got - at))) != NULL; ++at) {
            ++lines;
        }
    }
    close(descriptor);
    printf("%ld\n", lines);
    return 0;
}
