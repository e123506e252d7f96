/* What the parts of the attack program share. An attempt runs in a process of its own and ends it by one of these. */
#ifndef ATTACK_H
#define ATTACK_H

#define PROXY_UID 65533
#define ADMIN_UID 0

/* One attempt: its words, the first of which is the verb, and the rest of its line behind the verb. */
struct attempt {
    const char *name;
    char *words[32];
    int count;
    const char *rest;
};

/* Starts the clock that the result is measured by; again: from now on. */
void begin(void);

/* Ends the attempt with a word and something about it. */
_Noreturn void came_to(const char *result, const char *detail);

/* Ends the attempt with errno's name. */
_Noreturn void failed(const char *where);

/* An option of the form key=value; null: not given. A key alone has an empty value. */
const char *option(const struct attempt *attempt, const char *key);

void network(const struct attempt *attempt);
void rights(const struct attempt *attempt);

/* Programs of their own: they end by themselves, and give the exit code. */
int world(int count, char **words);
int loop(int count, char **words);
int take(int count, char **words);
int knock(int count, char **words);

#endif
