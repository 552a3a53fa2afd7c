// Command mutations shows that the hostile suite notices when a limit is missing: it disables one guard after the other, in
// a copy of its source file that only the compiler sees (go test -overlay), and runs the attacks that it is for.
//
//	mutations [-only REGEXP]
//
// It prints which attack noticed each guard's absence, and fails when one is not missed, or when its source has changed so
// that it is not found. It runs in the repository's root.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "disable only the guards whose names match this `regexp`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutations:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "mmpy-mutations-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	missed, count := 0, 0
	var broken error
	for _, g := range guards {
		if !chosen.MatchString(g.name) {
			continue
		}
		count++
		began := time.Now()
		noticed, err := g.disable(ctx, work)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			broken = errors.Join(broken, fmt.Errorf("%s: %w", g.name, err))
			noticed = "CANNOT BE TRIED"
		case noticed == "":
			missed++
			noticed = "NOBODY NOTICED"
		}
		fmt.Printf("%-46s %-70s %3.0f s\n", g.name, noticed, time.Since(began).Seconds())
	}
	switch {
	case count == 0:
		return errors.New("there is no such guard")
	case broken != nil:
		return broken
	case missed > 0:
		return fmt.Errorf("%d of %d guards can be missing without a test that fails", missed, count)
	}
	fmt.Printf("%d guards, each missed by an attack\n", count)
	return nil
}

// disable runs the guard's attacks without it and says what noticed.
func (g guard) disable(ctx context.Context, work string) (noticed string, err error) {
	source, err := os.ReadFile(g.file)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(source, []byte(g.old)); n != 1 {
		return "", fmt.Errorf("%s has %d times what is to be changed: %q", g.file, n, g.old)
	}
	path, err := filepath.Abs(g.file)
	if err != nil {
		return "", err
	}
	mutant, overlay := filepath.Join(work, "mutant.go"), filepath.Join(work, "overlay.json")
	if err := os.WriteFile(mutant, bytes.Replace(source, []byte(g.old), []byte(g.new), 1), 0o600); err != nil {
		return "", err
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mutant}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlay, "-o", filepath.Join(work, "mutant.test"), g.pkg)
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the mutant does not compile: %w\n%s", err, output)
	}
	return g.attack(ctx, filepath.Join(work, "mutant.test"))
}

// patience is how long a mutant may be silent. One that hangs has noticed too: a guest has frozen it.
const patience = 60 * time.Second

// progress ends a command that is silent for too long.
type progress struct {
	bytes.Buffer
	silence *time.Timer
}

func (p *progress) Write(text []byte) (int, error) {
	p.silence.Reset(patience)
	return p.Buffer.Write(text)
}

func (g guard) attack(ctx context.Context, binary string) (noticed string, err error) {
	attacking, cancel := context.WithCancel(ctx)
	defer cancel()
	output := &progress{silence: time.AfterFunc(patience, cancel)}
	defer output.silence.Stop()
	command := exec.CommandContext(attacking, binary, "-test.v", "-test.failfast", "-test.run", g.run)
	command.Dir = g.pkg
	command.WaitDelay = time.Second
	command.Stdout, command.Stderr = output, output
	if err := command.Run(); err == nil {
		return "", nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	last := ""
	lines := bufio.NewScanner(bytes.NewReader(output.Bytes()))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		name, isRun := strings.CutPrefix(lines.Text(), "=== RUN   ")
		if isRun {
			last = name
		}
		if name, failed := strings.CutPrefix(strings.TrimSpace(lines.Text()), "--- FAIL: "); failed && strings.Contains(name, "/") {
			return name[:strings.LastIndex(name, " (")], nil
		}
	}
	switch {
	case attacking.Err() != nil:
		return last + " (hangs)", nil
	case last == "":
		return "", fmt.Errorf("the attacks did not run: %s", output.String())
	}
	return last + " (the process has died)", nil
}
