package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
)

// console is a slog.Handler that writes for people: level, message, then the attributes; texts of several lines, such
// as tracebacks, on lines of their own.
type console struct {
	level  slog.Level
	paint  bool
	indent string
	attrs  []slog.Attr
	group  string

	mu *sync.Mutex
	w  io.Writer
}

func newConsole(w io.Writer, level slog.Level) *console {
	return &console{level: level, paint: isTerminal(w), mu: &sync.Mutex{}, w: w}
}

// isTerminal tells whether colours make sense; NO_COLOR says that they don't.
func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// ANSI codes.
const (
	red    = "31"
	yellow = "33"
	blue   = "34"
	dim    = "2"
	bold   = "1"
)

func painted(paint bool, colour, text string) string {
	if !paint || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// Enabled tells whether a level is shown.
func (c *console) Enabled(_ context.Context, level slog.Level) bool { return level >= c.level }

// auditPrefix is what records begin with that are for an administrator. What went well in them is no news to an author.
const auditPrefix = "audit: "

// Handle writes one record.
func (c *console) Handle(_ context.Context, record slog.Record) error {
	if record.Level == slog.LevelInfo && c.level > slog.LevelDebug && strings.HasPrefix(record.Message, auditPrefix) {
		return nil
	}
	var line, below strings.Builder
	colour := map[slog.Level]string{slog.LevelDebug: dim, slog.LevelInfo: blue, slog.LevelWarn: yellow, slog.LevelError: red}[record.Level]
	message, rest, _ := strings.Cut(record.Message, "\n")
	fmt.Fprintf(&line, "%s%s %s", c.indent, painted(c.paint, colour, fmt.Sprintf("%-5s", record.Level)), message)
	addLines := func(text string) {
		for text := range strings.Lines(ownFrames(text)) {
			fmt.Fprintf(&below, "%s      %s\n", c.indent, strings.TrimRight(text, "\n"))
		}
	}
	addLines(rest)
	add := func(attr slog.Attr) bool {
		value := attr.Value.Resolve().String()
		switch {
		case attr.Key == "plugin_id": // there is one plugin
		case strings.Contains(value, "\n"):
			addLines(value)
		default:
			line.WriteString(painted(c.paint, dim, fmt.Sprintf(" %s%s=%s", c.group, attr.Key, value)))
		}
		return true
	}
	for _, attr := range c.attrs {
		add(attr)
	}
	record.Attrs(add)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := fmt.Fprintf(c.w, "%s\n%s", line.String(), below.String())
	return err
}

// WithAttrs and WithGroup follow the contract of slog.Handler.
func (c *console) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *c
	with.attrs = append(with.attrs[:len(with.attrs):len(with.attrs)], attrs...)
	return &with
}

func (c *console) WithGroup(name string) slog.Handler {
	with := *c
	with.group += name + "."
	return &with
}
