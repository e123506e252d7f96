/* What lasts: the machines outside the fence, and an agent that goes on trying. */
#define _GNU_SOURCE
#include "attack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SOCKETS = 256, SAID = 200 };

static long now_millis(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void nap(long micros) { nanosleep(&(struct timespec){micros / 1000000, micros % 1000000 * 1000}, NULL); }

static struct addrinfo *address(const char *host, const char *port, int type) {
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = type}, *found;
    return getaddrinfo(host, port, &hints, &found) ? NULL : found;
}

/* Says who came, with what. */
static void note(const char *how, struct sockaddr *from, socklen_t length, const char *said, ssize_t bytes) {
    char host[INET6_ADDRSTRLEN] = "?";
    getnameinfo(from, length, host, sizeof host, NULL, 0, NI_NUMERICHOST);
    char text[SAID + 1];
    int end = bytes < 0 ? 0 : bytes > SAID ? SAID : (int)bytes;
    for (int i = 0; i < end; i++) text[i] = said[i] >= ' ' && said[i] < 127 ? said[i] : '.';
    text[end] = 0;
    printf("%s %s %s\n", how, strncmp(host, "::ffff:", 7) ? host : host + 7, text);
    fflush(stdout);
}

/* world tcp|udp ADDRESS PORT ...: answers everybody on all of them, and says who came. */
int world(int count, char **words) {
    struct pollfd sockets[SOCKETS];
    int kinds[SOCKETS], used = 0; /* 0: accepted, else SOCK_STREAM or SOCK_DGRAM */
    for (int i = 0; i + 2 < count; i += 3) {
        int type = strcmp(words[i], "udp") ? SOCK_STREAM : SOCK_DGRAM, yes = 1, no = 0;
        struct addrinfo *at = address(words[i + 1], words[i + 2], type);
        int socket_ = at ? socket(at->ai_family, type, 0) : -1;
        setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (at && at->ai_family == AF_INET6) setsockopt(socket_, IPPROTO_IPV6, 26 /* IPV6_V6ONLY */, &no, sizeof no);
        if (socket_ < 0 || bind(socket_, at->ai_addr, at->ai_addrlen) || (type == SOCK_STREAM && listen(socket_, 128))) {
            fprintf(stderr, "%s %s: %s\n", words[i + 1], words[i + 2], strerror(errno));
            return 1;
        }
        kinds[used] = type;
        sockets[used++] = (struct pollfd){.fd = socket_, .events = POLLIN};
    }
    puts("listening");
    fflush(stdout);
    static char said[65536];
    for (;;) {
        poll(sockets, used, -1);
        for (int i = used - 1; i >= 0; i--) {
            if (!sockets[i].revents) continue;
            struct sockaddr_storage from;
            socklen_t length = sizeof from;
            if (kinds[i] == SOCK_DGRAM) {
                ssize_t got = recvfrom(sockets[i].fd, said, sizeof said, 0, (struct sockaddr *)&from, &length);
                if (got < 0) continue;
                note("udp", (struct sockaddr *)&from, length, said, got);
                sendto(sockets[i].fd, "reached\n", 8, 0, (struct sockaddr *)&from, length);
            } else if (kinds[i] == SOCK_STREAM) {
                int accepted = accept(sockets[i].fd, (struct sockaddr *)&from, &length);
                if (accepted < 0) continue;
                note("tcp", (struct sockaddr *)&from, length, "connected", 9);
                if (used == SOCKETS) {
                    close(accepted);
                    continue;
                }
                kinds[used] = 0;
                sockets[used++] = (struct pollfd){.fd = accepted, .events = POLLIN};
            } else {
                ssize_t got = recv(sockets[i].fd, said, sizeof said, MSG_DONTWAIT);
                if (got > 0 && !getpeername(sockets[i].fd, (struct sockaddr *)&from, &length)) {
                    note("tcp", (struct sockaddr *)&from, length, said, got);
                    send(sockets[i].fd, "reached\n", 8, MSG_NOSIGNAL);
                    continue;
                }
                close(sockets[i].fd);
                used--;
                sockets[i] = sockets[used];
                kinds[i] = kinds[used];
            }
        }
    }
}

/* loop ADDRESS PORT WORD: connects all the time, says WORD if it can, and tells each second how often it could. */
int loop(int count, char **words) {
    if (count < 3) return 2;
    struct addrinfo *to = address(words[0], words[1], SOCK_STREAM);
    if (!to) return 2;
    long tried = 0, open = 0, told = now_millis();
    for (;;) {
        int socket_ = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (!connect(socket_, to->ai_addr, to->ai_addrlen)) {
            open++;
            send(socket_, words[2], strlen(words[2]), MSG_NOSIGNAL);
        }
        close(socket_);
        tried++;
        if (now_millis() - told >= 1000 || tried == 1) {
            told = now_millis();
            printf("tried %ld open %ld\n", tried, open);
            fflush(stdout);
        }
        nap(2000);
    }
}

/*
 * take PORT SECONDS: waits until it can have the port on all addresses, keeps it for so long and answers whoever comes.
 * Ends with "bound B accepted A".
 */
int take(int count, char **words) {
    if (count < 2) return 2;
    long patience = now_millis() + 60000, keep = atol(words[1]) * 1000;
    struct addrinfo *at = address("::", words[0], SOCK_STREAM);
    int yes = 1, no = 0, accepted = 0, taken = -1;
    while (taken < 0 && now_millis() < patience) {
        int socket_ = socket(AF_INET6, SOCK_STREAM, 0);
        setsockopt(socket_, IPPROTO_IPV6, 26 /* IPV6_V6ONLY */, &no, sizeof no);
        setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
        if (!bind(socket_, at->ai_addr, at->ai_addrlen) && !listen(socket_, 64)) taken = socket_;
        else close(socket_), nap(500);
    }
    long until = now_millis() + keep;
    while (taken >= 0 && now_millis() < until) {
        struct pollfd ready = {.fd = taken, .events = POLLIN};
        if (poll(&ready, 1, 100) <= 0) continue;
        int one = accept(taken, NULL, NULL);
        if (one < 0) continue;
        accepted++;
        static const char forged[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
        send(one, forged, sizeof forged - 1, MSG_NOSIGNAL);
        close(one);
    }
    printf("bound %d accepted %d\n", taken >= 0, accepted);
    return 0;
}

/* knock ADDRESS PORT SECONDS: connects all the time, and tells how often something answered, and how often that was forged. */
int knock(int count, char **words) {
    if (count < 3) return 2;
    struct addrinfo *to = address(words[0], words[1], SOCK_STREAM);
    if (!to) return 2;
    long until = now_millis() + atol(words[2]) * 1000;
    int tried = 0, answered = 0, forged = 0;
    while (now_millis() < until) {
        tried++;
        int socket_ = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
        struct pollfd ready = {.fd = socket_, .events = POLLOUT};
        int error = 0;
        socklen_t length = sizeof error;
        connect(socket_, to->ai_addr, to->ai_addrlen);
        if (poll(&ready, 1, 300) > 0 && !getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length) && !error) {
            static const char ask[] = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
            char said[512] = "";
            send(socket_, ask, sizeof ask - 1, MSG_NOSIGNAL);
            ready.events = POLLIN;
            if (poll(&ready, 1, 300) > 0 && recv(socket_, said, sizeof said - 1, 0) > 0) {
                answered++;
                if (strstr(said, "forged")) forged++;
            }
        }
        close(socket_);
        nap(20000);
    }
    printf("tried %d answered %d forged %d\n", tried, answered, forged);
    return 0;
}
