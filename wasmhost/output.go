package wasmhost

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// What is kept of the texts of an exception, in bytes: a guest can make one that fills its memory.
const (
	maxExceptionName = 1 << 10
	maxExceptionText = 256 << 10 // of the message, and of the traceback
)

func (i *Instance) say(level slog.Level, message string) {
	if i.config.Log != nil {
		i.config.Log(level, message)
	}
}

// maySay says whether the guest may say that much more.
func (i *Instance) maySay(lines, bytes int) bool {
	return i.config.MaySay == nil || i.config.MaySay(lines, bytes)
}

// cut makes a line for the log, of which so many bytes are left out already. What is too long is left out.
func (i *Instance) cut(text []byte, left int) string {
	if limit := i.line(); len(text) > limit {
		text, left = text[:limit], left+len(text)-limit
	}
	line := strings.ToValidUTF8(string(text), "\uFFFD")
	if left > 0 {
		i.limitedInside(LineLimit, "a line of %d bytes", len(text)+left)
		line += fmt.Sprintf("… (%d more bytes)", left)
	}
	return line
}

func (i *Instance) stdout() io.Writer { return i.writer(i.config.Stdout, slog.LevelInfo) }
func (i *Instance) stderr() io.Writer { return i.writer(i.config.Stderr, slog.LevelWarn) }

func (i *Instance) writer(given io.Writer, level slog.Level) io.Writer {
	switch given.(type) {
	case nil:
	case *os.File: // wazero asks it whether it is a terminal
		return given
	default:
		return &watchedWriter{instance: i, to: given}
	}
	w := &lineWriter{instance: i, level: level}
	i.output = append(i.output, w)
	return w
}

// flush logs what does not end in a newline.
func (i *Instance) flush() {
	for _, w := range i.output {
		w.flush()
	}
}

// watchedWriter looks at the time before each write. One write of the guest's may be thousands here, all of them of the
// same bytes of its memory: gigabytes at the price of a few.
type watchedWriter struct {
	instance *Instance
	to       io.Writer
}

func (w *watchedWriter) Write(data []byte) (int, error) {
	w.instance.current.watch()
	return w.to.Write(data)
}

// lineWriter logs what the guest writes, line by line. Of a line that is too long it keeps the beginning.
type lineWriter struct {
	instance *Instance
	level    slog.Level
	line     []byte
	cut      int // bytes of the line that were dropped
}

func (w *lineWriter) Write(data []byte) (int, error) {
	w.instance.current.watch() // as in watchedWriter
	if !w.instance.maySay(0, len(data)) {
		return len(data), nil // without a look at it
	}
	for rest := data; len(rest) > 0; {
		part, after, ended := bytes.Cut(rest, []byte{'\n'})
		kept := min(len(part), w.instance.line()-len(w.line))
		w.line = append(w.line, part[:kept]...)
		w.cut += len(part) - kept
		if ended {
			w.end()
		}
		rest = after
	}
	return len(data), nil
}

func (w *lineWriter) flush() {
	if len(w.line) > 0 {
		w.end()
	}
}

func (w *lineWriter) end() {
	text, cut := bytes.TrimSuffix(w.line, []byte{'\r'}), w.cut
	w.line, w.cut = w.line[:0], 0
	if w.instance.maySay(1, 0) {
		w.instance.say(w.level, w.instance.cut(text, cut))
	}
}

// shortText makes a text of bytes of the guest's, of which it keeps the first ones, up to a number.
func shortText(data []byte, limit int) string {
	kept := min(len(data), limit)
	return text(data[:kept], len(data)-kept)
}

// text makes a text of bytes of the guest's, after which so many were dropped.
func text(kept []byte, dropped int) string {
	text := strings.ToValidUTF8(string(kept), "\uFFFD")
	if dropped > 0 {
		text += fmt.Sprintf("… (%d more bytes)", dropped)
	}
	return text
}
