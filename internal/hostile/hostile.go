// Package hostile makes a test a row of the table that `make hostile` prints: what a plugin attacks with, what holds it,
// how that ended and how long it took. Any test of any package can be one; `make hostile` runs those whose names contain
// the word Hostile.
package hostile

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The keys of what a row tells the table, as attributes of its test.
const (
	KeyGroup   = "hostile.group"
	KeyAttack  = "hostile.attack"
	KeyLimit   = "hostile.limit"
	KeyOutcome = "hostile.outcome"

	// KeyNeighbour is how long a neighbour took to answer meanwhile, where a row has one.
	KeyNeighbour = "hostile.neighbour"
)

// Attack runs an attack of a group as a test. limit says in a word or two what is to hold it. run fails the test when it is
// not contained, and gives the outcome when it is.
func Attack(t *testing.T, group, attack, limit string, run func(t *testing.T) (outcome string)) {
	t.Helper()
	t.Run(attack, func(t *testing.T) {
		t.Attr(KeyGroup, group)
		t.Attr(KeyAttack, attack)
		t.Attr(KeyLimit, limit)
		outcome := run(t)
		t.Attr(KeyOutcome, strings.Join(strings.Fields(outcome), " "))
	})
}

// Neighbour notes how long a neighbour has taken for each of its answers while the attack went on: the row shows the 99th
// percentile. It sorts them.
func Neighbour(t *testing.T, took []time.Duration) {
	t.Helper()
	slices.Sort(took)
	t.Attr(KeyNeighbour, Percentile(took, 99).Round(10*time.Microsecond).String())
}

// Percentile gives the value that so many of a hundred are not above; values are sorted.
func Percentile(values []time.Duration, percent int) time.Duration {
	if len(values) == 0 {
		return 0
	}
	return values[(len(values)-1)*percent/100]
}
