package confine

import "golang.org/x/sys/unix"

const (
	auditArchitecture = unix.AUDIT_ARCH_X86_64
	statAt            = unix.SYS_NEWFSTATAT
)

// alwaysHere are calls that other architectures do not have.
var alwaysHere = []uint32{
	unix.SYS_EPOLL_WAIT, unix.SYS_POLL, unix.SYS_TIME, unix.SYS_OPEN, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS, unix.SYS_READLINK,
	unix.SYS_MKDIR, unix.SYS_RMDIR, unix.SYS_UNLINK, unix.SYS_RENAME, unix.SYS_CHMOD,
}

var conditionalHere = []call{
	{unix.SYS_MKNOD, []condition{bits(1, unix.S_IFMT, unix.S_IFIFO)}},
	{unix.SYS_ARCH_PRCTL, []condition{oneOf(0, 0x1002, 0x1003)}}, // ARCH_SET_FS and ARCH_GET_FS: where a thread keeps its own
}
