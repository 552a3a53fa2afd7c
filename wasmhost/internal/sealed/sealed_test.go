package sealed

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

type about struct{ Name string }

func file(t *testing.T, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, Write(f, "test", about{"it"}, func(w io.Writer) error {
		for len(body) > 0 {
			n := min(len(body), PageSize)
			if _, err := w.Write(body[:n]); err != nil {
				return err
			}
			body = body[n:]
		}
		return nil
	}))
	require.NoError(t, f.Close())
	return path
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	pages := func(count int) []byte { return make([]byte, count*PageSize) }
	for name, body := range map[string][]byte{
		"nothing": nil, "a byte": {7}, "zeroes": pages(3), "zeroes in between": append(append([]byte{1}, pages(4)...), 2),
		"zeroes at the end": append([]byte{1}, pages(2)...),
	} {
		t.Run(name, func(t *testing.T) {
			var header about
			f, err := Open(file(t, body), "test", &header)
			require.NoError(t, err)
			defer f.Close()
			require.NoError(t, f.Verify())
			require.Equal(t, about{"it"}, header)
			require.Zero(t, f.Body%PageSize)
			got, err := io.ReadAll(f.Content())
			require.NoError(t, err)
			require.True(t, bytes.Equal(body, got))
		})
	}
}

func TestEveryByteCounts(t *testing.T) {
	path := file(t, []byte("the body"))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	for at := range content {
		if at > 200 && at < PageSize && at%997 != 0 { // most of the padding
			continue
		}
		changed := bytes.Clone(content)
		changed[at] ^= 4
		require.NoError(t, os.WriteFile(path, changed, 0o600))
		var header about
		f, err := Open(path, "test", &header)
		if err == nil {
			err = f.Verify()
			_ = f.Close()
		}
		require.ErrorIs(t, err, ErrDamaged, "byte %d", at)
	}
	for _, size := range []int64{0, 1, 30, 100, PageSize - 1, PageSize + 1} {
		require.NoError(t, os.WriteFile(path, content, 0o600))
		require.NoError(t, os.Truncate(path, size))
		f, err := Open(path, "test", &about{})
		if err == nil {
			err = f.Verify()
			_ = f.Close()
		}
		require.ErrorIs(t, err, ErrDamaged, "cut off at %d", size)
	}
}

func TestAnotherKind(t *testing.T) {
	_, err := Open(file(t, nil), "other", &about{})
	require.ErrorIs(t, err, ErrDamaged)
	_, err = Open(t.TempDir(), "test", &about{})
	require.Error(t, err)
}
