#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CImageCodecs.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

// Threads of codecs recurse little, and each stack counts in full against the limit on memory.
#define STACK_BYTES ((size_t)1 << 20)

int cimage_child_begin(int64_t parent) {
#ifdef __linux__
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return 0;
#endif
#ifdef __GLIBC__
    // One heap: each further one reserves 64 MB of addresses.
    mallopt(M_ARENA_MAX, 1);
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) == 0) {
        pthread_attr_setstacksize(&attributes, STACK_BYTES);
        pthread_setattr_default_np(&attributes);
        pthread_attr_destroy(&attributes);
    }
#endif
    // Nobody would be told of a parent that ended before the line above.
    if ((int64_t)getppid() != parent)
        return 0;
    long most = sysconf(_SC_OPEN_MAX);
    for (int descriptor = 3; descriptor < (most < 0 || most > 65536 ? 65536 : most); descriptor++) {
#ifdef __GLIBC__
        if (close_range(3, ~0U, 0) == 0)
            break;
#endif
        close(descriptor);
    }
    return 1;
}

static int limit(int resource, uint64_t most) {
    struct rlimit value = {.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &value) == 0;
}

/// Bytes of addresses that the process has now; 0: nobody knows.
static uint64_t addresses(void) {
    unsigned long pages = 0;
#ifdef __linux__
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%lu", &pages) != 1)
        pages = 0;
    fclose(file);
#endif
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

int cimage_child_confine(uint64_t memory, uint64_t seconds) {
#ifdef __linux__
    uint64_t now = addresses();
    if (now == 0 || !limit(RLIMIT_AS, now + memory))
        return 0;
#else
    (void)memory;
    (void)addresses;
#endif
    // No file or socket can be opened, nothing written to a file, and no core is dumped.
    return limit(RLIMIT_CPU, seconds) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, 3);
}
