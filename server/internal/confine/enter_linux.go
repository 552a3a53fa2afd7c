//go:build amd64 || arm64

package confine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// stateVariable tells the program that runs anew what was done before.
const stateVariable = ownPrefix + "CONFINED"

type state struct {
	Process        int // which it was done to; a variable that another process has inherited counts for nothing
	Stand, Missing []string
	Temporary      string
	Processors     int // that this process may use: what says so cannot be read from inside
	Room           Room
}

// Enter confines the process to the room. Where that works it does not return: the program runs anew, and its call of Enter,
// for the same room, gives the walls. What it cannot do is in Missing; an error is a mistake of the administrator's, and then
// nothing more was done: another room among that, since what it is made from has changed meanwhile.
func Enter(room Room) (*Walls, error) {
	mode, err := modeOf(os.Getenv(ModeVariable))
	w := &Walls{Mode: mode, room: room}
	if err != nil || mode == Off {
		return w, err
	}
	if arrived, err := w.arrived(); arrived {
		return w, err
	}
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // and never lets go of it: should the program not start anew, a confined thread ends with this
		failed <- w.leave()
	}()
	err = <-failed
	w.Stand = nil
	w.note("environment, no_new_privs, landlock", err)
	if w.temporary != "" {
		_ = os.Remove(w.temporary)
		w.temporary = ""
	}
	w.note("resource limits", limit()) // which hold already, and for the whole process
	return w, nil
}

// arrived says whether the program was started anew by leave, and does what an execution undoes.
func (w *Walls) arrived() (arrived bool, err error) {
	text := os.Getenv(stateVariable)
	_ = os.Unsetenv(stateVariable)
	var s state
	if readable := json.Unmarshal([]byte(text), &s) == nil; !readable || s.Process != os.Getpid() {
		return false, nil
	}
	w.Stand, w.Missing, w.temporary = s.Stand, s.Missing, s.Temporary
	if !reflect.DeepEqual(s.Room, w.room) {
		return true, errors.New("the files, ports and variables that the process may have have changed while it started, perhaps with the policy: start it again")
	}
	if runtime.GOMAXPROCS(0) != s.Processors {
		runtime.GOMAXPROCS(s.Processors)
	}
	// Neither a core, which may hold what users have written, nor a debugger: that of another plugin, which runs as the same
	// user.
	w.note("not dumpable", unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
	return true, nil
}

// leave confines this thread and has it run the program anew, in which it is the only one; it returns only when that fails.
func (w *Walls) leave() error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	if w.temporary, err = makeTemporary(); err != nil {
		return fmt.Errorf("make a folder for temporary files: %w", err)
	}
	for _, dir := range w.room.Write {
		_ = os.MkdirAll(dir, 0o700) // whoever needs it will say what is wrong
	}
	w.Stand = append(w.Stand, "environment")
	w.note("resource limits", limit())
	w.note("no_new_privs", unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
	abi, err := lockLand(w.room, w.temporary)
	w.note(landlockName(abi), err)

	told, err := json.Marshal(state{os.Getpid(), w.Stand, w.Missing, w.temporary, runtime.GOMAXPROCS(0), w.room})
	if err != nil {
		return err
	}
	environment := append(cleaned(os.Environ(), w.room.Variables), stateVariable+"="+string(told), "TMPDIR="+w.temporary)
	if err := syscall.Exec(program, os.Args, environment); err != nil {
		return fmt.Errorf("run %s anew: %w", program, err)
	}
	panic("unreachable")
}

// makeTemporary makes a folder for temporary files. The path of a socket in it has to fit into what Linux has for one.
func makeTemporary() (string, error) {
	const path, socket = "/mmpy-0123456789", "/plugin0123456789"
	base := os.TempDir()
	if len(base+path+socket) >= len(unix.RawSockaddrUnix{}.Path) {
		base = "/tmp"
	}
	return os.MkdirTemp(base, "mmpy-")
}

// StopListening removes the socket in the folder for temporary files, once the server has connected, and the folder with it
// unless something else is there. From then on the process can write into the room's folders alone.
func (w *Walls) StopListening() {
	w.removeTemporary(func(entry os.DirEntry) bool { return entry.Type() == os.ModeSocket })
}

// Close removes the folder for temporary files, at the end of the process.
func (w *Walls) Close() { w.removeTemporary(func(os.DirEntry) bool { return true }) }

// removeTemporary removes some of what is in the folder for temporary files, and the folder when it is empty. Its own folder
// must not be read, so os.RemoveAll could not remove it.
func (w *Walls) removeTemporary(which func(os.DirEntry) bool) {
	if w.temporary == "" {
		return
	}
	entries, err := os.ReadDir(w.temporary)
	if err != nil { // it is gone
		return
	}
	for _, entry := range entries {
		if which(entry) {
			_ = os.RemoveAll(filepath.Join(w.temporary, entry.Name()))
		}
	}
	_ = os.Remove(w.temporary)
}
