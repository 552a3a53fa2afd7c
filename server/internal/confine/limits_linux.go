//go:build amd64 || arm64

package confine

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// limits are those on resources of the process. There is none on memory: what a guest may use is reserved before, and
// counted by the instance. Nor on processes: that one counts all of the user's, of which the server is one; new ones are
// refused by Seal.
var limits = []struct {
	name     string
	resource int
	most     uint64
}{
	{"core", unix.RLIMIT_CORE, 0},
	{"nofile", unix.RLIMIT_NOFILE, 4096},
	{"fsize", unix.RLIMIT_FSIZE, 4 << 30}, // a snapshot is as large as the memory that it is of
	{"memlock", unix.RLIMIT_MEMLOCK, 0},
	{"msgqueue", unix.RLIMIT_MSGQUEUE, 0},
	{"nice", unix.RLIMIT_NICE, 0},
	{"rtprio", unix.RLIMIT_RTPRIO, 0},
}

// limit lowers the limits, for good; one that is lower already stays.
func limit() error {
	var errs error
	for _, l := range limits {
		var now unix.Rlimit
		if err := unix.Getrlimit(l.resource, &now); err != nil {
			errs = errors.Join(errs, fmt.Errorf("%s: %w", l.name, err))
			continue
		}
		most := min(l.most, now.Max)
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			errs = errors.Join(errs, fmt.Errorf("%s: %w", l.name, err))
		}
	}
	return errs
}
