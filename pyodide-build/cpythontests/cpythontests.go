// Package cpythontests knows how CPython's own tests are run in the guest, and which of them fail there for a reason.
package cpythontests

import (
	"bufio"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

//go:embed run.py
var runner embed.FS

//go:embed expected.txt
var expected string

// Runner holds run.py, which runs the tests of the modules named on its command line and reports each.
func Runner() fs.FS { return runner }

// Modules are the modules of CPython's package test that are run.
var Modules = []string{
	"test_json", "test_re", "test_dataclasses", "test_datetime", "test_collections", "test_itertools", "test_string",
	"test_str", "test_struct", "test_zlib", "test_sqlite3", "test_hashlib",
}

// The outcomes of a test.
const (
	Passed  = "passed"
	Failed  = "failed"
	Skipped = "skipped"
)

// A Result is what run.py reports of one test.
type Result struct {
	ID      string // such as test.test_json.test_decode.TestCDecode.test_float
	Outcome string
	Text    string // the traceback of a failed test, why one was skipped
}

// ReadResults reads the lines that run.py prints.
func ReadResults(r io.Reader) ([]Result, error) {
	var results []Result
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var fields [3]string
		if err := json.Unmarshal(lines.Bytes(), &fields); err != nil {
			return results, fmt.Errorf("read the results: %q: %w", lines.Text(), err)
		}
		results = append(results, Result{fields[0], fields[1], fields[2]})
	}
	return results, lines.Err()
}

// Expected are the tests that are expected to fail, with the reason for each.
type Expected map[string]string

// ReadExpected returns the content of expected.txt.
func ReadExpected() (Expected, error) { return parseExpected(expected) }

func parseExpected(text string) (Expected, error) {
	found := Expected{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		id, reason, _ := strings.Cut(line, " ")
		if reason = strings.TrimSpace(reason); reason == "" {
			return nil, fmt.Errorf("expected.txt:%d: %s needs a reason", number, id)
		}
		if _, twice := found[id]; twice {
			return nil, fmt.Errorf("expected.txt:%d: %s stands there twice", number, id)
		}
		found[id] = reason
	}
	return found, nil
}

// A Verdict counts results and names those that nobody expected.
type Verdict struct {
	Passed, Failed, Skipped int // Failed holds the expected ones too
	Failures                []Result
	Successes               []string // expected to fail, but passed or skipped
}

// Judge compares results with what is expected. It removes from open the tests that it met.
func Judge(results []Result, expected Expected, open map[string]bool) Verdict {
	var v Verdict
	for _, r := range results {
		_, mayFail := expected[r.ID]
		delete(open, r.ID)
		switch r.Outcome {
		case Passed:
			v.Passed++
		case Skipped:
			v.Skipped++
		default:
			v.Failed++
			if !mayFail {
				v.Failures = append(v.Failures, r)
			}
			continue
		}
		if mayFail {
			v.Successes = append(v.Successes, r.ID)
		}
	}
	return v
}
