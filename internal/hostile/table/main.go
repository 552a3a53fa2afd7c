// Command table runs the hostile suite and prints what became of each attack.
//
//	table PACKAGE…
//
// It runs the tests of these packages whose names contain the word Hostile, and fails when one of them does, or when there
// is no attack among them. What a test prints is shown when it fails.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/mmpy/mmpy/internal/hostile"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, packages []string) error {
	began := time.Now()
	arguments := append([]string{"test", "-json", "-count=1", "-run=Hostile", "-timeout=15m"}, packages...)
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Stderr = os.Stderr
	events, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	s := newSuite(os.Stderr)
	readErr := s.read(events)
	failed := command.Wait()
	contained := s.print(os.Stdout)
	fmt.Printf("\n%d of %d attacks contained, in %s\n", contained, len(s.rows), time.Since(began).Round(time.Second))
	switch {
	case failed != nil:
		return fmt.Errorf("go test: %w", failed)
	case readErr != nil:
		return readErr
	case len(s.rows) == 0 || contained < len(s.rows):
		return errors.New("not all attacks are contained")
	}
	return nil
}

// event is a line of go test -json.
type event struct {
	Action, Package, Test, Output, Key, Value string
	Elapsed                                   float64
}

// row is an attack.
type row struct {
	group, attack, limit, outcome, neighbour string
	contained                                bool
	took                                     time.Duration
}

type suite struct {
	progress io.Writer
	rows     []*row
	byTest   map[[2]string]*row
	output   map[[2]string][]string
}

func newSuite(progress io.Writer) *suite {
	return &suite{progress: progress, byTest: map[[2]string]*row{}, output: map[[2]string][]string{}}
}

func (s *suite) read(events io.Reader) error {
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(s.progress, lines.Text()) // of the compiler, say
			continue
		}
		s.take(e)
	}
	return lines.Err()
}

func (s *suite) take(e event) {
	test := [2]string{e.Package, e.Test}
	switch r := s.byTest[test]; {
	case e.Action == "output":
		s.output[test] = append(s.output[test], e.Output)
	case e.Action == "attr" && e.Key == hostile.KeyGroup:
		r = &row{group: e.Value}
		s.byTest[test] = r
		s.rows = append(s.rows, r)
	case e.Action == "attr" && r != nil:
		r.attribute(e.Key, e.Value)
	case e.Action == "fail":
		for _, line := range s.output[test] {
			fmt.Fprint(s.progress, line)
		}
		fallthrough
	case e.Action == "pass" || e.Action == "skip":
		if r != nil {
			r.took = time.Duration(e.Elapsed * float64(time.Second))
			r.contained = e.Action == "pass" && r.outcome != ""
			fmt.Fprintf(s.progress, "%s: %s: %s\n", e.Action, r.group, r.attack)
			if e.Action == "skip" {
				r.outcome = "skipped"
				r.contained = true
			}
		}
		delete(s.output, test)
	}
}

func (r *row) attribute(key, value string) {
	switch key {
	case hostile.KeyAttack:
		r.attack = value
	case hostile.KeyLimit:
		r.limit = value
	case hostile.KeyOutcome:
		r.outcome = value
	case hostile.KeyNeighbour:
		r.neighbour = value
	}
}

// print prints the table, group by group, and says how many attacks were contained.
func (s *suite) print(w io.Writer) (contained int) {
	var groups []string
	for _, r := range s.rows {
		if !slices.Contains(groups, r.group) {
			groups = append(groups, r.group)
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, group := range groups {
		fmt.Fprintf(table, "\n%s\tlimit\toutcome\tneighbour\ttime\n", group)
		for _, r := range s.rows {
			if r.group != group {
				continue
			}
			outcome := "contained: " + r.outcome
			if r.contained {
				contained++
			} else {
				outcome = "NOT CONTAINED"
			}
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%.1f s\n", r.attack, r.limit, outcome, cmp.Or(r.neighbour, "-"), r.took.Seconds())
		}
	}
	_ = table.Flush()
	return contained
}
