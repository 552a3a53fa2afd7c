package site

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestALineIsFoundHoweverItsBytesArrive(t *testing.T) {
	log := NewLog()
	found := make(chan Entry, 1)
	go func() {
		entry, _ := log.Wait(t.Context(), 0, func(e Entry) bool { return e.Contains("tiny") })
		found <- entry
	}()
	for _, part := range []string{"not JSON\n", `{"level":"error","msg":"fai`, `led","plugin_id":"tiny"}`, "\n"} {
		_, err := log.Write([]byte(part))
		require.NoError(t, err)
	}
	failed, first := <-found, log.Since(0)[0]
	require.Equal(t, Entry{Time: failed.Time, Level: "error", Message: "failed", Fields: map[string]any{"plugin_id": "tiny"}}, failed)
	require.Equal(t, Entry{Time: first.Time, Message: "not JSON"}, first)
	require.WithinRange(t, failed.Time, first.Time, time.Now())
	require.Equal(t, 2, log.Len())
}

func TestWaitingForALineEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := NewLog().Wait(ctx, 0, func(Entry) bool { return true })
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
