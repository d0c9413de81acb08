// Runs a program and writes what it cost. Beside Python's own os.wait4 this is right: the kernel counts the memory of
// the process that forked into the peak of what it executes, and a Python is larger than what is measured here.
// Usage: child REPORT PROGRAM [ARGUMENT...]; the report: "exit status or -signal, CPU in us, peak in KiB". SIGTERM is
// passed on; the program dies with this one.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t running = 0;

static void pass_on(int number) {
    if (running > 0) {
        kill(running, number);
    }
}

static long long microseconds(struct timeval time) {
    return time.tv_sec * 1000000LL + time.tv_usec;
}

static void start(char** arguments) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL); // until `running` is known
    signal(SIGTERM, pass_on);
    running = fork();
    if (running == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGTERM, SIG_DFL);
        sigprocmask(SIG_UNBLOCK, &term, NULL);
        execv(arguments[0], arguments);
        perror(arguments[0]);
        _exit(127);
    }
    sigprocmask(SIG_UNBLOCK, &term, NULL);
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fputs("usage: child REPORT PROGRAM [ARGUMENT...]\n", stderr);
        return 126;
    }
    start(argv + 2);
    int status = 0;
    struct rusage usage;
    while (running < 0 || wait4(running, &status, 0, &usage) < 0) {
        if (running < 0) {
            perror("fork");
            return 126;
        }
    }
    FILE* report = fopen(argv[1], "w");
    if (report == NULL) {
        perror(argv[1]);
        return 126;
    }
    fprintf(report, "%d %lld %ld\n", WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status),
            microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss);
    fclose(report);
    return 0;
}
