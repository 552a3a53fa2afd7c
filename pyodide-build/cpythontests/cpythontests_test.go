package cpythontests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryExpectedFailureHasAReason(t *testing.T) {
	_, err := ReadExpected()
	require.NoError(t, err)
	for text, want := range map[string]string{
		"# a comment\n\ntest.a": "expected.txt:3: test.a needs a reason",
		"test.a x\ntest.a y\n":  "expected.txt:2: test.a stands there twice",
	} {
		_, err := parseExpected(text)
		require.EqualError(t, err, want)
	}
}

func TestUnexpectedOutcomesAreNamed(t *testing.T) {
	results, err := ReadResults(strings.NewReader(`["a", "passed", ""]
["b", "failed", "Traceback"]
["c", "failed", "Traceback"]
["d", "passed", ""]
["e", "skipped", "no threads"]
`))
	require.NoError(t, err)
	expected := Expected{"c": "no locks", "d": "no locks", "e": "no locks", "gone": "no locks"}
	open := map[string]bool{"c": true, "d": true, "e": true, "gone": true}
	verdict := Judge(results, expected, open)
	require.Equal(t, Verdict{
		Passed: 2, Failed: 2, Skipped: 1,
		Failures:  []Result{{"b", Failed, "Traceback"}},
		Successes: []string{"d", "e"},
	}, verdict)
	require.Equal(t, map[string]bool{"gone": true}, open)
}

func TestOutputThatIsNoResultIsAnError(t *testing.T) {
	_, err := ReadResults(strings.NewReader("[\"a\", \"passed\", \"\"]\nhello\n"))
	require.ErrorContains(t, err, `"hello"`)
}
