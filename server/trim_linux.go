package server

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dropFilePages takes pages that are as they are in their files, and cannot be written to, out of this process: the code
// and the tables of this program, and the interpreter's code. They stay in the system's cache.
func dropFilePages() {
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer smaps.Close()
	var begin, end uint64
	fromFile := false
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		line := lines.Text()
		var from, to, offset, inode uint64
		var rights, device string
		if n, _ := fmt.Sscanf(line, "%x-%x %s %x %s %d", &from, &to, &rights, &offset, &device, &inode); n == 6 {
			begin, end = from, to
			fromFile = inode != 0 && strings.HasPrefix(rights, "r-") && strings.HasSuffix(rights, "p")
		}
		// A page that differs from its file, as a relocated table does, is anonymous.
		if anonymous, found := strings.CutPrefix(line, "Anonymous:"); found && fromFile && strings.TrimSpace(anonymous) == "0 kB" {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(begin), uintptr(end-begin), unix.MADV_DONTNEED)
		}
	}
}
