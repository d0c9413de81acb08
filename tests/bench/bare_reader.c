// The least that sizing or a survey by UID FETCH can cost: a login without TLS, EXAMINE and one FETCH for each folder,
// and the lines of the answer counted without looking at them. Usage: bare_reader PORT [FOLDERS]
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
    static char batch[1 << 16];
    if (argc < 2 || argc > 3) {
        fail("usage: bare_reader PORT [FOLDERS]");
    }
    const char* items = argc > 2 ? "UID RFC822.SIZE INTERNALDATE FLAGS" : "UID RFC822.SIZE";
    const long folders = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
    size_t length = (size_t)snprintf(batch, sizeof batch, "a LOGIN kim secret\r\n");
    for (long folder = 0; folder < folders && length < sizeof batch - 200; ++folder) {
        length += (size_t)snprintf(batch + length, sizeof batch - length, "b EXAMINE INBOX\r\nc UID FETCH 1:* (%s)\r\n",
                                   items);
    }
    snprintf(batch + length, sizeof batch - length, "d LOGOUT\r\n");
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
