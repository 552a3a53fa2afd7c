package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counting is an interpreter that takes as many milliseconds as its turns say, one after the other.
type counting struct {
	name   string
	turns  []time.Duration
	result string
	log    *[]string
}

func (c *counting) workloads() []string { return []string{"one", "two"} }

func (c *counting) run(_ context.Context, workload int) (time.Duration, string, error) {
	*c.log = append(*c.log, c.name+" "+c.workloads()[workload])
	took := c.turns[0]
	c.turns = c.turns[1:]
	return took * time.Millisecond, c.result, nil
}

func (c *counting) close(context.Context) error {
	*c.log = append(*c.log, "stop "+c.name)
	return nil
}

func contestants(log *[]string, interpreters ...*counting) []*contestant {
	var all []*contestant
	for _, i := range interpreters {
		i.log = log
		all = append(all, &contestant{name: i.name, start: func(context.Context) (interpreter, error) { return i, nil }})
	}
	return all
}

func TestInterpretersTakeTurnsAndTheLeastTimeCounts(t *testing.T) {
	var log []string
	all := contestants(&log,
		&counting{name: "native", turns: []time.Duration{4, 2, 2, 3}, result: "r"},
		&counting{name: "mmpy", turns: []time.Duration{9, 8, 8, 18}, result: "r"})
	require.NoError(t, measure(t.Context(), all, 1, 2, ""))
	require.Equal(t, "native one, mmpy one, native two, mmpy two, native one, mmpy one, native two, mmpy two, stop mmpy, stop native",
		strings.Join(log, ", "))

	var table strings.Builder
	require.NoError(t, printTable(&table, all))
	var rows [][]string
	for line := range strings.Lines(table.String()) {
		rows = append(rows, strings.Fields(line))
	}
	require.Equal(t, [][]string{
		{"native", "ms", "mmpy"},
		{"one", "2.00", "4.00×"},
		{"two", "2.00", "4.00×"},
		{"geometric", "mean", "4.00×"},
	}, rows)
}

func TestTheMeanOfTheRatiosIsTheGeometricOne(t *testing.T) {
	var log []string
	all := contestants(&log,
		&counting{name: "native", turns: []time.Duration{1, 1}, result: "r"},
		&counting{name: "mmpy", turns: []time.Duration{2, 8}, result: "r"})
	require.NoError(t, measure(t.Context(), all, 1, 1, ""))
	var table strings.Builder
	require.NoError(t, printTable(&table, all))
	require.Regexp(t, `geometric mean +4\.00×`, table.String())
}

func TestInterpretersThatComeToDifferentResultsAreNotCompared(t *testing.T) {
	var log []string
	all := contestants(&log,
		&counting{name: "native", turns: []time.Duration{1, 1}, result: "55"},
		&counting{name: "mmpy", turns: []time.Duration{1, 1}, result: "54"})
	require.ErrorContains(t, measure(t.Context(), all, 1, 1, ""), "mmpy, one: the result is 54, not 55")
	require.Contains(t, log, "stop native")
}

func TestOneWorkloadCanBeChosenAndAWrongNameIsAnError(t *testing.T) {
	var log []string
	interpreter := &counting{name: "native", turns: []time.Duration{1}, result: "r"}
	require.NoError(t, measure(t.Context(), contestants(&log, interpreter), 1, 1, "two"))
	require.Equal(t, []string{"native two", "stop native"}, log)
	require.ErrorContains(t, measure(t.Context(), contestants(&log, interpreter), 1, 1, "three"), `no workload is called "three"`)
}

func TestWithoutANativeInterpreterThereIsNothingToCompareWith(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, err := findNative(t.TempDir())
	require.ErrorAs(t, err, new(skipped))
	require.ErrorContains(t, err, "`make runtime` builds one")
}

// What the guest says of itself and what it comes to, once for each workload.
func TestTheWorkloadsRunInTheSandbox(t *testing.T) {
	guest, err := newGuest(t.Context(), "")
	require.NoError(t, err)
	defer guest.close(t.Context())
	running, err := guest.start(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, running.close(t.Context())) }()
	require.Equal(t, []string{"nbody", "json_dumps", "json_loads", "regex", "dict_str", "fib", "objects", "sort"}, running.workloads())
	for number, name := range running.workloads() {
		took, result, err := running.run(t.Context(), number)
		require.NoError(t, err, name)
		require.Positive(t, took, name)
		require.NotEmpty(t, result, name)
		if name == "fib" {
			require.Equal(t, "17711", result)
		}
	}
}
