// SPDX-License-Identifier: Apache-2.0
//
// services PORT: on all addresses, port PORT greets and closes; PORT + 1 says nothing until somebody connects to PORT + 2, then it closes
// all its connections; PORT + 10 to PORT + 59 are open and do nothing. Says "ready" when all is open.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most_silent = 60000, open_ports = 50 };
static int silent[most_silent];
static int silent_count;

static int open_port(int port) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&place, sizeof place) != 0 || listen(descriptor, 4096) != 0) {
        perror("services");
        exit(1);
    }
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
}

static void greet(int listener) {
    static const char greeting[] = "220 ready\r\n";
    for (int peer; (peer = accept(listener, NULL, NULL)) >= 0; close(peer)) send(peer, greeting, sizeof greeting - 1, MSG_NOSIGNAL);
}

static void keep_silent(int listener) {
    for (int peer; (peer = accept(listener, NULL, NULL)) >= 0;) {
        if (silent_count < most_silent) silent[silent_count++] = peer;
        else close(peer);
    }
}

static void let_go(int listener, int waiting) {
    for (int peer; (peer = accept(listener, NULL, NULL)) >= 0; close(peer)) {
        keep_silent(waiting);
        while (silent_count > 0) close(silent[--silent_count]);
    }
}

int main(int count, char **arguments) {
    int port = count > 1 ? atoi(arguments[1]) : 0;
    if (port < 1 || port > 65000) return 2;
    struct pollfd places[3 + open_ports];
    for (int i = 0; i < 3; i++) places[i] = (struct pollfd){.fd = open_port(port + i), .events = POLLIN};
    for (int i = 0; i < open_ports; i++) places[3 + i] = (struct pollfd){.fd = open_port(port + 10 + i), .events = POLLIN};
    puts("ready");
    fflush(stdout);
    while (poll(places, 3 + open_ports, -1) >= 0 || errno == EINTR) {
        if (places[0].revents) greet(places[0].fd);
        if (places[1].revents) keep_silent(places[1].fd);
        if (places[2].revents) let_go(places[2].fd, places[1].fd);
        for (int i = 0; i < open_ports; i++) {
            if (!places[3 + i].revents) continue;
            for (int peer; (peer = accept(places[3 + i].fd, NULL, NULL)) >= 0;) close(peer);
        }
    }
    return 1;
}
