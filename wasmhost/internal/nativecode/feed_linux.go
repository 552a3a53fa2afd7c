package nativecode

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// pipeSize is the most that a pipe holds for a user without rights, in bytes, unless the system's administrator says
// otherwise.
const pipeSize = 1 << 20

// offer offers an entry under a name until stop is called. It lies there as a named pipe: nothing is written to a disk.
// wazero reads the entry's head with reads that must not be short, so the pipe has all of it before.
func (f *Feed) offer(name string, entry io.Reader, head int64) (stop func() error, err error) {
	path := filepath.Join(f.inner, name)
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return f.offerFile(name, entry)
	}
	// Opened for both, so that it does not wait for wazero, which may never come.
	pipe, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	begin := bytes.NewBuffer(make([]byte, 0, head))
	if err := hold(pipe, head); err == nil {
		_, err = io.CopyN(begin, entry, head)
		if err == nil {
			_, err = pipe.Write(begin.Bytes())
		}
		if err != nil {
			return nil, errors.Join(err, pipe.Close(), os.Remove(path))
		}
	} else { // a pipe that is too small
		if err := errors.Join(pipe.Close(), os.Remove(path)); err != nil {
			return nil, err
		}
		return f.offerFile(name, entry)
	}
	written := make(chan error, 1)
	go func() {
		_, err := io.CopyBuffer(onlyWriter{pipe}, entry, make([]byte, pipeSize/4))
		written <- err
	}()
	return func() error {
		err := pipe.Close() // which ends the writing where nobody reads
		if failed := <-written; !errors.Is(failed, fs.ErrClosed) {
			err = errors.Join(err, failed)
		}
		return errors.Join(err, os.Remove(path))
	}, nil
}

// onlyWriter hides that a file could read by itself.
type onlyWriter struct{ io.Writer }

// hold makes the pipe large enough for size bytes.
func hold(pipe *os.File, size int64) error {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var got int
		if got, failed = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize); failed == nil && int64(got) < size {
			failed = errors.New("the pipe is too small")
		}
	})
	return errors.Join(err, failed)
}
