package wasmhost

import (
	"fmt"
	"strings"
)

// A Code says in one word what went wrong. It is an error, so that errors.Is(err, wasmhost.Killed) works.
type Code uint8

// The codes.
const (
	Exception   Code = iota + 1 // the Python code raised an exception; the instance goes on
	Timeout                     // the same, after the call's context had ended; the instance goes on
	OutOfMemory                 // the memory limit; the instance goes on
	Busy                        // the call's context ended before its turn came
	Overloaded                  // as many calls wait for their turn, have begun, or are on top of each other, as may
	Exited                      // the Python code exited; the instance is closed
	Killed                      // it ran on after its deadline and its grace time; the instance is closed
	Trap                        // the guest crashed; the instance is closed
	Closed                      // the instance or its runtime is closed, for the reason that Error.Err gives
	BadGuest                    // the guest does not keep to the ABI
	TooLarge                    // its answer was larger than it may be; the instance goes on
)

var codeTexts = [...]string{
	Exception:   "exception",
	Timeout:     "deadline exceeded",
	OutOfMemory: "out of memory",
	Busy:        "busy with other calls",
	Overloaded:  "overloaded",
	Exited:      "exited",
	Killed:      "killed, having run on after its deadline",
	Trap:        "crashed",
	Closed:      "closed",
	BadGuest:    "the guest does not keep to the ABI",
	TooLarge:    "its answer is too large",
}

// Error is what the code means.
func (c Code) Error() string {
	if int(c) < len(codeTexts) && codeTexts[c] != "" {
		return codeTexts[c]
	}
	return fmt.Sprintf("Code(%d)", uint8(c))
}

// Error is any failure of a guest. errors.Is finds its Code, and whatever Err wraps: after a Timeout, a Killed or a Busy
// that is the context's error.
type Error struct {
	Code      Code
	Op        string // what was being done: "load", "hook 3"
	Type      string // of a Python exception: its class, such as "ValueError" or "mypackage.MyError"
	Message   string // of a Python exception; or a word on what happened
	Traceback string // of a Python exception, as Python prints it
	ExitCode  int    // with Exited
	NotBegun  bool   // the call has not reached the guest, and can be made again, of another instance
	Err       error  // the cause, if there is one
}

// Error tells what was being done, what went wrong, and the exception's type and message, but no traceback.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Op)
	text.WriteString(": ")
	if e.Code != Exception {
		text.WriteString(e.Code.Error())
		if e.Code == Exited {
			fmt.Fprintf(&text, " with code %d", e.ExitCode)
		}
	}
	for _, part := range []string{e.Type, e.Message} {
		if part == "" {
			continue
		}
		if e.Code != Exception || part != e.Type {
			text.WriteString(": ")
		}
		text.WriteString(part)
	}
	if e.Type == "" && e.Message == "" && e.Err != nil {
		fmt.Fprintf(&text, ": %v", e.Err)
	}
	return text.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is says whether target is the error's Code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// As sets a *Code to the error's.
func (e *Error) As(target any) bool {
	code, ok := target.(*Code)
	if ok {
		*code = e.Code
	}
	return ok
}

// Temporary says whether the instance can go on, so that another call may succeed.
func (e *Error) Temporary() bool {
	return e.Code == Exception || e.Code == Timeout || e.Code == OutOfMemory || e.Code == Busy || e.Code == Overloaded ||
		e.Code == TooLarge
}
