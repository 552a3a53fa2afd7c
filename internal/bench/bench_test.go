package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// countingWay is a way that does nothing but write down, in log, that its turn has come.
func countingWay(name string, log *[]string) way {
	return way{name: name, start: func(context.Context) (*running, error) {
		*log = append(*log, "start "+name)
		return &running{
			hook:  func() error { *log = append(*log, name); return nil },
			calls: func(n int) ([]time.Duration, error) { return make([]time.Duration, n), nil },
			close: func() error { *log = append(*log, "stop "+name); return nil },
		}, nil
	}}
}

func TestTheWaysTakeTurnsAndTheFirstRoundOnlyWarmsUp(t *testing.T) {
	var log []string
	ways := []way{countingWay("a", &log), {name: "b", skipped: "not here"}, countingWay("c", &log)}

	results, err := measure(t.Context(), plan{rounds: 2, hooks: 1, calls: 3, starts: 1}, ways)
	require.NoError(t, err)

	starts := "start a, a, stop a, start c, c, stop c"
	require.Equal(t, starts+", start a, a, start c, c, a, c, a, c, a, c, stop a, stop c", strings.Join(log, ", "))
	require.Len(t, results, 3)
	require.Len(t, results[0].hook, 2)
	require.Len(t, results[0].call, 6)
	require.Len(t, results[0].start, 2)
	require.Empty(t, results[1].hook)
}

func TestTheTableShowsMinimumMedianAndTheRatioOfMedians(t *testing.T) {
	us := time.Microsecond
	var out strings.Builder
	require.NoError(t, printTable(&out, []*result{
		{way: way{name: "one"}, hook: samples{40 * us, 10 * us, 20 * us}, call: samples{us}, start: samples{time.Second}, memory: 20_500_000},
		{way: way{name: "two"}, hook: samples{150 * us, 50 * us, 1000 * us}, call: samples{us / 2}, start: samples{time.Second}},
		{way: way{name: "three", skipped: "not here"}},
	}))
	lines := strings.Split(out.String(), "\n")
	require.Equal(t, []string{"one", "10.0", "/", "20.0", "1.00", "1.0", "/", "1.0", "1.00", "1000", "/", "1000", "1.00", "20.5"}, strings.Fields(lines[1]))
	require.Equal(t, []string{"two", "50.0", "/", "150", "7.50", "0.5", "/", "0.5", "0.50", "1000", "/", "1000", "1.00", "-"}, strings.Fields(lines[2]))
	require.Equal(t, "three: left out, not here", lines[3])
}

func TestAnEmptyOrBrokenAnswerOfTheCommandIsAnError(t *testing.T) {
	each, err := parseDurations("1500 2500")
	require.NoError(t, err)
	require.Equal(t, []time.Duration{1500, 2500}, each)
	for _, text := range []string{"", "fast", "1500 x"} {
		_, err := parseDurations(text)
		require.Error(t, err, text)
	}
}
