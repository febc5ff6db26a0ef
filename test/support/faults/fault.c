// Preloaded under the program: one call for a file below a folder fails with EIO, as on a faulty disk, or the program is killed there.
//
//   FAULT_UNDER  the folder
//   FAULT_AT     which call fails, counted from 1 over all threads; 0: none
//   FAULT_KILL   SIGKILL in place of EIO: "before" the call, "within" it (half of what it writes is written), "after" it
//   FAULT_LOG    a file that takes a line for each counted call, "NUMBER NAME PATH"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static const char *under;
static long at;
static const char *moment;
static int log_fd = -1;
// the program is killed once this thread's call is over
static _Thread_local int doomed;

__attribute__((constructor)) static void begin(void) {
  under = getenv("FAULT_UNDER");
  at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
  moment = getenv("FAULT_KILL");
  const char *log = getenv("FAULT_LOG");
  if (log) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// the kernel itself, past our own syscall() below
static long kernel(long number, long a, long b, long c, long d, long e, long f) {
  static long (*next)(long, ...);
  if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return next(number, a, b, c, d, e, f);
}

static void end(void) {
  kernel(SYS_kill, kernel(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGKILL, 0, 0, 0, 0);
}

// what a call answers, where the program outlives it
static long over(long answer) {
  if (doomed) end();
  return answer;
}

// how much is written of so many bytes
static size_t part(size_t n) { return doomed && !strcmp(moment, "within") ? n / 2 : n; }

// counts a call for a path; nonzero where it is the one that fails, errno then set
static int fails(const char *name, const char *path) {
  if (!under || !path || strncmp(path, under, strlen(under)) != 0) return 0;
  long n = atomic_fetch_add(&calls, 1) + 1;
  if (log_fd >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", n, name, path);
    kernel(SYS_write, log_fd, (long)line, length, 0, 0, 0);
  }
  if (n != at) return 0;
  if (moment) {
    if (!strcmp(moment, "before")) end();
    doomed = 1;
    return 0;
  }
  errno = EIO;
  return 1;
}

static int fails_at(const char *name, int fd) {
  char link[32], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = kernel(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, sizeof path - 1, 0, 0);
  if (length < 0) return 0;
  path[length] = 0;
  return fails(name, path);
}

#define NEXT(type, name, ...)                          \
  static type (*next)(__VA_ARGS__);                    \
  if (!next) next = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name);

#define OPEN(name)                                     \
  int name(const char *path, int flags, ...) {         \
    NEXT(int, #name, const char *, int, ...)           \
    va_list rest;                                      \
    va_start(rest, flags);                             \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                      \
    return fails(flags & (O_CREAT | O_TRUNC) ? "create" : "open", path) ? -1 : (int)over(next(path, flags, mode)); \
  }
OPEN(open)
OPEN(open64)

#define BY_FD(type, name, parameters, types, ...)      \
  type name parameters {                               \
    static type (*next) types;                         \
    if (!next) next = (type(*) types)dlsym(RTLD_NEXT, #name); \
    return fails_at(#name, fd) ? -1 : (type)over(next(__VA_ARGS__)); \
  }
BY_FD(ssize_t, read, (int fd, void *to, size_t n), (int, void *, size_t), fd, to, n)
BY_FD(ssize_t, write, (int fd, const void *from, size_t n), (int, const void *, size_t), fd, from, part(n))
BY_FD(ssize_t, readv, (int fd, const struct iovec *v, int n), (int, const struct iovec *, int), fd, v, n)
BY_FD(ssize_t, writev, (int fd, const struct iovec *v, int n), (int, const struct iovec *, int), fd, v, n)
BY_FD(ssize_t, pread64, (int fd, void *to, size_t n, off64_t o), (int, void *, size_t, off64_t), fd, to, n, o)
BY_FD(ssize_t, pwrite64, (int fd, const void *from, size_t n, off64_t o), (int, const void *, size_t, off64_t), fd, from, part(n), o)
BY_FD(int, fsync, (int fd), (int), fd)
BY_FD(int, fdatasync, (int fd), (int), fd)
BY_FD(int, ftruncate64, (int fd, off64_t n), (int, off64_t), fd, n)
BY_FD(int, fchmod, (int fd, mode_t mode), (int, mode_t), fd, mode)

#define BY_PATH(name, parameters, types, ...)          \
  int name parameters {                                \
    static int(*next) types;                           \
    if (!next) next = (int(*) types)dlsym(RTLD_NEXT, #name); \
    return fails(#name, path) ? -1 : (int)over(next(__VA_ARGS__)); \
  }
BY_PATH(mkdir, (const char *path, mode_t mode), (const char *, mode_t), path, mode)
BY_PATH(rmdir, (const char *path), (const char *), path)
BY_PATH(unlink, (const char *path), (const char *), path)
BY_PATH(access, (const char *path, int mode), (const char *, int), path, mode)
BY_PATH(chmod, (const char *path, mode_t mode), (const char *, mode_t), path, mode)
BY_PATH(rename, (const char *path, const char *to), (const char *, const char *), path, to)
BY_PATH(link, (const char *path, const char *to), (const char *, const char *), path, to)

// what has no function of its own here: libuv's statx, preadv, pwritev, copy_file_range
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long), d = va_arg(rest, long),
       e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  const char *path = number == SYS_statx ? (const char *)b : NULL;
  int failed = path && path[0] ? fails("statx", path)
               : number == SYS_statx  ? fails_at("statx", (int)a)
               : number == SYS_preadv ? fails_at("preadv", (int)a)
               : number == SYS_pwritev ? fails_at("pwritev", (int)a)
               : number == SYS_copy_file_range ? fails_at("copy_file_range", (int)a)
                                               : 0;
  return failed ? -1 : over(kernel(number, a, b, c, d, e, f));
}
