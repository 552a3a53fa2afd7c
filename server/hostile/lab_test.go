package hostile

import (
	"cmp"
	"context"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/server"
)

// labSource is a plugin that attacks with whatever Python a command says. All rows share it, and so its snapshot.
const labSource = head + `
import asyncio, io, json, logging, os, sys, time
from mattermost_plugin import AsyncPluginAPIClient

class Lab(Plugin):
    @hook(HookName.ExecuteCommand)
    def command(self, context, args):
        names = globals() | {"self": self, "api": self.api, "result": None}
        exec(args.command, names)
        return str(names["result"])

run_plugin(Lab)
`

const labID = "com.example.lab"

// asks is what the lab's manifest asks for, as JSON.
type asks struct{ permissions, limits string }

// lab is the lab at work.
type lab struct {
	*mattermost
	*server.Plugin
}

// lab loads and activates the lab.
func (m *mattermost) lab(t *testing.T, a asks) *lab {
	t.Helper()
	python := `{"permissions": ` + cmp.Or(a.permissions, `{"api": ["*"]}`) + `, "limits": {` + a.limits + `}}`
	p, err := m.tryToLoadAsking(t, labID, python, labSource, server.Config{})
	require.NoError(t, err)
	require.NoError(t, p.OnConfigurationChange())
	require.NoError(t, p.OnActivate())
	return &lab{m, p}
}

// do has the lab run Python, and gives what that calls result; or how the hook failed.
func (l *lab) do(code string) string {
	response, failure := l.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{Command: code})
	if failure != nil {
		return "failed: " + failure.Error()
	}
	return response.Text
}

// alive says that the lab, or another interpreter in its place, goes on.
func (l *lab) alive(t *testing.T) {
	t.Helper()
	require.Equal(t, "still here", l.do("result = 'still here'"))
}

// metric gives a number of the lab's, by a metric and the value of its label, if it has any.
func (l *lab) metric(t *testing.T, name, label string) int {
	t.Helper()
	families, err := l.Metrics().Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.Metric {
			if family.GetName() == name && (label == "" || metric.Label[0].GetValue() == label) {
				return int(metric.GetCounter().GetValue())
			}
		}
	}
	return 0
}

// fired says how often a limit was reached.
func (l *lab) fired(t *testing.T, limit grant.Limit) int {
	t.Helper()
	return l.metric(t, "mmpy_limit_total", limit.String())
}

// attempt is Python that tries something, and says how that ended.
func attempt(code string) string {
	return "try:\n" + strings.ReplaceAll("\n"+code, "\n", "\n    ") + "\n    result = result or 'CAME THROUGH'\nexcept Exception as e: result = f'{type(e).__name__}: {e}'"
}

// rows gives what makes a test with a Mattermost of its own a row of a group, beside which a neighbour answers.
func rows(t *testing.T, group string) func(name, limit string, test func(t *testing.T, m *mattermost) string) {
	return func(name, limit string, test func(t *testing.T, m *mattermost) string) {
		t.Helper()
		hostile.Attack(t, group, name, limit, func(t *testing.T) string {
			return watched(t, func() string { return test(t, newMattermost()) })
		})
	}
}

// attack is Python for the lab, with what its manifest asks for.
type attack struct {
	name  string
	limit grant.Limit // that must be reached
	asks  asks
	code  string
	want  string // a regular expression for the answer, or the log
}

// run runs attacks one after the other, each in a lab of its own, which must go on afterwards.
func run(t *testing.T, group string, attacks []attack) {
	row := rows(t, group)
	for _, a := range attacks {
		row(a.name, a.limit.String(), func(t *testing.T, m *mattermost) string {
			l := m.lab(t, a.asks)
			answer := l.do(a.code)
			require.NotContains(t, answer, "CAME THROUGH")
			require.Regexp(t, a.want, answer+"\n"+m.log.String())
			require.NotZero(t, l.fired(t, a.limit), answer)
			l.alive(t)
			return strings.SplitN(answer, " [mmpy.", 2)[0]
		})
	}
}

// close ends a plugin before its test ends.
func (l *lab) close(t *testing.T) {
	t.Helper()
	require.NoError(t, l.Close(context.Background()))
}
