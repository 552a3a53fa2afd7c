package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/mmpy/mmpy/e2e/site"
)

// What every test works with. The tests run one after another on the one server, each with a channel of its own.
var (
	server *site.Site
	mmpy   string // the binary under test
	packed *bundles
)

func TestMain(m *testing.M) {
	status, err := runTests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		status = 1
	}
	os.Exit(status)
}

// runTests builds mmpy, starts the server, runs the tests and takes everything down again.
func runTests(m *testing.M) (status int, err error) {
	config := site.Config{Mattermost: filepath.Join("run", "mattermost"), Postgres: filepath.Join("run", "postgres")}
	for _, dir := range []string{config.Mattermost, config.Postgres} {
		if _, err := os.Stat(dir); err != nil {
			return 0, errors.New("the server is not set up: run e2e/setup.sh once, or make e2e")
		}
	}
	dir, err := os.MkdirTemp("", "mmpy-e2e-bundles-")
	if err != nil {
		return 0, fmt.Errorf("make a folder for the binary and the bundles: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if mmpy, err = binary(dir); err != nil {
		return 0, err
	}
	packed = packAhead(dir)
	defer packed.close()

	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	server, err = site.Start(ctx, config)
	if err != nil {
		for _, entry := range server.Log.Since(0) {
			fmt.Fprintln(os.Stderr, entry)
		}
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	return m.Run(), nil
}

// binary builds mmpy from this checkout into dir, or takes the one that MMPY names.
func binary(dir string) (string, error) {
	if given := os.Getenv("MMPY"); given != "" {
		return filepath.Abs(given)
	}
	path := filepath.Join(dir, "mmpy")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "./cmd/mmpy")
	build.Dir = ".."
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build mmpy: %w\n%s", err, output)
	}
	return path, nil
}
