// Package audit keeps the record of what a plugin was granted, what it was denied, and what it did that an administrator
// may want to know of: in Mattermost's log and in its audit log.
//
// What happens again and again is written once, and then every so often with how often it was: nothing is lost but the
// particulars. Recording takes no longer than counting; whoever records never waits for Mattermost.
package audit

import (
	"context"
	"log/slog"
)

// An Event is what a record tells of.
type Event uint8

// The events.
const (
	Granted   Event = iota // the plugin is activated, with what it is granted
	Denied                 // it has called a method that it is not granted
	Sensitive              // it has called a method that is sensitive, and that it is granted
	Limit                  // it has reached a limit
	HTTP                   // it has made a request to another host, or was denied one
	Restart                // an interpreter has ended by itself, and another one takes over
	events
)

// What records are known by. No record of a plugin's own has them.
const (
	EventKey      = "event"   // the field of the log that holds the event's name
	EventPrefix   = "mmpy"    // of the names of events
	MessagePrefix = "audit: " // of the messages in the log
)

// kind is how an event is written.
type kind struct {
	name  string // in the audit log, and in the log
	text  string // for people
	what  string // the name of what it is about
	level slog.Level
	perms bool // it is a matter of permission
}

var kinds = [events]kind{
	Granted:   {"mmpyGranted", "the plugin is activated with these grants", "plugin", slog.LevelInfo, false},
	Denied:    {"mmpyCallDenied", "a call was denied", "method", slog.LevelWarn, true},
	Sensitive: {"mmpySensitiveCall", "a sensitive method was called", "method", slog.LevelInfo, false},
	Limit:     {"mmpyLimitReached", "a limit was reached", "limit", slog.LevelWarn, true},
	HTTP:      {"mmpyHTTPRequest", "an HTTP request was made", "host", slog.LevelInfo, false},
	Restart:   {"mmpyRestart", "an interpreter was replaced", "cause", slog.LevelWarn, false},
}

// An Entry is one thing that has happened. It holds names, ids and numbers, and nothing of what a request contains.
type Entry struct {
	Event  Event
	What   string // the method, the limit, the host with its port, the cause of a restart
	Failed bool
	Reason string // why it has failed: who denied it, or the id of an error
	Code   int    // the status of an answer; 0: none

	Details map[string]any // further particulars, not to be changed any more; may be nil
}

// Who is on whose behalf something happens, as far as that is known.
type Who struct {
	Hook      string // the one that runs; "": none, or several
	UserID    string
	SessionID string
	RequestID string
	IPAddress string
	UserAgent string
}

// A whoFunc finds out who it is.
type whoFunc func(context.Context) Who
