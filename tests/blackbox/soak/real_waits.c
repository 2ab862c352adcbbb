/* Waits by the kernel, for a product whose calendar libfaketime moves (tests/blackbox/soak/day.py).
 *
 * libfaketime 0.9.10 divides waits by the speed of its clock, although DONT_FAKE_MONOTONIC is set, and lets a
 * clock_nanosleep until a point in time fail with EINVAL: that is how time.sleep of Python 3.11 waits.
 * Preloaded before it, this leaves it nothing but the calendar.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left) {
    int before = errno;
    int failed = syscall(SYS_clock_nanosleep, clock, flags, until, left) == 0 ? 0 : errno;
    errno = before; /* this call returns its error and leaves errno alone */
    return failed;
}

int nanosleep(const struct timespec *wanted, struct timespec *left) {
    return syscall(SYS_nanosleep, wanted, left);
}

int usleep(useconds_t microseconds) { /* how SQLite waits for a lock */
    struct timespec wanted = {microseconds / 1000000, microseconds % 1000000 * 1000L};
    return nanosleep(&wanted, NULL);
}

int epoll_pwait(int epfd, struct epoll_event *events, int most, int milliseconds, const sigset_t *mask) {
    return syscall(SYS_epoll_pwait, epfd, events, most, milliseconds, mask, _NSIG / 8);
}

int epoll_wait(int epfd, struct epoll_event *events, int most, int milliseconds) {
    return epoll_pwait(epfd, events, most, milliseconds, NULL);
}

int ppoll(struct pollfd *files, nfds_t count, const struct timespec *wanted, const sigset_t *mask) {
    struct timespec kept, *own = NULL; /* the kernel writes what is left, the C library does not */
    if (wanted) { kept = *wanted; own = &kept; }
    return syscall(SYS_ppoll, files, count, own, mask, _NSIG / 8);
}

int poll(struct pollfd *files, nfds_t count, int milliseconds) {
    struct timespec wanted = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    return ppoll(files, count, milliseconds < 0 ? NULL : &wanted, NULL);
}

int select(int count, fd_set *reads, fd_set *writes, fd_set *errors, struct timeval *wanted) {
    struct timespec own;
    if (wanted) { own.tv_sec = wanted->tv_sec; own.tv_nsec = wanted->tv_usec * 1000L; }
    return syscall(SYS_pselect6, count, reads, writes, errors, wanted ? &own : NULL, NULL);
}
