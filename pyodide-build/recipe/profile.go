package recipe

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
)

// profiled are the archives that a profile fits, and no others: CPython's sources, and the compiler.
var profiled = []string{"python3.13", "python3.13-security", "clang-19"}

// CheckProfile says what the profile, a file in profile/, was made from that is not what the lock file pins now. The
// compiler ignores what it knows of functions that have changed, so an old profile gives a slow interpreter, not a wrong
// one.
func CheckProfile(profile io.Reader, archives []Archive) error {
	text, err := gzip.NewReader(profile)
	if err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}
	var made []string
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		line, comment := strings.CutPrefix(lines.Text(), "# ")
		if !comment || len(made) == len(profiled) {
			break
		}
		made = append(made, line)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}
	for _, a := range archives {
		if !slices.Contains(profiled, a.Name) {
			continue
		}
		if want := strings.Join([]string{a.Kind, a.Name, a.Version, a.SHA256}, " "); !slices.Contains(made, want) {
			return fmt.Errorf("the profile was not made from %s: it was made from %s", want, strings.Join(made, ", "))
		}
	}
	return nil
}
