package confine

import "golang.org/x/sys/unix"

const (
	auditArchitecture = unix.AUDIT_ARCH_AARCH64
	statAt            = unix.SYS_FSTATAT
)

// alwaysHere are calls that other architectures do not have: none.
var alwaysHere []uint32

var conditionalHere []call
