package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(text string) func(*os.File) error {
	return func(file *os.File) error {
		_, err := file.WriteString(text)
		return err
	}
}

func TestAFileHasItsNameWhenItIsWhole(t *testing.T) {
	d, err := Open(filepath.Join(t.TempDir(), "new"))
	require.NoError(t, err)
	require.NoError(t, d.Put("a.code", write("first")))
	broken := errors.New("broken")
	require.ErrorIs(t, d.Put("a.code", func(file *os.File) error {
		require.NoError(t, write("second")(file))
		return broken
	}), broken)
	content, err := os.ReadFile(d.File("a.code"))
	require.NoError(t, err)
	require.Equal(t, "first", string(content))
	entries, err := os.ReadDir(d.Path())
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing unfinished is left")
}

func TestWhatIsNotUsedIsRemoved(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(dir)
	require.NoError(t, err)
	age := func(name string, by time.Duration) {
		require.NoError(t, d.Put(name, write("x")))
		when := time.Now().Add(-by)
		require.NoError(t, os.Chtimes(filepath.Join(dir, name), when, when))
	}
	age("old.code", unusedFor+time.Hour)
	age("new.code", unusedFor-time.Hour)
	age(unfinished+"old", abandonedFor+time.Minute)
	age(unfinished+"new", abandonedFor-time.Minute)
	for n := range most + 2 {
		age(fmt.Sprintf("%02d.snapshot", n), time.Duration(n)*time.Minute)
	}
	d.File(fmt.Sprintf("%02d.snapshot", most+1)) // it is used now
	_, err = Open(dir)
	require.NoError(t, err)
	for name, kept := range map[string]bool{
		"old.code": false, "new.code": true, unfinished + "old": false, unfinished + "new": true, "00.snapshot": true,
		fmt.Sprintf("%02d.snapshot", most-1): false, fmt.Sprintf("%02d.snapshot", most): false,
		fmt.Sprintf("%02d.snapshot", most+1): true,
	} {
		_, err := os.Stat(filepath.Join(dir, name))
		require.Equal(t, kept, err == nil, name)
	}
}
