package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// postgresUser is the superuser and database owner in the private cluster.
const postgresUser = "mmuser"

// postgres is a private cluster that listens on a Unix socket only and trusts whoever can reach it.
type postgres struct {
	process *process
	socket  string // the folder with the socket
	psql    string // the client program
}

// startPostgres makes a cluster in dir, which must not exist, with the programs in bin and starts it. Run as root it
// drops to an unprivileged user, since PostgreSQL refuses to run as root.
func startPostgres(ctx context.Context, bin, dir string, log io.Writer) (*postgres, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the cluster's folder: %w", err)
	}
	var attributes syscall.SysProcAttr
	if os.Getuid() == 0 {
		credential, err := unprivileged()
		if err != nil {
			return nil, err
		}
		attributes.Credential = credential
		if err := os.Chown(dir, int(credential.Uid), int(credential.Gid)); err != nil {
			return nil, fmt.Errorf("hand the cluster's folder over: %w", err)
		}
	}
	data := filepath.Join(dir, "data")

	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata", data, "--username", postgresUser,
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr = dir, &attributes
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, output)
	}

	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c", "max_connections=200")
	server.Dir, server.SysProcAttr = dir, &attributes
	server.Stdout, server.Stderr = log, log
	process, err := startProcess("PostgreSQL", server)
	if err != nil {
		return nil, err
	}
	p := &postgres{process: process, socket: dir, psql: filepath.Join(bin, "psql")}
	if err := p.waitReady(ctx, filepath.Join(data, "postmaster.pid")); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// waitReady waits until the server says in its pid file that it takes connections.
func (p *postgres) waitReady(ctx context.Context, pidFile string) error {
	for {
		if text, err := os.ReadFile(pidFile); err == nil && bytes.Contains(text, []byte("\nready")) {
			return nil
		}
		select {
		case <-p.process.exited:
			return fmt.Errorf("PostgreSQL ended at its start: %w", p.process.err)
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// dataSource is the connection string of the one database.
func (p *postgres) dataSource() string {
	return fmt.Sprintf("postgres://%s@/postgres?host=%s&sslmode=disable", postgresUser, p.socket)
}

func (p *postgres) stop() error { return p.process.stop(20 * time.Second) }

// unprivileged is the user that PostgreSQL's package makes, or else nobody.
func unprivileged() (*syscall.Credential, error) {
	var missing error
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			missing = err
			continue
		}
		uid, _ := strconv.ParseUint(found.Uid, 10, 32)
		gid, _ := strconv.ParseUint(found.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("find an unprivileged user to run PostgreSQL as: %w", missing)
}
