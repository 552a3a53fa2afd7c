package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBothSidesAreCompared(t *testing.T) {
	before, after := map[string][]float64{}, map[string][]float64{}
	for _, text := range []string{"pkg: server\nBenchmarkGetUser-2   \t 100\t 10000 ns/op\t 3 B/op\nBenchmarkHook 7 2000.5 ns/op\nPASS\n", "BenchmarkGetUser-2 90 12000 ns/op"} {
		require.NoError(t, parse([]byte(text), before))
	}
	require.NoError(t, parse([]byte("BenchmarkGetUser-2 90 11000 ns/op"), after))
	require.Equal(t, map[string][]float64{"GetUser": {10000, 12000}, "Hook": {2000.5}}, before)
	var table strings.Builder
	require.NoError(t, printTable(&table, before, after))
	require.Regexp(t, `(?m)^GetUser +10\.00 / 12\.00 +11\.00 / 11\.00 +1\.100 +0\.917$`, table.String())
	require.Error(t, printTable(&table, map[string][]float64{}, after))
	require.Error(t, parse([]byte("PASS"), before))
}
