//go:build amd64 || arm64

package confine

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// systemCalls are those that are allowed, those that are called the most first.
func systemCalls(network bool) []call {
	var calls []call
	for _, numbers := range [][]uint32{always, alwaysHere} {
		for _, number := range numbers {
			calls = append(calls, call{number: number})
		}
	}
	self := uint32(os.Getpid())
	const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER |
		unix.CLONE_NEWPID | unix.CLONE_NEWNET
	neverBoth := bits(2, unix.PROT_WRITE|unix.PROT_EXEC, 0, unix.PROT_WRITE, unix.PROT_EXEC) // code is not written to
	calls = append(calls,
		call{unix.SYS_MMAP, []condition{neverBoth}},
		call{unix.SYS_MPROTECT, []condition{neverBoth}},
		call{unix.SYS_CLONE, []condition{bits(0, unix.CLONE_THREAD|namespaces, unix.CLONE_THREAD)}},
		call{unix.SYS_TGKILL, []condition{oneOf(0, self)}}, // how Go interrupts its own threads
		call{unix.SYS_KILL, []condition{oneOf(0, self)}},
		call{unix.SYS_PRCTL, []condition{oneOf(0, unix.PR_SET_VMA, unix.PR_SET_NAME, unix.PR_GET_NAME)}},
		call{unix.SYS_PRLIMIT64, []condition{oneOf(0, 0, self)}},
		call{unix.SYS_PROCESS_VM_READV, []condition{oneOf(0, self)}},                                       // how the interpreter's code is found
		call{unix.SYS_SECCOMP, []condition{oneOf(0, unix.SECCOMP_SET_MODE_FILTER), oneOf(1, filterFlags)}}, // SealCode
		call{unix.SYS_MKNODAT, []condition{bits(2, unix.S_IFMT, unix.S_IFIFO)}},
		call{unix.SYS_FCNTL, []condition{oneOf(1, unix.F_DUPFD, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL,
			unix.F_SETFL, unix.F_GETPIPE_SZ, unix.F_SETPIPE_SZ, unix.F_GETLK, unix.F_SETLK, unix.F_SETLKW)}}, // no F_SETOWN: it has signals sent
	)
	if network {
		calls = append(calls,
			call{unix.SYS_SOCKET, []condition{oneOf(0, unix.AF_INET, unix.AF_INET6), bits(1, 0xf, unix.SOCK_STREAM, unix.SOCK_DGRAM)}},
			call{number: unix.SYS_CONNECT},
			call{number: unix.SYS_BIND}, // but not to listen
		)
	}
	return append(calls, conditionalHere...)
}

// always are the system calls that are allowed with any arguments.
var always = slices.Concat(computing, waiting, talking, files)

var computing = []uint32{
	unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_SCHED_YIELD, unix.SYS_MADVISE, unix.SYS_MUNMAP,
	unix.SYS_RT_SIGRETURN, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGACTION, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_CLOCK_GETTIME, unix.SYS_CLOCK_GETRES, unix.SYS_GETTIMEOFDAY, unix.SYS_GETRANDOM, unix.SYS_GETCPU,
	unix.SYS_GETPID, unix.SYS_GETPPID, unix.SYS_GETTID, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID,
	unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_SCHED_GETAFFINITY, unix.SYS_BRK, unix.SYS_MREMAP, unix.SYS_MINCORE,
	unix.SYS_UNAME, unix.SYS_SYSINFO, unix.SYS_GETRUSAGE, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
}

var waiting = []uint32{
	unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_CREATE1, unix.SYS_EVENTFD2, unix.SYS_PPOLL,
}

// talking is over what is open already: the connection to the server, its listener, pipes.
var talking = []uint32{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_READV, unix.SYS_WRITEV, unix.SYS_CLOSE, unix.SYS_ACCEPT4, unix.SYS_SHUTDOWN,
	unix.SYS_RECVFROM, unix.SYS_RECVMSG, unix.SYS_SENDTO, unix.SYS_SENDMSG, unix.SYS_SENDMMSG, unix.SYS_GETSOCKOPT, unix.SYS_SETSOCKOPT,
	unix.SYS_GETSOCKNAME, unix.SYS_GETPEERNAME, unix.SYS_PIPE2, unix.SYS_DUP, unix.SYS_DUP3,
}

// files are those that Landlock lets the process reach.
var files = []uint32{
	unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_PREAD64, unix.SYS_PWRITE64, unix.SYS_LSEEK, unix.SYS_FSTAT, statAt,
	unix.SYS_STATX, unix.SYS_GETDENTS64, unix.SYS_READLINKAT, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2, unix.SYS_GETCWD,
	unix.SYS_MKDIRAT, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_FCHMOD, unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2,
	unix.SYS_UTIMENSAT, unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE, unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_FLOCK,
	unix.SYS_COPY_FILE_RANGE, unix.SYS_SENDFILE, unix.SYS_FSTATFS, unix.SYS_FADVISE64,
}

// absent are refused as if the kernel did not have them.
var absent = []uint32{unix.SYS_CLONE3, unix.SYS_SPLICE, unix.SYS_IO_URING_SETUP, unix.SYS_PIDFD_OPEN, unix.SYS_CLOSE_RANGE, unix.SYS_MEMFD_CREATE}
