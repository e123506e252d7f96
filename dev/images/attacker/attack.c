/*
 * What a hostile agent tries, one attempt a line:
 *
 *   attack <LINES          each line: a name, a tab, a verb and its arguments
 *   attack one VERB...     a single attempt, its result on the last line
 *   attack world|loop|take|knock ...   see lasting.c
 *
 * Answers a line for each: its name, what it came to (an errno's name, or a word of the verb's), how many milliseconds that took,
 * measured here, and something about it; separated by tabs. Nothing here is judged: the tests know what is expected.
 */
#define _GNU_SOURCE
#include "attack.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MILLIS = 15000, LINE = 8192 };

static struct timespec began;
static int answer = STDOUT_FILENO;

void begin(void) { clock_gettime(CLOCK_MONOTONIC, &began); }

void came_to(const char *result, const char *detail) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double millis = (now.tv_sec - began.tv_sec) * 1e3 + (now.tv_nsec - began.tv_nsec) / 1e6;
    char line[LINE];
    int length = snprintf(line, sizeof line, "%s\t%.1f\t%s", result, millis, detail);
    if (length >= LINE) length = LINE - 1;
    /* One line, whatever was found. */
    for (int i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' && line[i] != '\t') line[i] = ' ';
    if (write(answer, line, length) != length) _exit(3);
    _exit(0);
}

void failed(const char *where) {
    const char *name = strerrorname_np(errno);
    came_to(name ? name : "UNKNOWN", where);
}

const char *option(const struct attempt *attempt, const char *key) {
    size_t length = strlen(key);
    for (int i = 1; i < attempt->count; i++) {
        const char *word = attempt->words[i];
        if (strncmp(word, key, length)) continue;
        if (word[length] == '=') return word + length + 1;
        if (!word[length]) return word + length;
    }
    return NULL;
}

/* A shell command; what it came to is its last line of output. */
static void shell(const struct attempt *attempt) {
    int pipes[2];
    if (pipe(pipes)) failed("pipe");
    begin();
    pid_t child = fork();
    if (child < 0) failed("fork");
    if (!child) {
        dup2(pipes[1], STDOUT_FILENO);
        dup2(pipes[1], STDERR_FILENO);
        execl("/bin/bash", "bash", "-c", attempt->rest, (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    static char output[LINE / 2];
    size_t length = 0;
    ssize_t got;
    while (length < sizeof output - 1 && (got = read(pipes[0], output + length, sizeof output - 1 - length)) > 0) length += got;
    while (length && strchr(" \r\n", output[length - 1])) length--;
    output[length] = 0;
    char *last = strrchr(output, '\n');
    came_to(last ? last + 1 : length ? output : "nothing", output);
}

static void run(struct attempt *attempt) {
    const char *verb = attempt->words[0];
    begin();
    if (!strcmp(verb, "sh")) shell(attempt);
    network(attempt);
    rights(attempt);
    came_to("UNKNOWN-VERB", verb);
}

/* Cuts a copy of the line into words. */
static void parse(struct attempt *attempt, const char *line) {
    static char copy[LINE];
    snprintf(copy, sizeof copy, "%s", line);
    attempt->count = 0;
    const char *blank = strchr(line, ' ');
    attempt->rest = blank ? blank + 1 : "";
    for (char *word = strtok(copy, " "); word && attempt->count < 32; word = strtok(NULL, " "))
        attempt->words[attempt->count++] = word;
}

/* One attempt in a process of its own, which is killed with all that it started if it does not end. */
static void try(const char *name, const char *line) {
    int pipes[2];
    if (pipe(pipes)) exit(3);
    pid_t child = fork();
    if (child < 0) exit(3);
    if (!child) {
        setpgid(0, 0);
        close(pipes[0]);
        answer = pipes[1];
        struct attempt attempt = {.name = name};
        parse(&attempt, line);
        if (!attempt.count) came_to("UNKNOWN-VERB", "");
        run(&attempt);
    }
    close(pipes[1]);
    char result[LINE];
    size_t length = 0;
    struct pollfd ready = {.fd = pipes[0], .events = POLLIN};
    while (length < sizeof result - 1 && poll(&ready, 1, PATIENCE_MILLIS) > 0) {
        ssize_t got = read(pipes[0], result + length, sizeof result - 1 - length);
        if (got <= 0) break;
        length += got;
    }
    result[length] = 0;
    close(pipes[0]);
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    if (length) printf("%s\t%s\n", name, result);
    else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) printf("%s\t%s\t0\t\n", name, sigabbrev_np(WTERMSIG(status)));
    else printf("%s\thung\t%d\t\n", name, PATIENCE_MILLIS);
    fflush(stdout);
}

static int one(int count, char **words) {
    static char line[LINE];
    for (int i = 0; i < count; i++) {
        strncat(line, words[i], sizeof line - strlen(line) - 2);
        if (i + 1 < count) strcat(line, " ");
    }
    int pipes[2];
    if (pipe(pipes)) return 3;
    pid_t child = fork();
    if (child < 0) return 3;
    if (!child) {
        answer = pipes[1];
        struct attempt attempt = {.name = "one"};
        parse(&attempt, line);
        run(&attempt);
    }
    close(pipes[1]);
    char result[LINE] = "";
    ssize_t length = read(pipes[0], result, sizeof result - 1);
    waitpid(child, NULL, 0);
    if (length <= 0) return 3;
    result[strcspn(result, "\t")] = 0;
    printf("uid %d euid %d\n%s\n", (int)getuid(), (int)geteuid(), result);
    return 0;
}

int main(int count, char **words) {
    signal(SIGPIPE, SIG_IGN);
    if (count > 2 && !strcmp(words[1], "one")) return one(count - 2, words + 2);
    if (count > 1 && !strcmp(words[1], "world")) return world(count - 2, words + 2);
    if (count > 1 && !strcmp(words[1], "loop")) return loop(count - 2, words + 2);
    if (count > 1 && !strcmp(words[1], "take")) return take(count - 2, words + 2);
    if (count > 1 && !strcmp(words[1], "knock")) return knock(count - 2, words + 2);
    if (count > 1) {
        fprintf(stderr, "what is %s?\n", words[1]);
        return 2;
    }
    static char line[LINE];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *tab = strchr(line, '\t');
        if (!tab) continue;
        *tab = 0;
        try(line, tab + 1);
    }
    return 0;
}
