//go:build amd64 || arm64

package confine

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Rights on files.
const (
	reading  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	running  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	updating = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE
	writing  = reading | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE |
		unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REFER |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO
	listening = writing | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK

	// onFiles are those that a file can have, and not only a folder.
	onFiles = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
		unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// Files that Go, wazero and this process read of the system, whatever the plugin may do.
var ofSystem = []string{
	"/sys/kernel/mm", // the sizes of large pages
	"/etc/localtime", "/usr/share/zoneinfo",
	"/etc/ld.so.cache", // for a program that was linked with C
}

// Files about the process itself: where the interpreter's code lies. They are opened before, and stay so, or their entry
// might be made anew some time, and no rule would hold for the new one.
var ofProcess = []string{"/proc/self/maps", "/proc/self/smaps"}

// Files that a process needs to find hosts, and to trust them: those that Go looks for, and where they are links to.
var ofNetwork = []string{
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/services", "/etc/host.conf", "/etc/gai.conf",
	"/etc/ssl/certs", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
	"/etc/pki/tls/certs", "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted", "/etc/ca-certificates/extracted",
	"/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
}

// ruleset is a Landlock ruleset, of what is allowed.
type ruleset struct {
	fd      int
	abi     int
	files   uint64 // rights on files that it is about
	network uint64
}

// landlockName is the wall's name in the log.
func landlockName(abi int) string {
	if abi == 0 {
		return "landlock"
	}
	return fmt.Sprintf("landlock ABI %d", abi)
}

// lockLand confines this thread, and what it will run, to the files and ports of the room. abi is the version of Landlock
// that the kernel has: the first knows nothing of ports, for example, so what is confined depends on it.
func lockLand(room Room, temporary string) (abi int, err error) {
	r, err := newRuleset(room)
	if err != nil {
		return 0, err
	}
	defer unix.Close(r.fd)
	programs, err := ownPrograms()
	if err != nil {
		return r.abi, fmt.Errorf("find the program's files: %w", err)
	}
	rules := []struct {
		paths  []string
		rights uint64
		keep   bool // the files stay open
	}{
		{paths: programs, rights: running},
		{paths: room.Read, rights: reading},
		{paths: room.Write, rights: writing},
		{paths: []string{temporary}, rights: listening},
		{paths: []string{filepath.Dir(temporary)}, rights: unix.LANDLOCK_ACCESS_FS_REMOVE_DIR}, // for temporary itself
		{paths: []string{os.DevNull}, rights: updating},
		{paths: ofSystem, rights: reading},
		{paths: ofProcess, rights: reading, keep: true},
	}
	for _, rule := range rules {
		for _, path := range rule.paths {
			if err := r.allow(path, rule.rights, rule.keep); err != nil {
				return r.abi, err
			}
		}
	}
	if room.Network {
		if err := r.allowNetwork(room.Ports); err != nil {
			return r.abi, err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(r.fd), 0, 0); errno != 0 {
		return r.abi, fmt.Errorf("restrict the process: %w", errno)
	}
	return r.abi, nil
}

func newRuleset(room Room) (*ruleset, error) {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch errno {
	case 0:
	case unix.ENOSYS:
		return nil, errors.New("the kernel does not have it")
	case unix.EOPNOTSUPP:
		return nil, errors.New("the kernel has it switched off")
	default:
		return nil, errno
	}
	r := &ruleset{abi: int(abi)}
	r.files = unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1 // all of the first version
	var scopes uint64
	if r.abi >= 2 {
		r.files |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if r.abi >= 3 {
		r.files |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if r.abi >= 4 {
		r.network = unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		if !room.Network { // or Go could not find out whether there is IPv6, for which it binds a socket
			r.network |= unix.LANDLOCK_ACCESS_NET_BIND_TCP
		} else if room.Ports == nil {
			r.network = 0
		}
	}
	if r.abi >= 5 {
		r.files |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if r.abi >= 6 {
		scopes = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	attributes := unix.LandlockRulesetAttr{Handled_access_fs: r.files, Handled_access_net: r.network, Scoped: scopes}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attributes)), unsafe.Sizeof(attributes), 0)
	if errno != 0 {
		return nil, fmt.Errorf("make a ruleset: %w", errno)
	}
	r.fd = int(fd)
	return r, nil
}

// allow grants rights on a file, or on a folder and all that is in it. What cannot be opened could not be opened later
// either, and is left out.
func (r *ruleset) allow(path string, rights uint64, keep bool) error {
	if path == "" {
		return nil
	}
	flags := unix.O_PATH
	if !keep {
		flags |= unix.O_CLOEXEC
	}
	fd, err := unix.Open(path, flags, 0)
	if err != nil {
		return nil //nolint:nilerr
	}
	if !keep {
		defer unix.Close(fd)
	}
	var status unix.Stat_t
	if err := unix.Fstat(fd, &status); err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	if status.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= onFiles
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights & r.files, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(r.fd), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("allow %s: %w", path, errno)
	}
	return nil
}

// allowNetwork grants what connections need.
func (r *ruleset) allowNetwork(ports []uint16) error {
	paths := append([]string{os.Getenv("SSL_CERT_FILE")}, filepath.SplitList(os.Getenv("SSL_CERT_DIR"))...)
	paths = append(paths, ofNetwork...)
	// Who manages the name servers makes the file anew when they change, so its folder counts, if it has one of its own.
	if target, err := filepath.EvalSymlinks("/etc/resolv.conf"); err == nil && filepath.Dir(target) != "/etc" {
		paths = append(paths, filepath.Dir(target))
	}
	for _, path := range paths {
		if err := r.allow(path, reading, false); err != nil {
			return err
		}
	}
	if r.network&unix.LANDLOCK_ACCESS_NET_CONNECT_TCP == 0 {
		return nil
	}
	const ruleNetPort, dns = 2, 53 // an answer that is too long for UDP comes over TCP
	for _, port := range append([]uint16{dns}, ports...) {
		rule := struct{ access, port uint64 }{unix.LANDLOCK_ACCESS_NET_CONNECT_TCP, uint64(port)}
		_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(r.fd), ruleNetPort, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
		if errno != 0 {
			return fmt.Errorf("allow port %d: %w", port, errno)
		}
	}
	return nil
}

// ownPrograms are the files whose code this process runs: its program and, where that was linked with C, the libraries and
// what loads them.
func ownPrograms() ([]string, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	found := []string{program}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	defer maps.Close()
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 6 && strings.HasPrefix(fields[1], "r-x") && strings.HasPrefix(fields[5], "/") {
			found = append(found, fields[5])
		}
	}
	return found, lines.Err()
}
