#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <uv.h>

// A peer that is gone shows only when what was sent to it stays unacknowledged: give it up after `milliseconds`.
static inline int waymark_tcp_user_timeout(const uv_tcp_t *stream, unsigned milliseconds) {
    uv_os_fd_t descriptor;
    int status = uv_fileno((const uv_handle_t *)stream, &descriptor);
    if (status != 0) return status;
    return setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

// Writing to a socket whose reader is gone must be an error of that write, not the end of the process.
static inline void waymark_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

// Linux keeps the first 15 bytes of a thread's name.
static inline void waymark_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

// How many files and sockets the process may have open, after asking for as many as it is allowed to ask for.
static inline unsigned long waymark_raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}
