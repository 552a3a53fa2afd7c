package logtext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestALineShowsWhatIsInItAndDoesNothing(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"plain":                 {"Grüße, 世界 🦊\tand \\n", "Grüße, 世界 🦊\tand \\n"},
		"newlines":              {"a\nerror [2026-01-01] forged\r\n", `a\nerror [2026-01-01] forged\r\n`},
		"ansi":                  {"\x1b[2J\x1b]0;title\x07\x1b[31mred", `\x1b[2J\x1b]0;title\x07\x1b[31mred`},
		"backspace and delete":  {"secret\x08\x08\x7f", `secret\x08\x08\x7f`},
		"nul":                   {"a\x00b", `a\x00b`},
		"C1, one of them CSI":   {"a\u0085b\u009b31m", `a\x85b\x9b31m`},
		"lines of Unicode":      {"a\u2028b\u2029c", `a\u2028b\u2029c`},
		"direction of writing":  {"user\u202etxt.exe\u2066x\u2069\u200f\u061c", `user\u202etxt.exe\u2066x\u2069\u200f\u061c`},
		"byte order mark":       {"\ufeffa", `\ufeffa`},
		"not UTF-8":             {"a\xff\xc0b", "a\uFFFD\uFFFDb"},
		"a surrogate":           {"a\xed\xa0\x80b", "a\uFFFD\uFFFD\uFFFDb"},
		"joined emoji stay one": {"👩\u200d🚀", "👩\u200d🚀"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, Line(test.text, 1000))
			require.Equal(t, test.want, Line(test.want, 1000), "what was made fit stays as it is")
		})
	}
}

func TestALineIsNoLongerThanItMayBe(t *testing.T) {
	require.Equal(t, strings.Repeat("x", 10)+"… (90 more bytes)", Line(strings.Repeat("x", 100), 10))
	require.Equal(t, `\x00\x00… (998 more bytes)`, Line(strings.Repeat("\x00", 1000), 10), "the bound is for what is written")
	require.Equal(t, "xxxxxxxxx… (4 more bytes)", Line("xxxxxxxxx🦊", 10), "no character is cut")
	require.Equal(t, "xxxxxxxxxx", Line("xxxxxxxxxx", 10))
}

const traceback = "Traceback (most recent call last):\n  File \"/plugin/plugin.py\", line 7, in f\n    g()\nValueError: no\nerror [2026-01-01 00:00:00.000 Z] forged"

func TestNoLineOfABlockCanBeTakenForARecord(t *testing.T) {
	require.Equal(t,
		"Traceback (most recent call last):\n  File \"/plugin/plugin.py\", line 7, in f\n    g()\n\tValueError: no\n\terror [2026-01-01 00:00:00.000 Z] forged",
		Block(traceback+"\n\n", 1000))
	require.Equal(t, "a\n\n\tb\\r\\x1b[0m\n\t\\x85c", Block("a\n\nb\r\x1b[0m\n\u0085c", 1000))
}

func TestOfALongBlockThereAreBothEnds(t *testing.T) {
	long := "first\n" + strings.Repeat("  middle\n", 1000) + "last"
	block := Block(long, 100)
	require.True(t, strings.HasPrefix(block, "first\n  middle\n"), block)
	require.True(t, strings.HasSuffix(block, "\n\tlast"), block)
	require.Contains(t, block, " bytes left out)\n")
	require.Less(t, len(block), 200)

	escapes := Block(strings.Repeat("\x00", 1000), 100)
	require.Less(t, len(escapes), 350)
	require.Contains(t, escapes, "left out")
}

func TestATracebackIsTakenOffAMessage(t *testing.T) {
	message, rest := Split("job x failed\n" + traceback)
	require.Equal(t, "job x failed", message)
	require.Equal(t, traceback, rest)
	message, rest = Split("two\nlines")
	require.Equal(t, "two\nlines", message)
	require.Empty(t, rest)
}

// FuzzLogtext: whatever the text, what is written has no line that begins with it, nothing hidden, and is bounded.
func FuzzLogtext(f *testing.F) {
	for _, text := range []string{traceback, "\x1b[31m", "a\xff", "\u202e\u2028", strings.Repeat("\n", 99), "🦊\n🦊"} {
		f.Add(text, 64)
		f.Add(text, 7)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 0 || limit > 1<<16 {
			return
		}
		for name, written := range map[string]string{"line": Line(text, limit), "block": Block(text, limit)} {
			if !utf8.ValidString(written) {
				t.Fatalf("%s: %q is not UTF-8", name, written)
			}
			if len(written) > 2*limit+len(text)/max(limit, 1)+200 && len(written) > 4*limit+200 {
				t.Fatalf("%s: %d bytes of %d", name, len(written), limit)
			}
			for n, line := range strings.Split(written, "\n") {
				if n > 0 && (name == "line" || line != "" && line[0] != ' ' && line[0] != '\t') {
					t.Fatalf("%s: line %q", name, line)
				}
				if strings.ContainsFunc(line, isHidden) {
					t.Fatalf("%s: hidden characters in %q", name, line)
				}
			}
		}
	})
}

func BenchmarkLineOfCleanText(b *testing.B) {
	text := strings.Repeat("an ordinary line of a log ", 4)
	for b.Loop() {
		Line(text, 1000)
	}
}
