package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// mark is what the plugin's MessageWillBePosted adds to the message.
const mark = " [seen]"

// way is one way to run the plugin.
type way struct {
	name    string
	skipped string // why it can't run here; "" if it can
	start   func(ctx context.Context) (*running, error)
	cold    func(ctx context.Context) (cold, error) // may be nil
}

// running is the plugin while it runs.
type running struct {
	hook  func() error                                  // one round trip of MessageWillBePosted
	calls func(n int) (each []time.Duration, err error) // about n calls of GetUser, timed inside the plugin
	pid   int                                           // of the plugin's process; 0 if it has none of its own
	close func() error
}

// allWays prepares the ways whose name contains only, the baseline first; what they need is built in dir.
func allWays(ctx context.Context, dir, only string) ([]way, error) {
	var ways []way
	for n, prepare := range []func(context.Context, string) (way, error){
		nativeGo, nativePython, mmpyProcess, mmpyInProcess,
	} {
		w, err := prepare(ctx, filepath.Join(dir, fmt.Sprint(n)))
		if err != nil {
			return nil, err
		}
		if strings.Contains(w.name, only) {
			ways = append(ways, w)
		}
	}
	if len(ways) == 0 {
		return nil, fmt.Errorf("no way is called %q", only)
	}
	return ways, nil
}

// hooks are the two hooks of the plugin, as Mattermost calls them.
type hooks interface {
	MessageWillBePosted(*plugin.Context, *model.Post) (*model.Post, string)
	ExecuteCommand(*plugin.Context, *model.CommandArgs) (*model.CommandResponse, *model.AppError)
}

// throughHooks drives a plugin through its hooks.
func throughHooks(h hooks, pid int, closePlugin func() error) *running {
	return &running{
		hook: func() error {
			post, reason := h.MessageWillBePosted(&plugin.Context{RequestId: samplePost.Id}, newPost())
			if reason != "" {
				return fmt.Errorf("the post was rejected: %s", reason)
			}
			if post == nil || !strings.HasSuffix(post.Message, mark) {
				return errors.New("the hook did not change the post")
			}
			return nil
		},
		calls: func(n int) ([]time.Duration, error) {
			command := fmt.Sprintf("/bench %d", n)
			response, failure := h.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{Command: command, UserId: sampleUser.Id})
			if failure != nil {
				return nil, failure
			}
			if response == nil {
				return nil, errors.New("the command did not answer")
			}
			return parseDurations(response.Text)
		},
		pid:   pid,
		close: closePlugin,
	}
}

// parseDurations reads the command's answer: times in nanoseconds for one call each, separated by blanks.
func parseDurations(text string) ([]time.Duration, error) {
	var each []time.Duration
	for _, word := range strings.Fields(text) {
		duration, err := time.ParseDuration(word + "ns")
		if err != nil {
			return nil, fmt.Errorf("read the command's answer %q: %w", text, err)
		}
		each = append(each, duration)
	}
	if len(each) == 0 {
		return nil, errors.New("the command's answer is empty")
	}
	return each, nil
}
