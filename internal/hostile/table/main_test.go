package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const events = `{"Action":"run","Package":"p","Test":"TestHostile/a"}
{"Action":"attr","Package":"p","Test":"TestHostile/a","Key":"hostile.group","Value":"Files"}
{"Action":"attr","Package":"p","Test":"TestHostile/a","Key":"hostile.attack","Value":"links"}
{"Action":"attr","Package":"p","Test":"TestHostile/a","Key":"hostile.limit","Value":"root"}
{"Action":"attr","Package":"p","Test":"TestHostile/a","Key":"hostile.outcome","Value":"OSError"}
{"Action":"attr","Package":"p","Test":"TestHostile/a","Key":"hostile.neighbour","Value":"1.2ms"}
{"Action":"pass","Package":"p","Test":"TestHostile/a","Elapsed":1.5}
{"Action":"attr","Package":"q","Test":"TestHostile/a","Key":"hostile.group","Value":"Files"}
{"Action":"attr","Package":"q","Test":"TestHostile/a","Key":"hostile.attack","Value":"reads"}
{"Action":"output","Package":"q","Test":"TestHostile/a","Output":"it was read\n"}
{"Action":"fail","Package":"q","Test":"TestHostile/a","Elapsed":0.1}
# a line of the compiler
`

func TestAnAttackIsContainedWhenItsTestPassesAndSaysHow(t *testing.T) {
	var progress, table strings.Builder
	s := newSuite(&progress)
	require.NoError(t, s.read(strings.NewReader(events)))
	require.Equal(t, 1, s.print(&table))
	require.Regexp(t, `links +root +contained: OSError +1\.2ms +1\.5 s`, table.String())
	require.Regexp(t, `reads +NOT CONTAINED +- +0\.1 s`, table.String())
	require.Contains(t, progress.String(), "it was read\n")
	require.Contains(t, progress.String(), "# a line of the compiler")
}

func TestARowWithoutAnOutcomeIsNotContained(t *testing.T) {
	s := newSuite(io.Discard)
	require.NoError(t, s.read(strings.NewReader(strings.ReplaceAll(events, "hostile.outcome", "other"))))
	require.Zero(t, s.print(io.Discard))
	require.Len(t, s.rows, 2)
}
