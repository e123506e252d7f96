/* Rights that the kernel must not give, and what an agent must not see. */
#define _GNU_SOURCE
#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <grp.h>

static long io_uring(void) {
    char parameters[120] = {0};
    return syscall(SYS_io_uring_setup, 8, parameters);
}

static long bpf(void) {
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map);
}

static long userfaultfd(void) { return syscall(SYS_userfaultfd, O_CLOEXEC); }

static long perf(void) {
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK};
    return syscall(SYS_perf_event_open, &event, -1, 0, -1, 0);
}

static long unshare_user(void) { return unshare(CLONE_NEWUSER); }
static long unshare_network(void) { return unshare(CLONE_NEWNET); }
static long unshare_mounts(void) { return unshare(CLONE_NEWNS); }
static long clone_user(void) { return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); }

static long clone3_user(void) {
    uint64_t arguments[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0};
    return syscall(SYS_clone3, arguments, sizeof arguments);
}

static long enter(const char *path, int kind) {
    int file = open(path, O_RDONLY);
    return file < 0 ? -1 : setns(file, kind);
}

static long enter_network(void) { return enter("/proc/1/ns/net", CLONE_NEWNET); }
static long enter_mounts(void) { return enter("/proc/1/ns/mnt", CLONE_NEWNS); }
static long mount_proc(void) { return mount("proc", "/tmp", "proc", 0, NULL); }
static long mount_memory(void) { return mount("tmpfs", "/tmp", "tmpfs", 0, NULL); }
static long bind_mount(void) { return mount("/etc", "/tmp", NULL, MS_BIND, NULL); }
static long new_mount(void) { return syscall(SYS_fsopen, "tmpfs", 0); }
static long unmount_trust(void) { return umount2("/var/run/sallyport/ca", MNT_DETACH); }
static long pivot(void) { return syscall(SYS_pivot_root, "/tmp", "/tmp"); }
static long change_root(void) { return chroot("/tmp"); }
static long memory_device(void) { return mknod("/tmp/memory", S_IFCHR | 0600, 0x101); }
static long disk_device(void) { return mknod("/tmp/disk", S_IFBLK | 0600, 0xfe00); }
static long be_proxy(void) { return setresuid(PROXY_UID, PROXY_UID, PROXY_UID); }
static long be_root(void) { return setresuid(ADMIN_UID, ADMIN_UID, ADMIN_UID); }
static long be_in_proxy_group(void) { return setresgid(PROXY_UID, PROXY_UID, PROXY_UID); }

static long be_in_groups(void) {
    gid_t group = PROXY_UID;
    return setgroups(1, &group);
}

static long take_capability(void) {
    uint32_t header[2] = {0x20080522, 0}, data[6] = {1 << 12, 1 << 12, 0, 0, 0, 0};
    return syscall(SYS_capset, header, data);
}

static long load_module(void) { return syscall(SYS_init_module, "", 0, ""); }
static long load_kernel(void) { return syscall(SYS_kexec_load, 0, 0, NULL, 0); }
static long reboot_(void) { return syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, NULL); }
static long set_name(void) { return sethostname("attack", 6); }
static long read_log(void) { return syscall(SYS_syslog, 3, (char[16]){0}, 16); }
static long add_key(void) { return syscall(SYS_add_key, "user", "attack", "x", 1, -3); }

static long set_time(void) {
    struct timeval now;
    gettimeofday(&now, NULL);
    return settimeofday(&now, NULL);
}

static long open_by_handle(void) {
    struct {
        struct file_handle handle;
        char bytes[8];
    } root = {.handle = {.handle_bytes = 8, .handle_type = 1}, .bytes = {2}};
    int directory = open("/", O_RDONLY | O_DIRECTORY);
    return open_by_handle_at(directory, &root.handle, O_RDONLY);
}

static const struct {
    const char *name;
    long (*call)(void);
} calls[] = {
    {"io_uring", io_uring}, {"bpf", bpf}, {"userfaultfd", userfaultfd}, {"perf", perf}, {"unshare-user", unshare_user},
    {"unshare-network", unshare_network}, {"unshare-mounts", unshare_mounts}, {"clone-user", clone_user},
    {"clone3-user", clone3_user}, {"enter-network", enter_network}, {"enter-mounts", enter_mounts}, {"mount-proc", mount_proc},
    {"mount-memory", mount_memory}, {"bind-mount", bind_mount}, {"new-mount", new_mount}, {"unmount-trust", unmount_trust},
    {"pivot-root", pivot}, {"chroot", change_root}, {"mknod-memory", memory_device}, {"mknod-disk", disk_device},
    {"setuid-proxy", be_proxy}, {"setuid-root", be_root}, {"setgid-proxy", be_in_proxy_group}, {"setgroups", be_in_groups},
    {"capset", take_capability}, {"load-module", load_module}, {"load-kernel", load_kernel}, {"reboot", reboot_},
    {"set-name", set_name}, {"read-log", read_log}, {"add-key", add_key}, {"set-time", set_time},
    {"open-by-handle", open_by_handle},
};

static void call(const char *name) {
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].name, name)) continue;
        begin();
        long got = calls[i].call();
        /* A clone's child returns here too: it must say nothing. */
        if (!got && strstr(name, "clone")) _exit(0);
        if (got < 0) failed("");
        came_to("open", "");
    }
}

/* Every process that is not this user's own; with `ptrace` or `memory`, whether one can be had. All PIDs are tried: hidden ones too. */
static void others(const char *how) {
    int found = 0, last = 0;
    char detail[64] = "";
    begin();
    for (int pid = 1; pid < 32768; pid++) {
        char path[32];
        struct stat about;
        snprintf(path, sizeof path, "/proc/%d", pid);
        if (stat(path, &about) || about.st_uid == getuid()) continue;
        found++;
        last = pid;
    }
    snprintf(detail, sizeof detail, "%d, the last %d", found, last);
    if (!found && !strcmp(how, "seen")) came_to("none", "");
    if (!strcmp(how, "seen")) came_to("found", detail);
    int error = ESRCH;
    for (int pid = 1; pid < 32768; pid++) {
        char path[32], byte;
        struct stat about;
        snprintf(path, sizeof path, "/proc/%d", pid);
        if (!stat(path, &about) && about.st_uid == getuid()) continue;
        struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
        if (!strcmp(how, "ptrace") ? !ptrace(PTRACE_SEIZE, pid, 0, 0)
            : !strcmp(how, "memory") ? process_vm_readv(pid, &here, 1, &there, 1, 0) == 1
                                     : !kill(pid, SIGSEGV)) {
            snprintf(detail, sizeof detail, "process %d", pid);
            came_to("open", detail);
        }
        if (errno != ESRCH) error = errno;
    }
    errno = error;
    failed("");
}

static void open_path(const struct attempt *attempt, int flags) {
    int file = open(attempt->words[1], flags);
    if (file < 0) failed("open");
    char bytes[256];
    ssize_t got = 0;
    if (option(attempt, "with")) {
        const char *value = option(attempt, "with");
        if (write(file, value, strlen(value)) < 0) failed("write");
    } else if (flags == O_RDONLY && (got = read(file, bytes, sizeof bytes - 1)) < 0 && errno != EISDIR) {
        failed("read");
    }
    bytes[got > 0 ? got : 0] = 0;
    came_to("open", bytes);
}

void rights(const struct attempt *attempt) {
    const char *verb = attempt->words[0];
    if (attempt->count < 2) return;
    if (!strcmp(verb, "call")) call(attempt->words[1]);
    if (!strcmp(verb, "others")) others(attempt->words[1]);
    if (!strcmp(verb, "read")) open_path(attempt, O_RDONLY);
    if (!strcmp(verb, "write")) open_path(attempt, O_WRONLY);
}
