package site

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Log collects what the server writes, one JSON object a line, and lets tests wait for a line.
type Log struct {
	mu      sync.Mutex
	partial []byte
	entries []Entry
	grown   chan struct{} // closed and replaced at each new entry
}

// Entry is one line of the log.
type Entry struct {
	Time    time.Time // when it was read
	Level   string
	Message string
	Fields  map[string]any // all but level and message; nil for a line that is not JSON
}

// NewLog returns an empty log.
func NewLog() *Log { return &Log{grown: make(chan struct{})} }

// Write takes the next bytes of the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		line, rest, complete := bytes.Cut(l.partial, []byte("\n"))
		if !complete {
			return len(p), nil
		}
		l.entries = append(l.entries, parseEntry(line))
		l.partial = rest
		close(l.grown)
		l.grown = make(chan struct{})
	}
}

// Len is the number of lines so far.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}

// Since returns the lines from the n-th on.
func (l *Log) Since(n int) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries[n:])
}

// Wait returns the first line from the n-th on that matches, as soon as it is there.
func (l *Log) Wait(ctx context.Context, n int, matches func(Entry) bool) (Entry, error) {
	for {
		l.mu.Lock()
		entries, grown := l.entries[n:], l.grown
		l.mu.Unlock()
		for _, entry := range entries {
			if matches(entry) {
				return entry, nil
			}
		}
		n += len(entries)
		select {
		case <-grown:
		case <-ctx.Done():
			return Entry{}, fmt.Errorf("wait for a line in the server's log: %w", ctx.Err())
		}
	}
}

// parseEntry reads one line; what is not JSON becomes the message.
func parseEntry(line []byte) Entry {
	var fields map[string]any
	if json.Unmarshal(line, &fields) != nil || fields == nil {
		return Entry{Time: time.Now(), Message: string(line)}
	}
	level, _ := fields["level"].(string)
	message, _ := fields["msg"].(string)
	delete(fields, "level")
	delete(fields, "msg")
	return Entry{Time: time.Now(), Level: level, Message: message, Fields: fields}
}

// Contains reports whether the message or one of the fields contains text.
func (e Entry) Contains(text string) bool {
	if strings.Contains(e.Message, text) {
		return true
	}
	for _, value := range e.Fields {
		if strings.Contains(fmt.Sprint(value), text) {
			return true
		}
	}
	return false
}

// String is the line as a person wants it: level, message, then the fields in order of their names.
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-5s %s", e.Level, strings.TrimRight(e.Message, "\n"))
	names := make([]string, 0, len(e.Fields))
	for name := range e.Fields {
		if name != "timestamp" && name != "caller" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, " %s=%v", name, e.Fields[name])
	}
	return b.String()
}
