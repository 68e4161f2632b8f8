/* A shim between SQLite and the system that knows what a power failure would leave: preloaded into a server
 * (LD_PRELOAD), it notes every write to the files of one database, and copies a file's writes to a second folder only
 * when the file is synced. After a kill, that folder holds what surely is on the disk, and beside it, for each file,
 * the writes that were not synced, any part of which a disk may have kept.
 *
 *   DROPSYNC_FILES   path that the names of the watched files begin with, such as /dir/pool.db
 *   DROPSYNC_FOLDER  the second folder
 *   DROPSYNC_LIES    if it is set, syncs are ignored, as by a disk that lies: for a control, which must lose something
 *
 * In that folder: NAME, as of its last sync, and NAME.pending, records of offset and length (64 bits each, as the
 * machine writes them) and the bytes; length 2^64 - 1 is a truncation to `offset`. Names that are made, removed or
 * renamed are taken to be durable at once. Memory that is mapped is not watched: SQLite maps the -shm file alone, which
 * holds nothing that outlives a crash. The writes themselves reach the real files as well. Linux and glibc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST 4096
#define TRUNCATED UINT64_MAX

struct head {
    uint64_t offset, length;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER; /* of the records, and of a sync with its copying */
static char known[MOST];   /* by descriptor: 0 not looked at, 1 not watched, 2 watched */
static int pending[MOST];  /* by descriptor of a watched file: where its writes are noted */
static int synced[MOST];   /* and its copy */

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_close)(int);
static int (*real_unlink)(const char *);
static const char *files, *folder;

__attribute__((constructor)) static void begin(void) {
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_close = dlsym(RTLD_NEXT, "close");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    files = getenv("DROPSYNC_FILES");
    folder = getenv("DROPSYNC_FOLDER");
}

static void stop(const char *what) {
    fprintf(stderr, "dropsync: %s: %s\n", what, strerror(errno));
    abort();
}

static int ends_with(const char *text, const char *end) {
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

/* Whether a path is of the database: the file, or one beside it, but not the memory that processes share or the lock. */
static int is_ours(const char *path) {
    return files && folder && strncmp(path, files, strlen(files)) == 0 && strchr(path + strlen(files), '/') == NULL &&
           !ends_with(path, "-shm") && !ends_with(path, ".lock");
}

static int opened(const char *name, const char *end) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
    int made = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made < 0) stop(path);
    return made;
}

static int watched(int fd) {
    if (fd < 0 || fd >= MOST) return 0;
    if (known[fd] == 0) {
        char link[64], path[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length > 0 ? length : 0] = 0;
        known[fd] = 1;
        if (is_ours(path)) {
            const char *name = strrchr(path, '/') + 1;
            synced[fd] = opened(name, "");
            pending[fd] = opened(name, ".pending");
            known[fd] = 2;
        }
    }
    return known[fd] == 2;
}

static void put(int fd, const void *data, size_t length, off_t offset) {
    if (real_pwrite(fd, data, length, offset) != (ssize_t)length) stop("a record cannot be written");
}

static void note(int fd, uint64_t offset, uint64_t length, const void *data) {
    struct head head = {offset, length};
    off_t end = lseek(pending[fd], 0, SEEK_END);
    if (data) put(pending[fd], data, length, end + (off_t)sizeof head);
    put(pending[fd], &head, sizeof head, end); /* last, so that a record cut short is none: see the reader */
}

/* All that was noted of a file is now on the disk. */
static void keep(int fd) {
    struct head head;
    static char data[1 << 20];
    off_t at = 0;
    while (pread(pending[fd], &head, sizeof head, at) == (ssize_t)sizeof head) {
        at += sizeof head;
        if (head.length == TRUNCATED) {
            if (real_ftruncate(synced[fd], (off_t)head.offset)) stop("a copy cannot be cut");
            continue;
        }
        for (uint64_t done = 0; done < head.length;) {
            size_t some = head.length - done < sizeof data ? head.length - done : sizeof data;
            if (pread(pending[fd], data, some, at) != (ssize_t)some) stop("a record cannot be read");
            put(synced[fd], data, some, (off_t)(head.offset + done));
            done += some;
            at += some;
        }
    }
    if (real_ftruncate(pending[fd], 0)) stop("records cannot be cleared");
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    if (!watched(fd)) return real_pwrite(fd, data, length, offset);
    pthread_mutex_lock(&guard);
    ssize_t done = real_pwrite(fd, data, length, offset);
    int error = errno;
    if (done > 0) note(fd, (uint64_t)offset, (uint64_t)done, data);
    pthread_mutex_unlock(&guard);
    errno = error;
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
    if (!watched(fd)) return real_write(fd, data, length);
    pthread_mutex_lock(&guard);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = real_write(fd, data, length);
    int error = errno;
    if (done > 0) note(fd, (uint64_t)at, (uint64_t)done, data);
    pthread_mutex_unlock(&guard);
    errno = error;
    return done;
}

int ftruncate64(int fd, off64_t length) {
    if (!watched(fd)) return real_ftruncate(fd, length);
    pthread_mutex_lock(&guard);
    int done = real_ftruncate(fd, length);
    int error = errno;
    if (done == 0) note(fd, (uint64_t)length, TRUNCATED, NULL);
    pthread_mutex_unlock(&guard);
    errno = error;
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_with(int fd, int (*real)(int)) {
    if (!watched(fd)) return real(fd);
    pthread_mutex_lock(&guard);
    int done = real(fd);
    int error = errno;
    if (done == 0 && !getenv("DROPSYNC_LIES")) keep(fd);
    pthread_mutex_unlock(&guard);
    errno = error;
    return done;
}

int fsync(int fd) { return sync_with(fd, real_fsync); }

int fdatasync(int fd) { return sync_with(fd, real_fdatasync); }

int close(int fd) {
    if (fd >= 0 && fd < MOST) {
        if (known[fd] == 2) {
            real_close(synced[fd]);
            real_close(pending[fd]);
        }
        known[fd] = 0;
    }
    return real_close(fd);
}

int unlink(const char *path) {
    int done = real_unlink(path);
    if (done == 0 && is_ours(path)) {
        const char *name = strrchr(path, '/') + 1;
        const char *ends[] = {"", ".pending"};
        for (int k = 0; k < 2; k++) {
            char copy[PATH_MAX];
            snprintf(copy, sizeof copy, "%s/%s%s", folder, name, ends[k]);
            real_unlink(copy);
        }
    }
    return done;
}
