package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/server/internal/confine"
)

// Environment variables of the plugin processes in these tests.
const (
	escapeKey = "MMPY_TEST_ESCAPE" // the process tries to break out; the addresses of two listeners of the server, and of its socket
	hostsKey  = "MMPY_TEST_HOSTS"  // the port of the one host that is granted, or "none"
	secretKey = "MM_SQLSETTINGS_DATASOURCE"
)

// prisoner has a plugin's process try natively, whenever the plugin asks for the server's version, what a plugin could that
// had broken out of WebAssembly. What becomes of each attempt it keeps in the plugin's key-value store, over the very
// connection that must go on working.
func prisoner(p *Plugin) {
	switch hosts := os.Getenv(hostsKey); hosts {
	case "":
	case "none":
		p.grant.Hosts = nil
	default:
		port, _ := strconv.Atoi(hosts)
		p.grant.Hosts = []grant.Host{{Pattern: "127.0.0.1", Port: uint16(port)}}
	}
	addresses := strings.Fields(os.Getenv(escapeKey))
	if len(addresses) == 0 {
		return
	}
	p.trace = func(r Record) {
		if r.API != abi.GetServerVersion.String() {
			return
		}
		for name, attempt := range escapes(addresses[0], addresses[1], addresses[2], p.bundle.dir) {
			outcome := "worked"
			if err := attempt(); err != nil {
				outcome = err.Error()
			}
			p.currentAPI().KVSet(name, []byte(outcome))
		}
	}
}

func escapes(granted, other, socket, bundle string) map[string]func() error {
	server := os.Getppid()
	open := func(path string) func() error {
		return func() error {
			file, err := os.Open(path)
			return errors.Join(err, file.Close())
		}
	}
	write := func(path string) func() error {
		return func() error { return errors.Join(os.WriteFile(path, nil, 0o600), os.Remove(path)) }
	}
	connect := func(network, address string) func() error {
		return func() error {
			connection, err := net.Dial(network, address)
			if err == nil {
				err = connection.Close()
			}
			return err
		}
	}
	call := func(number uintptr, arguments ...uintptr) func() error {
		return func() error {
			var a [6]uintptr
			copy(a[:], arguments)
			if _, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
				return errno
			}
			return nil
		}
	}
	return map[string]func() error{
		"read /etc/passwd":       open("/etc/passwd"),
		"read its environment":   open("/proc/self/environ"),
		"read the server's":      open(fmt.Sprintf("/proc/%d/environ", server)),
		"list the root":          func() error { _, err := os.ReadDir("/"); return err },
		"write to /tmp":          write("/tmp/mmpy-escaped"),
		"write to its bundle":    write(filepath.Join(bundle, "escaped")),
		"run a program":          func() error { return exec.Command("/bin/true").Run() },
		"become a program":       call(unix.SYS_EXECVE),
		"fork":                   call(unix.SYS_CLONE, uintptr(unix.SIGCHLD)|unix.CLONE_NEWUSER),
		"trace the server":       func() error { return unix.PtraceAttach(server) },
		"signal the server":      func() error { return unix.Kill(server, 0) },
		"connect to a host":      connect("tcp", granted),
		"connect to another":     connect("tcp", other),
		"connect to a socket":    connect("unix", socket),
		"speak UDP":              connect("udp", granted),
		"listen":                 func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err },
		"make a raw socket":      func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP); return err },
		"make a netlink socket":  func() error { _, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0); return err },
		"make a pair of sockets": func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0); return err },
		"write code": func() error {
			_, err := unix.Mmap(-1, 0, 4096, unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
			return err
		},
		"unshare": call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER),
		"read the server's memory": func() error {
			local, remote := []unix.Iovec{{}}, []unix.RemoteIovec{{}}
			_, err := unix.ProcessVMReadv(server, local, remote, 0)
			return err
		},
		"mount":             call(unix.SYS_MOUNT),
		"bpf":               call(unix.SYS_BPF),
		"keyctl":            call(unix.SYS_KEYCTL),
		"userfaultfd":       call(unix.SYS_USERFAULTFD),
		"perf_event_open":   call(unix.SYS_PERF_EVENT_OPEN),
		"io_uring_setup":    call(unix.SYS_IO_URING_SETUP),
		"init_module":       call(unix.SYS_INIT_MODULE),
		"memfd_create":      call(unix.SYS_MEMFD_CREATE),
		"process_vm_writev": call(unix.SYS_PROCESS_VM_WRITEV, uintptr(server)),
		"setns":             call(unix.SYS_SETNS),
		"chroot":            call(unix.SYS_CHROOT),
		"reboot":            call(unix.SYS_REBOOT),
		"open_by_handle_at": call(unix.SYS_OPEN_BY_HANDLE_AT),
		"ioctl":             call(unix.SYS_IOCTL, 1, unix.TIOCSTI),
	}
}

const asks = `
from mattermost_plugin import Plugin, hook, HookName

class Asks(Plugin):
    @hook(HookName.MessageWillBePosted)
    def filter(self, context, post):
        post.message += " " + self.api.get_server_version()
        return post, ""
`

// listeners are what a process that has escaped would like to reach, and asks' answer about each of its attempts.
func attempts(t *testing.T, hosts, mode string) (outcomes map[string]string, env *environment) {
	t.Helper()
	var addresses []string
	for range 2 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		addresses = append(addresses, listener.Addr().String())
	}
	dir, err := os.MkdirTemp("", "s") // a socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	if hosts == "first" {
		_, hosts, _ = strings.Cut(addresses[0], ":")
	}
	t.Setenv(escapeKey, strings.Join(append(addresses, socket.Addr().String()), " "))
	t.Setenv(hostsKey, hosts)
	t.Setenv(confine.ModeVariable, mode)
	t.Setenv(secretKey, "postgres://mmuser:correct-horse@localhost/mattermost")

	env = newEnvironment(t)
	id := env.install(t, writeBundle(t, asks, nil), []string{"MessageWillBePosted"})
	env.activate(t, id)
	version := env.apis[id].GetServerVersion()
	for range 2 {
		post, appErr := env.post("asked")
		require.Nil(t, appErr)
		require.Equal(t, "asked "+version, post.Message)
	}
	outcomes = map[string]string{}
	for name := range escapes("", "", "", "") {
		outcome, appErr := env.apis[id].KVGet(name)
		require.Nil(t, appErr)
		outcomes[name] = string(outcome)
	}
	require.NoError(t, env.PerformHealthCheck(id))
	return outcomes, env
}

func TestAPluginThatBreaksOutOfWebAssemblyIsInALockedRoom(t *testing.T) {
	outcomes, env := attempts(t, "none", "require")
	for name, outcome := range outcomes {
		require.Regexp(t, "permission denied|operation not permitted|function not implemented", outcome, name)
	}
	require.Contains(t, env.log.String(), "the plugin's process is confined")
	t.Log(outcomes)
}
