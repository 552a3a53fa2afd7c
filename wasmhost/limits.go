package wasmhost

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/wasmhost/internal/guestfs"
)

// Limits bound what one instance uses. A field that is 0 is the default that it names.
type Limits struct {
	Memory     uint64        // bytes of memory; the Runtime's. At most 4 GiB, rounded down to 64 KiB
	CPU        time.Duration // that the guest may compute for one call, without what it waits; no bound
	InFlight   int           // hooks that have begun and not ended; 1,024 of those that are answered later
	Depth      int           // calls on top of each other; no bound but that they become slow, see InstanceConfig.Nesting
	Request    int           // bytes of an API request, and of a hook's answer; no bound
	Line       int           // bytes of a line that reaches the log; 16 KiB
	OpenFiles  int           // 512
	TmpBytes   int64         // of the files in /tmp; TmpBytes. Below 0: none
	TmpEntries int           // files and folders there; TmpEntries. Below 0: none
}

// A Limit is one that an instance has come to.
type Limit uint8

// The limits.
const (
	MemoryLimit Limit = iota + 1
	CPULimit
	InFlightLimit
	QueueLimit
	DepthLimit
	RequestLimit
	LineLimit
	OpenFilesLimit
	TmpBytesLimit
	TmpEntriesLimit
	StackLimit // of the engine, on which functions of the guest call each other: 50 to 100 MB
)

// ErrCPU is why a call was interrupted, or its instance ended, that has computed for longer than it may. It is in the chain of
// a Timeout and a Killed.
var ErrCPU = errors.New("it has used up its CPU time")

// limitedInside is limited for what the guest does inside its turn.
func (i *Instance) limitedInside(limit Limit, format string, args ...any) {
	ctx := context.Background()
	if c := i.current; c != nil && c.Context != nil {
		ctx = c.callContext()
	}
	i.limited(ctx, limit, format, args...)
}

// limited tells the host that a limit was reached.
func (i *Instance) limited(ctx context.Context, limit Limit, format string, args ...any) {
	if i.config.Limited != nil {
		i.config.Limited(ctx, limit, fmt.Sprintf(format, args...))
	}
}

// memoryLimit is how much memory the instance may have.
func (i *Instance) memoryLimit() uint64 {
	if own := i.config.Limits.Memory; own > 0 {
		return min(own, maxMemoryLimit) / pageSize * pageSize
	}
	return i.runtime.memoryLimit
}

// refused tells of memory that the guest did not get.
func (i *Instance) refused(size uint64) {
	i.limitedInside(MemoryLimit, "it asked for %d bytes in all, and may have %d", size, i.memoryLimit())
}

// files bounds what the instance has of files.
func (l *Limits) files() (open int, tmp guestfs.Quota) {
	open, tmp = l.OpenFiles, guestfs.Quota{Bytes: l.TmpBytes, Entries: l.TmpEntries}
	if open == 0 {
		open = guestfs.MaxOpen
	}
	if tmp.Bytes == 0 {
		tmp.Bytes = TmpBytes
	}
	if tmp.Entries == 0 {
		tmp.Entries = TmpEntries
	}
	return open, tmp
}

// full tells of a limit of files.
func (i *Instance) full(what guestfs.Full) {
	open, tmp := i.config.Limits.files()
	switch what {
	case guestfs.FullOpen:
		i.limitedInside(OpenFilesLimit, "%d files are open", open)
	case guestfs.FullBytes:
		i.limitedInside(TmpBytesLimit, "the files in %s would be more than %d bytes", tmpDir, tmp.Bytes)
	case guestfs.FullEntries:
		i.limitedInside(TmpEntriesLimit, "there are %d files and folders in %s", tmp.Entries, tmpDir)
	}
}

// line is how long a line may be that reaches the log.
func (i *Instance) line() int {
	if own := i.config.Limits.Line; own > 0 {
		return own
	}
	return DefaultLogLine
}

// crowded says that no more hooks may begin, if a call is one more.
func (c *call) crowded() *Error {
	i := c.instance
	limit := i.config.Limits.InFlight
	if limit == 0 || c.level+int(i.deferred.waiting.Load()) < limit {
		return nil
	}
	e := &Error{Code: Overloaded, Op: c.op.String(), Message: fmt.Sprintf("%d hooks have begun and not ended", limit)}
	i.limited(c.callContext(), InFlightLimit, "%s", e)
	return e
}

// oversize is the response to an API request that is too long, if it is one.
func (c *call) oversize(method abi.Method, length int) (response []byte, err error, tooLong bool) {
	i := c.instance
	limit := i.config.Limits.Request
	if limit == 0 || length <= limit {
		return nil, nil, false
	}
	text := fmt.Sprintf("the request has %d bytes, and may have %d", length, limit)
	i.limited(c.callContext(), RequestLimit, "%s: %s", method, text)
	if i.config.Refuse == nil {
		return nil, abi.StatusQuota, true
	}
	return i.config.Refuse(method, text), nil, true
}

// keptOfTooLong is how much is kept of an answer that is too long: it may be an exception.
const keptOfTooLong = 64 << 10

// tooLong says that an answer of that length is too long, if it is.
func (i *Instance) tooLong(ctx context.Context, op operation, length int) *Error {
	limit := i.config.Limits.Request
	if limit == 0 || length <= limit {
		return nil
	}
	e := &Error{Code: TooLarge, Op: op.String(), Message: fmt.Sprintf("it has %d bytes, and may have %d", length, limit)}
	i.limited(ctx, RequestLimit, "%s", e)
	return e
}
