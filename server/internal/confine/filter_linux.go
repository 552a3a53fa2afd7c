//go:build amd64 || arm64

package confine

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A call is a system call that is allowed, if all its conditions hold.
type call struct {
	number     uint32
	conditions []condition
}

// A condition is on the lower half of an argument: masked, unless mask is 0, it has one of the values.
type condition struct {
	argument int
	mask     uint32
	values   []uint32
}

func oneOf(argument int, values ...uint32) condition { return condition{argument, 0, values} }

func bits(argument int, mask uint32, values ...uint32) condition {
	return condition{argument, mask, values}
}

// Where in what a filter reads (struct seccomp_data) the parts are. Both architectures have the lower half of an argument
// first.
const (
	dataNumber       = 0
	dataArchitecture = 4
	dataArguments    = 16
)

// What a filter decides.
var (
	allow  = bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW}
	refuse = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}
	deny   = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)}
	kill   = bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS}
)

// begin loads the call's number, if it is one of this architecture: those of others have other numbers.
func begin() []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: dataArchitecture, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArchitecture, SkipTrue: 1},
		kill,
		bpf.LoadAbsolute{Off: dataNumber, Size: 4},
	}
}

// allowNoCode is a filter that refuses executable memory, and nothing else.
func allowNoCode() ([]bpf.RawInstruction, error) {
	program := begin()
	for _, number := range []uint32{unix.SYS_MMAP, unix.SYS_MPROTECT} {
		c := call{number, []condition{bits(2, unix.PROT_EXEC, 0)}}
		program = append(program, c.decide()...)
	}
	return bpf.Assemble(append(program, allow))
}

// allowOnly is a filter that refuses all but these calls.
func allowOnly(calls []call) ([]bpf.RawInstruction, error) {
	program := begin()
	for _, c := range calls {
		program = append(program, c.decide()...)
	}
	// Go, and the C library, do without these where a kernel does not have them; a refusal they would take for an error.
	for _, number := range absent {
		program = append(program, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: 1}, deny)
	}
	return bpf.Assemble(append(program, refuse))
}

// decide is the part of a filter that decides about this call, and leaves the others to what follows.
func (c call) decide() []bpf.Instruction {
	var body []bpf.Instruction
	for _, condition := range c.conditions {
		body = append(body, bpf.LoadAbsolute{Off: dataArguments + 8*uint32(condition.argument), Size: 4})
		if condition.mask != 0 {
			body = append(body, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: condition.mask})
		}
		for i, value := range condition.values {
			body = append(body, bpf.JumpIf{Cond: bpf.JumpEqual, Val: value, SkipTrue: uint8(len(condition.values) - i)})
		}
		body = append(body, refuse)
	}
	body = append(body, allow)
	return append([]bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: c.number, SkipTrue: uint8(len(body))}}, body...)
}

// filterFlags: all threads get the filter. Without the last old kernels make all code slower, to guard against a side channel
// between processes that mmpy does not promise to close.
const filterFlags = unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW

// filterThreads gives a filter to all threads, for good.
func filterThreads(code []bpf.RawInstruction) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) // where that does not stand yet, a filter needs it
	filter := make([]unix.SockFilter, len(code))
	for i, c := range code {
		filter[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: unsafe.SliceData(filter)}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, filterFlags, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	if thread != 0 {
		return fmt.Errorf("thread %d has a filter of its own", thread)
	}
	return nil
}
