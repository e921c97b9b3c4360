// SPDX-License-Identifier: Apache-2.0
//
// first-probe PORT COMMAND...: starts a command and prints the milliseconds until its first packet to a TCP port appears on the loopback,
// and until it has ended. Needs root.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    int port = atoi(arguments[1]);
    int capture = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
    struct sockaddr_ll place = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)if_nametoindex("lo")};
    struct timeval patience = {.tv_sec = 10};
    if (capture < 0 || bind(capture, (struct sockaddr *)&place, sizeof place) != 0) {
        perror("first-probe");
        return 1;
    }
    setsockopt(capture, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    double began = now();
    pid_t child;
    if (posix_spawnp(&child, arguments[2], &actions, NULL, arguments + 2, environ) != 0) return 1;
    double first = -1;
    unsigned char packet[128];
    for (ssize_t size; first < 0 && (size = recv(capture, packet, sizeof packet, 0)) > 0;) {
        size_t header = (size_t)(packet[0] & 15) * 4;
        if (packet[9] != 6 || (size_t)size < header + 4) continue;
        if ((packet[header + 2] << 8 | packet[header + 3]) == port) first = now() - began;
    }
    int status = 0;
    waitpid(child, &status, 0);
    printf("first=%.2f end=%.2f\n", first, now() - began);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 && first >= 0 ? 0 : 1;
}
