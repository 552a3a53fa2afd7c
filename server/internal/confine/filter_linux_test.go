//go:build amd64 || arm64

package confine

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// decision runs a filter on a call of this architecture. x/net's machine reads numbers in the network's order, the kernel in
// its own, so the call is laid out for the former.
func decision(t *testing.T, code []bpf.RawInstruction, architecture, number uint32, arguments ...uint32) uint32 {
	t.Helper()
	program, whole := bpf.Disassemble(code)
	require.True(t, whole)
	machine, err := bpf.NewVM(program)
	require.NoError(t, err)
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data[dataNumber:], number)
	binary.BigEndian.PutUint32(data[dataArchitecture:], architecture)
	for i, argument := range arguments {
		binary.BigEndian.PutUint32(data[dataArguments+8*i:], argument)
	}
	out, err := machine.Run(data)
	require.NoError(t, err)
	return uint32(out)
}

func TestTheFilterDecidesByCallAndArguments(t *testing.T) {
	const (
		refused = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
		missing = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
		allowed = unix.SECCOMP_RET_ALLOW
	)
	for _, network := range []bool{false, true} {
		code, err := allowOnly(systemCalls(network))
		require.NoError(t, err)
		require.Less(t, len(code), 4096, "more the kernel does not take")
		inet := refused
		if network {
			inet = allowed
		}
		for _, test := range []struct {
			want, number uint32
			arguments    []uint32
		}{
			{allowed, unix.SYS_READ, nil},
			{allowed, unix.SYS_FUTEX, nil},
			{refused, unix.SYS_EXECVE, nil},
			{refused, unix.SYS_EXECVEAT, nil},
			{refused, unix.SYS_PTRACE, nil},
			{refused, unix.SYS_LISTEN, nil},
			{refused, 0x40000000 | unix.SYS_READ, nil}, // another table of calls
			{refused, 100_000, nil},
			{missing, unix.SYS_CLONE3, nil},
			{refused, unix.SYS_CLONE, []uint32{uint32(unix.SIGCHLD)}},
			{allowed, unix.SYS_CLONE, []uint32{unix.CLONE_THREAD | unix.CLONE_VM}},
			{refused, unix.SYS_CLONE, []uint32{unix.CLONE_THREAD | unix.CLONE_NEWUSER}},
			{allowed, unix.SYS_MMAP, []uint32{0, 0, unix.PROT_READ | unix.PROT_WRITE}},
			{allowed, unix.SYS_MPROTECT, []uint32{0, 0, unix.PROT_READ | unix.PROT_EXEC}},
			{refused, unix.SYS_MPROTECT, []uint32{0, 0, unix.PROT_READ | unix.PROT_WRITE | unix.PROT_EXEC}},
			{refused, unix.SYS_KILL, []uint32{1}},
			{refused, unix.SYS_SOCKET, []uint32{unix.AF_UNIX, unix.SOCK_STREAM}},
			{refused, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_RAW}},
			{inet, unix.SYS_SOCKET, []uint32{unix.AF_INET, unix.SOCK_STREAM | unix.SOCK_CLOEXEC}},
			{inet, unix.SYS_SOCKET, []uint32{unix.AF_INET6, unix.SOCK_DGRAM}},
			{inet, unix.SYS_CONNECT, nil},
			{refused, unix.SYS_FCNTL, []uint32{0, unix.F_SETOWN}},
		} {
			require.Equal(t, test.want, decision(t, code, auditArchitecture, test.number, test.arguments...),
				"call %d with %x, network: %v", test.number, test.arguments, network)
		}
		require.Equal(t, uint32(unix.SECCOMP_RET_KILL_PROCESS), decision(t, code, unix.AUDIT_ARCH_I386, unix.SYS_READ))
	}
	code, err := allowNoCode()
	require.NoError(t, err)
	require.Equal(t, refused, decision(t, code, auditArchitecture, unix.SYS_MMAP, 0, 0, unix.PROT_EXEC))
	require.Equal(t, uint32(allowed), decision(t, code, auditArchitecture, unix.SYS_MMAP, 0, 0, unix.PROT_WRITE))
	require.Equal(t, uint32(allowed), decision(t, code, auditArchitecture, unix.SYS_FUTEX))
}
