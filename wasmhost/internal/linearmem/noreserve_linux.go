package linearmem

import "golang.org/x/sys/unix"

// The limit of a guest is not memory that it uses, so it must not count as such.
const noReserve = unix.MAP_NORESERVE
