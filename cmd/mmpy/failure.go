package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/mmpy/mmpy/internal/manifest"
	"github.com/mmpy/mmpy/wasmhost"
)

// Exit codes. The commands python and test end with Python's own where Python ran.
const (
	codePlugin      = 1
	codeUsage       = 2
	codeInterrupted = 130
)

// failure is an error with the exit code that it deserves; without an error it is only the code.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit code %d", f.code)
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// usage is a failure of the person who called mmpy.
func usage(format string, args ...any) error {
	return &failure{codeUsage, fmt.Errorf(format, args...)}
}

// report tells a person what went wrong, without Go's view of it, and returns the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	code := codePlugin
	if f, ok := errors.AsType[*failure](err); ok {
		code = f.code
		if f.err == nil {
			return code
		}
	}
	if python, ok := errors.AsType[*wasmhost.Error](err); ok && strings.Contains(ownFrames(python.Traceback), fileLine) {
		fmt.Fprintln(w, strings.TrimRight(ownFrames(python.Traceback), "\n"))
	}
	for line := range strings.Lines(explain(err)) {
		fmt.Fprintln(w, "mmpy:", strings.TrimRight(line, "\n"))
	}
	return code
}

// pluginError is what a plugin's Python code, or the interpreter under it, failed with.
type pluginError struct {
	what string // failed: "the plugin in DIR", or the name of a hook
	err  error
}

func (e *pluginError) Error() string { return e.what + ": " + e.err.Error() }
func (e *pluginError) Unwrap() error { return e.err }

// explain says in a line, or one for each mistake, what went wrong.
func explain(err error) string {
	if mistakes, ok := errors.AsType[*manifest.Error](err); ok {
		return mistakes.Error()
	}
	if failed, ok := errors.AsType[*pluginError](err); ok {
		if python, ok := errors.AsType[*wasmhost.Error](failed.err); ok {
			reason := strings.TrimPrefix(python.Error(), python.Op+": ")
			return failed.what + ": " + sdkType.ReplaceAllString(reason, "$1: ")
		}
	}
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return path.Path + ": " + path.Err.Error()
	}
	return err.Error()
}

// sdkType is the full name of one of the SDK's exceptions; its last part is what authors know it by.
var sdkType = regexp.MustCompile(`\bmattermost_plugin\.(?:\w+\.)*(\w+): `)

// fileLine is how the frames of a traceback begin.
const fileLine = `  File "`

// ownFrames leaves the interpreter's and the SDK's frames out of a traceback: nobody can change those.
func ownFrames(traceback string) string {
	var own strings.Builder
	foreign := false
	for line := range strings.Lines(traceback) {
		switch {
		case strings.HasPrefix(line, fileLine+"/lib/"):
			foreign = true
		case strings.HasPrefix(line, fileLine) || !strings.HasPrefix(line, "  "):
			foreign = false
		}
		if !foreign {
			own.WriteString(line)
		}
	}
	return own.String()
}
