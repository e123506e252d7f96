/* Ways over the network. */
#define _GNU_SOURCE
#include "attack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <ifaddrs.h>
#include <fcntl.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
enum { UDP_SEGMENT_ = 103, PROTOCOL_UDPLITE = 136, PROTOCOL_SCTP = 132, PROTOCOL_DCCP = 33, TYPE_DCCP = 6, REPLY_MILLIS = 2000 };

/* A question of the resolver, for the address of kubernetes.default.svc.cluster.local; for TCP with its length before it. */
static const char question[] = "\0\x36\x53\x50\x01\0\0\1\0\0\0\0\0\0\12kubernetes\7default\3svc\7cluster\5local\0\0\1\0\1";

static struct addrinfo *resolved(const char *host, const char *port) {
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(host, port, &hints, &found)) came_to("BAD-ADDRESS", host);
    return found;
}

/* The address of this host's own that a word means: `self` the pod's IPv4 address, `link` its IPv6 one of the link. */
static const char *own(const char *word) {
    static char text[INET6_ADDRSTRLEN + 32];
    int family = !strcmp(word, "self") ? AF_INET : !strcmp(word, "link") ? AF_INET6 : 0;
    struct ifaddrs *all;
    if (!family || getifaddrs(&all)) return word;
    for (struct ifaddrs *at = all; at; at = at->ifa_next) {
        if (!at->ifa_addr || at->ifa_addr->sa_family != family || !strcmp(at->ifa_name, "lo")) continue;
        socklen_t length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        if (!getnameinfo(at->ifa_addr, length, text, sizeof text, NULL, 0, NI_NUMERICHOST)) return text;
    }
    came_to("no-address", word);
}

static void set(int socket_, int level, int what, const void *value, socklen_t length, const char *name) {
    if (setsockopt(socket_, level, what, value, length)) failed(name);
}

static void set_int(int socket_, int level, int what, int value, const char *name) {
    set(socket_, level, what, &value, sizeof value, name);
}

/* What both TCP and UDP attempts may ask for. */
static void prepare(const struct attempt *attempt, int socket_, int family) {
    const char *value;
    if (option(attempt, "reuse")) {
        set_int(socket_, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
        set_int(socket_, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    }
    if ((value = option(attempt, "device"))) set(socket_, SOL_SOCKET, SO_BINDTODEVICE, value, strlen(value), "SO_BINDTODEVICE");
    if ((value = option(attempt, "priority"))) set_int(socket_, SOL_SOCKET, SO_PRIORITY, atoi(value), "SO_PRIORITY");
    if ((value = option(attempt, "mark"))) set_int(socket_, SOL_SOCKET, SO_MARK, atoi(value), "SO_MARK");
    if (option(attempt, "broadcast")) set_int(socket_, SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
    if (option(attempt, "transparent")) set_int(socket_, SOL_IP, IP_TRANSPARENT, 1, "IP_TRANSPARENT");
    if (option(attempt, "freebind"))
        set_int(socket_, family == AF_INET6 ? SOL_IPV6 : SOL_IP, family == AF_INET6 ? 78 /* IPV6_FREEBIND */ : IP_FREEBIND, 1, "FREEBIND");
    if (option(attempt, "source-route")) {
        /* RFC 791, section 3.1: loose source route over one address. */
        unsigned char route[] = {1, 131, 7, 4, 10, 0, 0, 1};
        set(socket_, SOL_IP, IP_OPTIONS, route, sizeof route, "IP_OPTIONS");
    }
    const char *from = option(attempt, "from"), *port = option(attempt, "sport");
    if (from || port) {
        struct addrinfo *at = resolved(from ? own(from) : family == AF_INET6 ? "::" : "0.0.0.0", port ? port : "0");
        if (bind(socket_, at->ai_addr, at->ai_addrlen)) failed("bind");
    }
}

static void wait_for_answer(int socket_, const char *nothing) {
    struct pollfd ready = {.fd = socket_, .events = POLLIN};
    char reply[2048];
    if (poll(&ready, 1, REPLY_MILLIS) <= 0) came_to(nothing, "");
    if (recv(socket_, reply, sizeof reply, 0) < 0) failed("recv");
    came_to("answered", "");
}

/* tcp ADDRESS PORT [mptcp|sctp|fastopen|leave|dns|...] */
static void tcp(const struct attempt *attempt) {
    struct addrinfo *to = resolved(own(attempt->words[1]), attempt->words[2]);
    int protocol = option(attempt, "mptcp") ? IPPROTO_MPTCP : option(attempt, "sctp") ? PROTOCOL_SCTP : option(attempt, "dccp") ? PROTOCOL_DCCP : 0;
    int type = protocol == PROTOCOL_DCCP ? TYPE_DCCP : SOCK_STREAM;
    int socket_ = socket(to->ai_family, type | (option(attempt, "leave") ? SOCK_NONBLOCK : 0), protocol);
    if (socket_ < 0) failed("socket");
    prepare(attempt, socket_, to->ai_family);
    begin();
    char said[256];
    int length = snprintf(said, sizeof said, "attempt %s", attempt->name);
    if (option(attempt, "fastopen")) {
        if (sendto(socket_, said, length, MSG_FASTOPEN | MSG_NOSIGNAL, to->ai_addr, to->ai_addrlen) < 0) failed("sendto");
        came_to("open", "");
    }
    int connected = connect(socket_, to->ai_addr, to->ai_addrlen);
    if (option(attempt, "leave")) {
        /* The handshake is left to the kernel: what was begun may go on without a process. */
        int error = errno;
        close(socket_);
        errno = error;
        if (connected) failed("connect");
        came_to("open", "");
    }
    if (connected) failed("connect");
    if (option(attempt, "dns")) {
        if (send(socket_, question, sizeof question - 1, MSG_NOSIGNAL) < 0) failed("send");
        wait_for_answer(socket_, "open");
    }
    send(socket_, said, length, MSG_NOSIGNAL);
    came_to("open", "");
}

/* udp ADDRESS PORT [dns|connect|lite|size=N|segment|more|empty|...] */
static void udp(const struct attempt *attempt) {
    struct addrinfo *to = resolved(own(attempt->words[1]), attempt->words[2]);
    int socket_ = socket(to->ai_family, SOCK_DGRAM, option(attempt, "lite") ? PROTOCOL_UDPLITE : 0);
    if (socket_ < 0) failed("socket");
    prepare(attempt, socket_, to->ai_family);
    static char said[65000];
    size_t length = snprintf(said, sizeof said, "attempt %s", attempt->name);
    const char *size = option(attempt, "size");
    if (size) length = atoi(size);
    if (option(attempt, "empty")) length = 0;
    if (option(attempt, "segment")) set_int(socket_, IPPROTO_UDP, UDP_SEGMENT_, 500, "UDP_SEGMENT"), length = 3000;
    begin();
    const void *bytes = said;
    if (option(attempt, "dns")) bytes = question + 2, length = sizeof question - 3;
    if (option(attempt, "connect")) {
        if (connect(socket_, to->ai_addr, to->ai_addrlen)) failed("connect");
        if (send(socket_, bytes, length, 0) < 0) failed("send");
    } else if (option(attempt, "more")) {
        if (sendto(socket_, bytes, length, MSG_MORE, to->ai_addr, to->ai_addrlen) < 0) failed("sendto");
        close(socket_);
        came_to("left", "");
    } else if (sendto(socket_, bytes, length, 0, to->ai_addr, to->ai_addrlen) < 0) {
        failed("sendto");
    }
    wait_for_answer(socket_, "sent");
}

/* ping ADDRESS: a datagram socket of ICMP, which needs no right where the kernel lets the group have it. */
static void ping(const struct attempt *attempt) {
    struct addrinfo *to = resolved(attempt->words[1], "0");
    int six = to->ai_family == AF_INET6;
    int socket_ = socket(to->ai_family, SOCK_DGRAM, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    if (socket_ < 0) failed("socket");
    char echo[8] = {six ? (char)128 : 8};
    if (sendto(socket_, echo, sizeof echo, 0, to->ai_addr, to->ai_addrlen) < 0) failed("sendto");
    wait_for_answer(socket_, "sent");
}

/* listen ADDRESS PORT [udp] [reuse]: has the port for itself. */
static void listen_(const struct attempt *attempt) {
    struct addrinfo *at = resolved(own(attempt->words[1]), attempt->words[2]);
    int type = option(attempt, "udp") ? SOCK_DGRAM : SOCK_STREAM;
    int socket_ = socket(at->ai_family, type, 0);
    prepare(attempt, socket_, at->ai_family);
    if (bind(socket_, at->ai_addr, at->ai_addrlen)) failed("bind");
    if (type == SOCK_STREAM && listen(socket_, 8)) failed("listen");
    came_to("bound", "");
}

/* serve ADDRESS PORT: as listen, and connects to itself. */
static void serve(const struct attempt *attempt) {
    struct addrinfo *at = resolved(own(attempt->words[1]), attempt->words[2]);
    int socket_ = socket(at->ai_family, SOCK_STREAM, 0), client = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct pollfd ready = {.fd = client, .events = POLLOUT};
    socklen_t length = sizeof errno;
    prepare(attempt, socket_, at->ai_family);
    if (bind(socket_, at->ai_addr, at->ai_addrlen)) failed("bind");
    if (listen(socket_, 8)) failed("listen");
    begin();
    if (connect(client, at->ai_addr, at->ai_addrlen) && errno != EINPROGRESS) failed("connect");
    if (poll(&ready, 1, REPLY_MILLIS) <= 0) came_to("silent", "");
    getsockopt(client, SOL_SOCKET, SO_ERROR, &errno, &length);
    if (errno) failed("connect");
    came_to("open", "");
}

/*
 * steal udp|tcp ADDRESS PORT: looks for a port that the proxy sends from, takes it beside the proxy and sends from it to ADDRESS.
 * What comes of it; or none: the proxy has none at this moment.
 */
static void steal(const struct attempt *attempt) {
    int stream = !strcmp(attempt->words[1], "tcp");
    struct addrinfo *to = resolved(attempt->words[2], attempt->words[3]);
    int tried = 0, error = 0;
    char detail[128] = "";
    const char *tables[] = {stream ? "/proc/self/net/tcp" : "/proc/self/net/udp", stream ? "/proc/self/net/tcp6" : "/proc/self/net/udp6"};
    for (int i = 0; i < 2; i++) {
        FILE *table = fopen(tables[i], "r");
        char line[512];
        while (table && fgets(line, sizeof line, table)) {
            unsigned port, remote, state, uid;
            char local_host[64], remote_host[64];
            if (sscanf(line, " %*[^:]: %63[^:]:%x %63[^:]:%x %x %*s %*s %*s %u", local_host, &port, remote_host, &remote, &state, &uid) != 6) continue;
            if ((uid != PROXY_UID && state != 6 /* TIME_WAIT, nobody's */) || (stream && state == 10 /* LISTEN */)) continue;
            if (port == 15001 || port == 15002) continue;
            tried++;
            int socket_ = socket(to->ai_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0), yes = 1;
            setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
            struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(port)};
            struct pollfd ready = {.fd = socket_, .events = POLLIN};
            char reply[512];
            snprintf(detail, sizeof detail, "%d ports, the last %u", tried, port);
            if (bind(socket_, (struct sockaddr *)&from, sizeof from) || connect(socket_, to->ai_addr, to->ai_addrlen)) {
                error = errno;
            } else if (stream) {
                came_to("open", detail);
            } else if (send(socket_, question + 2, sizeof question - 3, 0) < 0) {
                error = errno;
            } else {
                if (poll(&ready, 1, REPLY_MILLIS) > 0 && recv(socket_, reply, sizeof reply, 0) > 0) came_to("answered", detail);
                came_to("sent", detail);
            }
            close(socket_);
        }
        if (table) fclose(table);
    }
    if (!tried) came_to("none", "");
    errno = error;
    failed(detail);
}

/* socket FAMILY TYPE PROTOCOL, as numbers. */
static void open_socket(const struct attempt *attempt) {
    int socket_ = socket(atoi(attempt->words[1]), atoi(attempt->words[2]), atoi(attempt->words[3]));
    if (socket_ < 0) failed("socket");
    came_to("open", "");
}

/* packet: a frame past all of IP, to everybody on the link. */
static void packet(void) {
    int socket_ = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    if (socket_ < 0) failed("socket");
    came_to("open", "");
}

/* A question to the kernel's tables over a socket that anybody may open: netfilter's rules, destroyed sockets. */
static void netfilter(void) {
    struct {
        unsigned length;
        unsigned short type, flags;
        unsigned sequence, port;
        unsigned char family, version, resource[2];
    } request = {20, 10 << 8 | 3 /* NFT_MSG_DELTABLE: NFNL_SUBSYS_NFTABLES */, 5, 1, 0, 1, 0, {0, 0}};
    int socket_ = socket(AF_NETLINK, SOCK_RAW, 12 /* NETLINK_NETFILTER */);
    if (socket_ < 0) failed("socket");
    struct sockaddr_storage kernel = {.ss_family = AF_NETLINK};
    if (sendto(socket_, &request, 20, 0, (struct sockaddr *)&kernel, 12) < 0) failed("sendto");
    char reply[4096];
    ssize_t got = recv(socket_, reply, sizeof reply, 0);
    if (got < 20) failed("recv");
    int error;
    memcpy(&error, reply + 16, sizeof error);
    if (!error) came_to("open", "");
    errno = -error;
    failed("NFT_MSG_DELTABLE");
}

/* abstract: names of unix sockets that no file system holds back; one of our own shows that they would be seen. */
static void abstract(void) {
    struct sockaddr_storage mine = {.ss_family = AF_UNIX};
    memcpy((char *)&mine + 2, "\0attack-own", 11);
    int socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(socket_, (struct sockaddr *)&mine, 13)) failed("bind");
    FILE *table = fopen("/proc/self/net/unix", "r");
    if (!table) failed("open");
    char line[512], found[512] = "";
    int seen = 0;
    while (fgets(line, sizeof line, table)) {
        char *at = strchr(line, '@');
        if (!at) continue;
        if (strstr(at, "@attack-own")) seen = 1;
        else snprintf(found, sizeof found, "%s", at);
    }
    came_to(!seen ? "blind" : *found ? "found" : "none", found);
}

void network(const struct attempt *attempt) {
    const char *verb = attempt->words[0];
    if (!strcmp(verb, "abstract")) abstract();
    if (!strcmp(verb, "packet")) packet();
    if (!strcmp(verb, "netfilter")) netfilter();
    if (!strcmp(verb, "ping") && attempt->count > 1) ping(attempt);
    if (attempt->count < 3) return;
    if (!strcmp(verb, "tcp")) tcp(attempt);
    if (!strcmp(verb, "udp")) udp(attempt);
    if (!strcmp(verb, "listen")) listen_(attempt);
    if (!strcmp(verb, "serve")) serve(attempt);
    if (attempt->count < 4) return;
    if (!strcmp(verb, "steal")) steal(attempt);
    if (!strcmp(verb, "socket")) open_socket(attempt);
}
