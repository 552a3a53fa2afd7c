package server

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
			if p.walls.Mode == confine.Off && !slices.Contains(harmless, name) {
				continue
			}
			outcome := "worked"
			if err := attempt(); err != nil {
				outcome = err.Error()
			}
			_ = p.currentAPI().KVSet(name, []byte(outcome))
		}
	}
}

// harmless are the attempts that may well work: the others would do harm to the server, which is this test.
var harmless = []string{
	"read /etc/passwd", "read its environment", "list the root", "write to /tmp", "write to its bundle", "run a program",
	"signal the server", "connect to a host", "connect to another", "connect to a socket", "speak UDP", "listen",
	"make a netlink socket", "make a pair of sockets", "write code", "make code",
}

func escapes(granted, other, socket, bundle string) map[string]func() error {
	server := os.Getppid()
	open := func(path string) func() error {
		return func() error {
			file, err := os.Open(path)
			if err == nil {
				err = file.Close()
			}
			return err
		}
	}
	write := func(path string) func() error {
		return func() error {
			err := os.WriteFile(path, nil, 0o600)
			if err == nil {
				err = os.Remove(path)
			}
			return err
		}
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
		"read /etc/passwd":     open("/etc/passwd"),
		"read its environment": open("/proc/self/environ"),
		"read the server's":    open(fmt.Sprintf("/proc/%d/environ", server)),
		"list the root":        func() error { _, err := os.ReadDir("/"); return err },
		"write to /tmp":        write("/tmp/mmpy-escaped"),
		"write to its bundle":  write(filepath.Join(bundle, "escaped")),
		"run a program":        func() error { return exec.Command("/bin/true").Run() },
		"become a program":     call(unix.SYS_EXECVE),
		"fork":                 call(unix.SYS_CLONE, uintptr(unix.SIGCHLD)|unix.CLONE_NEWUSER),
		"trace the server":     func() error { return unix.PtraceAttach(server) },
		"signal the server":    func() error { return unix.Kill(server, 0) },
		"connect to a host":    connect("tcp", granted),
		"connect to another":   connect("tcp", other),
		"connect to a socket":  connect("unix", socket),
		"speak UDP":            connect("udp", granted),
		"listen": func() error {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err == nil {
				err = listener.Close()
			}
			return err
		},
		"make a raw socket":      func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP); return err },
		"make a netlink socket":  func() error { _, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0); return err },
		"make a pair of sockets": func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0); return err },
		"write code": func() error {
			_, err := unix.Mmap(-1, 0, 4096, unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
			return err
		},
		"make code": func() error {
			_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
			return err
		},
		"look a name up":    func() error { _, err := net.LookupHost("localhost"); return err },
		"read certificates": func() error { _, err := os.ReadDir("/etc/ssl/certs"); return err },
		"unshare":           call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER),
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

// attempts starts a plugin whose process tries to break out, and says what has become of each attempt. hosts is "none" or
// "first": the plugin may reach the first of two listeners.
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

	env, id := startAsks(t)
	requireAnswer(t, env, id)
	outcomes = map[string]string{}
	for name := range escapes("", "", "", "") {
		outcome, appErr := env.apis[id].KVGet(name)
		require.Nil(t, appErr)
		outcomes[name] = string(outcome)
	}
	requireAnswer(t, env, id)
	require.NoError(t, env.PerformHealthCheck(id))
	return outcomes, env
}

func startAsks(t *testing.T) (env *environment, id string) {
	t.Helper()
	env = newEnvironment(t)
	id = env.install(t, writeBundle(t, asks, nil), []string{"MessageWillBePosted"})
	env.activate(t, id)
	return env, id
}

// requireAnswer has the plugin call Mattermost.
func requireAnswer(t *testing.T, env *environment, id string) {
	t.Helper()
	post, appErr := env.post("asked")
	require.Nil(t, appErr)
	require.Equal(t, "asked "+env.apis[id].GetServerVersion(), post.Message)
}

const walled = "permission denied|operation not permitted|function not implemented"

func TestAPluginThatBreaksOutOfWebAssemblyIsInALockedRoom(t *testing.T) {
	outcomes, env := attempts(t, "none", "require")
	for name, outcome := range outcomes {
		require.Regexp(t, walled, outcome, name)
	}
	require.Regexp(t, "is confined.*environment, resource limits, no_new_privs, landlock ABI [0-9]+, not dumpable, seccomp, no new code", env.log.String())
}

func TestAPluginWithHostsReachesTheirPortsAndNothingElse(t *testing.T) {
	outcomes, _ := attempts(t, "first", "require")
	granted := []string{"connect to a host", "speak UDP", "look a name up", "read certificates"}
	for name, outcome := range outcomes {
		if slices.Contains(granted, name) {
			require.Equal(t, "worked", outcome, name)
		} else {
			require.Regexp(t, walled, outcome, name)
		}
	}
}

// Without this the two before would prove nothing.
func TestWithoutTheSecondWallTheRoomIsOpen(t *testing.T) {
	outcomes, env := attempts(t, "none", "off")
	for _, name := range harmless {
		require.Equal(t, "worked", outcomes[name], name)
	}
	require.Contains(t, env.log.String(), "not confined: MMPY_CONFINE is off")
}

func TestAMistakenModeOfTheSecondWallIsReported(t *testing.T) {
	t.Setenv(confine.ModeVariable, "yes")
	env := newEnvironment(t)
	id := env.install(t, writeBundle(t, asks, nil), []string{"MessageWillBePosted"})
	_, _, err := env.Activate(id)
	require.ErrorContains(t, err, `MMPY_CONFINE is "yes": it may be "on", "require" or "off"`)
}

func TestAPluginsProcessDoesNotHaveTheServersSecrets(t *testing.T) {
	const secret = "correct-horse"
	t.Setenv("MM_SQLSETTINGS_DATASOURCE", "postgres://mmuser:"+secret+"@localhost/mattermost")
	for mode, has := range map[string]bool{"off": true, "require": false} {
		t.Run(mode, func(t *testing.T) {
			t.Setenv(confine.ModeVariable, mode)
			env, id := startAsks(t)
			requireAnswer(t, env, id)
			process := processIn(t, env.dir)
			environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", process))
			if errors.Is(err, os.ErrPermission) && !has {
				t.Skip("the process is closed to its own user")
			}
			require.NoError(t, err)
			require.Equal(t, has, strings.Contains(string(environ), secret), "%q", environ)
			require.Equal(t, has, strings.Contains(string(environ), "PATH="), "%q", environ)
			require.Equal(t, has, memoryHas(t, process, secret), "in its memory")
		})
	}
}

// processIn is the process of this test whose program lies in a folder.
func processIn(t *testing.T, dir string) (process int) {
	t.Helper()
	lists, err := filepath.Glob("/proc/self/task/*/children")
	require.NoError(t, err)
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread may have ended
		for _, child := range strings.Fields(string(text)) {
			program, err := os.ReadFile("/proc/" + child + "/cmdline") // its link is closed to its own user
			if err == nil && strings.HasPrefix(string(program), dir+"/") {
				process, err = strconv.Atoi(child)
				require.NoError(t, err)
			}
		}
	}
	require.NotZero(t, process)
	return process
}

// memoryHas searches what a process can write to.
func memoryHas(t *testing.T, process int, text string) bool {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", process))
	require.NoError(t, err)
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", process))
	require.NoError(t, err)
	defer memory.Close()
	searched := 0
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var rights string
		n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights)
		if n != 3 || !strings.HasPrefix(rights, "rw") {
			continue
		}
		part := make([]byte, to-from)
		read, _ := memory.ReadAt(part, from)
		searched += read
		if bytes.Contains(part[:read], []byte(text)) {
			return true
		}
	}
	require.Greater(t, searched, 1<<20)
	return false
}

func TestAConfinedProcessCompilesAndLeavesNoTemporaryFiles(t *testing.T) {
	t.Setenv(confine.ModeVariable, "require")
	for name, variables := range map[string][2]string{
		"with a cache":    {t.TempDir(), os.Getenv("HOME")},
		"without a cache": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			cache := variables[0]
			temporary, err := os.MkdirTemp("", "t") // the path of a socket is short
			require.NoError(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(temporary) })
			t.Setenv("XDG_CACHE_HOME", cache)
			t.Setenv("HOME", variables[1])
			t.Setenv("TMPDIR", temporary)
			env, id := startAsks(t)
			requireAnswer(t, env, id)
			require.Contains(t, env.log.String(), "compiled the Python interpreter")
			requireMapped(t, processIn(t, env.dir), "r-xp", ".code", cache != "")
			left, err := filepath.Glob(temporary + "/mmpy-*/*")
			require.NoError(t, err)
			require.Equal(t, cache == "", len(left) > 0, "while it runs: %v", left)
			require.True(t, env.Deactivate(id))
			left, err = filepath.Glob(temporary + "/mmpy-*")
			require.NoError(t, err)
			require.Empty(t, left, "afterwards")
		})
	}
}

// requireMapped says whether a process has a file mapped into its memory, with such rights.
func requireMapped(t *testing.T, process int, rights, ending string, mapped bool) {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", process))
	if errors.Is(err, os.ErrPermission) {
		t.Log("the process is closed to its own user")
		return
	}
	require.NoError(t, err)
	found := slices.ContainsFunc(strings.Split(string(maps), "\n"), func(line string) bool {
		return strings.Contains(line, " "+rights+" ") && strings.HasSuffix(line, ending)
	})
	require.Equal(t, mapped, found, "%s", maps)
}
