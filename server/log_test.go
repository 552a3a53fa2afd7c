package server

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

func TestLogRecordsReachTheServersLog(t *testing.T) {
	api, fallback := &logAPI{}, &bytes.Buffer{}
	log := slog.New(&apiLog{api: func() plugin.API { return api }, fallback: slog.NewTextHandler(fallback, nil), line: 1000})
	log.Debug("one")
	log.Info("two", "n", 2, "err", errors.New("broken"))
	log.With("a", 1).WithGroup("g").Warn("three", "b", []string{"x"})
	log.Error("four\n  five")
	log.Log(t.Context(), slog.LevelError+4, "critical")
	require.Equal(t, "DEBUG one\nINFO two n=2 err=broken\nWARN three a=1 g.b=[x]\nERROR four\\n  five\nERROR critical", api.String())
	require.Empty(t, fallback.String())
}

func TestLogRecordsAreNotLostWithoutAnAPI(t *testing.T) {
	for name, api := range map[string]plugin.API{
		"there is none yet": nil,
		"it panics":         struct{ plugin.API }{},
	} {
		t.Run(name, func(t *testing.T) {
			fallback := &bytes.Buffer{}
			log := slog.New(&apiLog{api: func() plugin.API { return api }, fallback: slog.NewTextHandler(fallback, nil), line: 1000})
			log.With("a", 1).WithGroup("g").Info("hello", "b", 2)
			require.Contains(t, fallback.String(), "level=INFO msg=hello a=1 g.b=2")
		})
	}
}
