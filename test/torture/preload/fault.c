// Preloaded under the program. It counts the calls for files below a folder, and at one of them the disk fails, the program is killed, stopped or sent a signal, or the clock jumps.
//
//   FAULT_UNDER  the folder
//   FAULT_AT     the call, counted from 1 over all threads; 0: none
//   FAULT_KIND   eio, eacces, enospc   the call fails once
//                full                  from this call on, every call that needs space fails with ENOSPC
//                short                 half of the bytes are read or written
//                kill-before, kill-within, kill-after   SIGKILL before the call, after half of its bytes, after the call
//                lose-all, lose-data, lose-names        SIGKILL before the call; what was not synced is lost: bytes and names, bytes alone, names alone
//                stop                  SIGSTOP before the call
//                INT, TERM, HUP        the signal before the call
//                clock                 the clock jumps by FAULT_SECONDS
//   FAULT_SAVE   a folder on the same disk for what lose-* gives back; with FAULT_AT=-1 the loss comes when the program ends
//   FAULT_LOG    a file that takes a line for each counted call, "NUMBER NAME PATH"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static atomic_long shift;
static const char *under;
static long at;
static const char *kind = "";
static const char *save;
static int losing;
static int log_fd = -1;
// this thread's call is cut in half; the program is killed once the call is over
static _Thread_local int halved, doomed;

// the kernel itself, past our own functions below
static long kernel(long number, long a, long b, long c, long d, long e, long f) {
  static long (*next)(long, ...);
  if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return next(number, a, b, c, d, e, f);
}
#define KERNEL(name, a, b, c, d) kernel(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

__attribute__((constructor)) static void begin(void) {
  under = getenv("FAULT_UNDER");
  at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
  if (getenv("FAULT_KIND")) kind = getenv("FAULT_KIND");
  save = getenv("FAULT_SAVE");
  losing = save && !strncmp(kind, "lose-", 5);
  const char *log = getenv("FAULT_LOG");
  if (log) log_fd = (int)KERNEL(openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is(const char *name) { return !strcmp(kind, name); }
static int is_watched(const char *path) {
  size_t length = under ? strlen(under) : 0;
  return length && path && !strncmp(path, under, length) && (path[length] == '/' || !path[length]);
}

// ---- what was not synced: newest first

struct change {
  enum { BYTES, SIZE, CREATED, REMOVED, RENAMED } what;
  dev_t dev;
  ino_t file;   // of BYTES and SIZE
  ino_t folder; // of the others
  char *path, *to, *saved;
  off_t offset, size;
  size_t n;
  char *bytes;
  struct change *next;
};
static struct change *changes;
static long saved_files;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static ino_t folder_of(const char *path) {
  char copy[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", path);
  char *slash = strrchr(copy, '/');
  if (slash) *slash = 0;
  struct stat s;
  return stat(copy, &s) ? 0 : s.st_ino;
}

static struct change *add(int what) {
  struct change *c = calloc(1, sizeof *c);
  c->what = what;
  c->next = changes;
  changes = c;
  return c;
}

// a second name for a file, which keeps it when its own is lost
static char *keep(const char *path) {
  struct stat s;
  if (stat(path, &s) || !S_ISREG(s.st_mode)) return NULL;
  char name[PATH_MAX];
  snprintf(name, sizeof name, "%s/%ld", save, ++saved_files);
  return KERNEL(linkat, AT_FDCWD, path, AT_FDCWD, name) ? NULL : strdup(name);
}

static void note_write(int fd, off_t offset, size_t n) {
  struct stat s;
  if (!losing || fstat(fd, &s) || !S_ISREG(s.st_mode)) return;
  char link[32], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = KERNEL(readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (!is_watched(path)) return;
  pthread_mutex_lock(&mutex);
  struct change *c = add(BYTES);
  c->dev = s.st_dev;
  c->file = s.st_ino;
  c->path = strdup(path);
  c->size = s.st_size;
  c->offset = offset < 0 ? KERNEL(lseek, fd, 0, SEEK_CUR, 0) : offset;
  c->n = c->offset >= s.st_size ? 0 : (off_t)n < s.st_size - c->offset ? n : (size_t)(s.st_size - c->offset);
  if (c->n) {
    // the descriptor may be open for writing alone
    int reading = (int)KERNEL(openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
    c->bytes = malloc(c->n);
    long got = KERNEL(pread64, reading, c->bytes, c->n, c->offset);
    c->n = got < 0 ? 0 : (size_t)got;
    KERNEL(close, reading, 0, 0, 0);
  }
  pthread_mutex_unlock(&mutex);
}

static void note_name(int what, const char *path, const char *to) {
  if (!losing || !is_watched(path)) return;
  pthread_mutex_lock(&mutex);
  struct change *c = add(what);
  c->path = strdup(path);
  c->folder = folder_of(to ? to : path);
  if (to) c->to = strdup(to);
  if (what == REMOVED) c->saved = keep(path);
  if (what == RENAMED) c->saved = keep(to);
  pthread_mutex_unlock(&mutex);
}

static void note_sync(int fd) {
  struct stat s;
  if (!losing || fstat(fd, &s)) return;
  pthread_mutex_lock(&mutex);
  for (struct change **c = &changes; *c;) {
    int own = (*c)->what <= SIZE ? (*c)->file == s.st_ino : (*c)->folder == s.st_ino;
    // a file system that syncs a new file also writes its name
    int fresh = (*c)->what == CREATED && S_ISREG(s.st_mode) && (*c)->file == s.st_ino;
    if (own || fresh) *c = (*c)->next;
    else c = &(*c)->next;
  }
  pthread_mutex_unlock(&mutex);
}

static void lose(void) {
  int data = !is("lose-names"), names = !is("lose-data");
  pthread_mutex_lock(&mutex);
  for (struct change *c = changes; c; c = c->next) {
    if (c->what == BYTES && data) {
      int fd = (int)KERNEL(openat, AT_FDCWD, c->path, O_WRONLY | O_CLOEXEC, 0);
      struct stat s;
      // renamed since
      if (fd < 0 || fstat(fd, &s) || s.st_ino != c->file)
        for (struct change *r = changes; r && r != c; r = r->next)
          if (r->what == RENAMED && !strcmp(r->path, c->path)) {
            if (fd >= 0) KERNEL(close, fd, 0, 0, 0);
            fd = (int)KERNEL(openat, AT_FDCWD, r->to, O_WRONLY | O_CLOEXEC, 0);
          }
      if (fd >= 0 && !fstat(fd, &s) && s.st_ino == c->file) {
        if (c->n) KERNEL(pwrite64, fd, c->bytes, c->n, c->offset);
        KERNEL(ftruncate, fd, c->size, 0, 0);
      }
      if (fd >= 0) KERNEL(close, fd, 0, 0, 0);
    }
    if (!names) continue;
    if (c->what == CREATED) KERNEL(unlinkat, AT_FDCWD, c->path, 0, 0);
    if (c->what == REMOVED && c->saved) kernel(SYS_renameat2, AT_FDCWD, (long)c->saved, AT_FDCWD, (long)c->path, 0, 0);
    if (c->what == RENAMED) {
      kernel(SYS_renameat2, AT_FDCWD, (long)c->to, AT_FDCWD, (long)c->path, 0, 0);
      if (c->saved) kernel(SYS_renameat2, AT_FDCWD, (long)c->saved, AT_FDCWD, (long)c->to, 0, 0);
    }
  }
}

// ---- what befalls the program

static void end(void) {
  if (losing) lose();
  KERNEL(kill, KERNEL(getpid, 0, 0, 0, 0), SIGKILL, 0, 0);
}

__attribute__((destructor)) static void finish(void) {
  if (losing && at == -1) lose();
}

// what a call answers, if the program outlives it
static long over(long answer) {
  halved = 0;
  if (doomed) end();
  return answer;
}

// how much is read or written of so many bytes
static size_t part(size_t n) { return halved && n > 1 ? n / 2 : n; }

static int needs_space(const char *name) {
  return !strcmp(name, "create") || !strcmp(name, "mkdir") || !strcmp(name, "link") || !strcmp(name, "copy_file_range") ||
         !strncmp(name, "write", 5) || !strncmp(name, "pwrite", 6);
}

static int failed(int error) {
  errno = error;
  return 1;
}

// counts a call for a path; nonzero if it fails, errno then set
static int fails(const char *name, const char *path) {
  if (!is_watched(path)) return 0;
  long n = atomic_fetch_add(&calls, 1) + 1;
  if (log_fd >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", n, name, path);
    KERNEL(write, log_fd, line, length, 0);
  }
  if (at <= 0 || n < at) return 0;
  if (is("full")) return needs_space(name) ? failed(ENOSPC) : 0;
  if (n != at) return 0;
  if (is("eio")) return failed(EIO);
  if (is("eacces")) return failed(EACCES);
  if (is("enospc")) return failed(ENOSPC);
  if (is("kill-before") || losing) end();
  if (is("kill-within") || is("kill-after")) doomed = 1;
  if (is("short") || is("kill-within")) halved = 1;
  int signal = is("stop") ? SIGSTOP : is("INT") ? SIGINT : is("TERM") ? SIGTERM : is("HUP") ? SIGHUP : 0;
  if (signal) KERNEL(kill, KERNEL(getpid, 0, 0, 0, 0), signal, 0, 0);
  if (is("clock")) atomic_store(&shift, atol(getenv("FAULT_SECONDS")));
  return 0;
}

static int fails_at(const char *name, int fd) {
  char link[32], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = KERNEL(readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fails(name, path);
}

#define NEXT(type, name, types)                        \
  static type(*next) types;                            \
  if (!next) next = (type(*) types)dlsym(RTLD_NEXT, name);

#define OPEN(name)                                     \
  int name(const char *path, int flags, ...) {         \
    NEXT(int, #name, (const char *, int, ...))         \
    va_list rest;                                      \
    va_start(rest, flags);                             \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                      \
    if (fails(flags & (O_CREAT | O_TRUNC) ? "create" : "open", path)) return -1; \
    struct stat s;                                     \
    int is_new = losing && (flags & O_CREAT) && is_watched(path) && stat(path, &s); \
    int fd = next(path, flags, mode);                  \
    if (fd >= 0 && is_new && !fstat(fd, &s)) {         \
      note_name(CREATED, path, NULL);                  \
      changes->file = s.st_ino;                        \
    }                                                  \
    return (int)over(fd);                              \
  }
OPEN(open)
OPEN(open64)

#define BY_FD(type, name, parameters, types, note, ...) \
  type name parameters {                               \
    NEXT(type, #name, types)                           \
    if (fails_at(#name, fd)) return -1;                \
    note;                                              \
    return (type)over(next(__VA_ARGS__));              \
  }
static size_t total(const struct iovec *v, int n) {
  size_t sum = 0;
  for (int i = 0; i < n; i++) sum += v[i].iov_len;
  return sum;
}
BY_FD(ssize_t, read, (int fd, void *to, size_t n), (int, void *, size_t), , fd, to, part(n))
BY_FD(ssize_t, pread64, (int fd, void *to, size_t n, off64_t o), (int, void *, size_t, off64_t), , fd, to, part(n), o)
BY_FD(ssize_t, readv, (int fd, const struct iovec *v, int n), (int, const struct iovec *, int), , fd, v, (int)part(n))
BY_FD(ssize_t, write, (int fd, const void *from, size_t n), (int, const void *, size_t), note_write(fd, -1, n), fd, from, part(n))
BY_FD(ssize_t, writev, (int fd, const struct iovec *v, int n), (int, const struct iovec *, int), note_write(fd, -1, total(v, n)), fd, v, (int)part(n))
BY_FD(ssize_t, pwrite64, (int fd, const void *from, size_t n, off64_t o), (int, const void *, size_t, off64_t), note_write(fd, o, n), fd, from, part(n), o)
BY_FD(int, ftruncate64, (int fd, off64_t n), (int, off64_t), note_write(fd, n, SSIZE_MAX), fd, n)
BY_FD(int, fchmod, (int fd, mode_t mode), (int, mode_t), , fd, mode)

#define SYNC(name)                                     \
  int name(int fd) {                                   \
    NEXT(int, #name, (int))                            \
    if (fails_at(#name, fd)) return -1;                \
    note_sync(fd);                                     \
    return (int)over(next(fd));                        \
  }
SYNC(fsync)
SYNC(fdatasync)

#define BY_PATH(name, parameters, types, note, ...)    \
  int name parameters {                                \
    NEXT(int, #name, types)                            \
    if (fails(#name, path)) return -1;                 \
    note;                                              \
    return (int)over(next(__VA_ARGS__));               \
  }
BY_PATH(mkdir, (const char *path, mode_t mode), (const char *, mode_t), , path, mode)
BY_PATH(rmdir, (const char *path), (const char *), , path)
BY_PATH(unlink, (const char *path), (const char *), note_name(REMOVED, path, NULL), path)
BY_PATH(access, (const char *path, int mode), (const char *, int), , path, mode)
BY_PATH(chmod, (const char *path, mode_t mode), (const char *, mode_t), , path, mode)
BY_PATH(rename, (const char *path, const char *to), (const char *, const char *), note_name(RENAMED, path, to), path, to)
BY_PATH(link, (const char *path, const char *to), (const char *, const char *), note_name(CREATED, to, NULL), path, to)

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
  if (failed) return -1;
  if (number == SYS_pwritev) note_write((int)a, d, total((const struct iovec *)b, (int)c));
  if (number == SYS_copy_file_range) note_write((int)c, -1, (size_t)e);
  return over(kernel(number, a, b, c, d, e, f));
}

// ---- the clock

int clock_gettime(clockid_t clock, struct timespec *t) {
  NEXT(int, "clock_gettime", (clockid_t, struct timespec *))
  int answer = next(clock, t);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) t->tv_sec += atomic_load(&shift);
  return answer;
}

int gettimeofday(struct timeval *t, void *zone) {
  NEXT(int, "gettimeofday", (struct timeval *, void *))
  int answer = next(t, zone);
  t->tv_sec += atomic_load(&shift);
  return answer;
}

time_t time(time_t *to) {
  NEXT(time_t, "time", (time_t *))
  time_t now = next(NULL) + atomic_load(&shift);
  if (to) *to = now;
  return now;
}
