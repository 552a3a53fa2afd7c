// Package confine locks the process of a plugin in: the second wall, behind WebAssembly. Python code never meets it. It is
// there for the day on which a bug in the first lets a plugin run native code: that finds a process without secrets in its
// environment, without files but those it was started with, without sockets to anywhere, and without most system calls.
//
// There are two steps. Enter comes first, and is best called as early as a process knows what it needs: it limits what the
// process may use and which files and ports it may reach, and then has the process run its program again, with an
// environment that was cleaned. So nothing is left in memory of the environment before, and every thread that there will ever
// be is inside: Linux confines one thread at a time, and Go has several. Seal is the second: it refuses the system calls that
// only starting needs, and all that are never needed.
package confine

import (
	"errors"
	"fmt"
	"strings"
)

// ModeVariable is the environment variable with which an administrator chooses a Mode.
const ModeVariable = "MMPY_CONFINE"

// A Mode says what becomes of a process that cannot be confined as well as it should.
type Mode string

// The modes.
const (
	On      Mode = "on"      // it runs with the walls that the system has: the default
	Require Mode = "require" // it does not run
	Off     Mode = "off"     // no process is confined
)

// modeOf reads the value of ModeVariable.
func modeOf(value string) (Mode, error) {
	switch mode := Mode(value); mode {
	case "":
		return On, nil
	case On, Require, Off:
		return mode, nil
	}
	return Require, fmt.Errorf("%s is %q: it may be %q, %q or %q", ModeVariable, value, On, Require, Off)
}

// A Room is what a process may reach once it is confined, beyond what every Go program needs. What does not exist is left
// out.
type Room struct {
	Read      []string // files, and folders with all that is in them
	Write     []string // folders, likewise, to read and to write
	Network   bool     // it may look names up, connect over TCP, and talk UDP
	Ports     []uint16 // TCP ports that it may connect to; nil: any
	Variables []string // names of environment variables that it keeps
}

// Walls are what a process is confined by.
type Walls struct {
	Mode    Mode
	Stand   []string // those that stand, in words for a log
	Missing []string // those that do not, with the reason

	room      Room
	temporary string // the folder for temporary files, which is the process's own
}

// note takes down whether a wall stands.
func (w *Walls) note(wall string, err error) {
	if err != nil {
		w.Missing = append(w.Missing, wall+" ("+err.Error()+")")
		return
	}
	w.Stand = append(w.Stand, wall)
}

// Err says that walls are missing which the administrator requires.
func (w *Walls) Err() error {
	if w.Mode != Require || len(w.Missing) == 0 {
		return nil
	}
	return errors.New(ModeVariable + "=" + string(Require) + ", but the process is not confined by: " + strings.Join(w.Missing, ", "))
}

func (w *Walls) String() string {
	if len(w.Stand) == 0 {
		return "none"
	}
	return strings.Join(w.Stand, ", ")
}
