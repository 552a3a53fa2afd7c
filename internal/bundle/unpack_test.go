package bundle_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/hostile"
)

// archive packs what no bundle has.
func archive(t *testing.T, entries ...*tar.Header) []byte {
	t.Helper()
	var packed bytes.Buffer
	compressed := gzip.NewWriter(&packed)
	files := tar.NewWriter(compressed)
	for _, header := range entries {
		if header.Mode == 0 {
			header.Mode = 0o644
		}
		require.NoError(t, files.WriteHeader(header))
		if header.Size > bundle.MaxSize { // nobody reads so far
			require.NoError(t, compressed.Close())
			return packed.Bytes()
		}
		_, err := io.CopyN(files, zeroes{}, header.Size)
		require.NoError(t, err)
	}
	require.NoError(t, files.Close())
	require.NoError(t, compressed.Close())
	return packed.Bytes()
}

type zeroes struct{}

func (zeroes) Read(into []byte) (int, error) {
	clear(into)
	return len(into), nil
}

func unpackInto(t *testing.T, packed []byte) (dir, folder string, err error) {
	t.Helper()
	dir = t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	folder, err = bundle.Unpack(t.Context(), bytes.NewReader(packed), "b.tar.gz", root)
	return dir, folder, err
}

func TestWhatWasPackedIsUnpacked(t *testing.T) {
	var packed bytes.Buffer
	_, err := plugin(t, "hello", files()).Write(&packed)
	require.NoError(t, err)
	dir, folder, err := unpackInto(t, packed.Bytes())
	require.NoError(t, err)
	require.Equal(t, "com.example.hello", folder)
	content, err := os.ReadFile(filepath.Join(dir, folder, "lib", "words.py"))
	require.NoError(t, err)
	require.Equal(t, "WORDS = ()\n", string(content))
	info, err := os.Stat(filepath.Join(dir, folder, "server", "dist", "plugin-linux-amd64"))
	require.NoError(t, err)
	require.Zero(t, info.Mode()&0o111, "nothing of a bundle is to be run by accident")
}

func TestHostileArchivesAreRefused(t *testing.T) {
	file := func(name string) *tar.Header { return &tar.Header{Typeflag: tar.TypeReg, Name: name} }
	for name, test := range map[string]struct {
		entries []*tar.Header
		want    string
	}{
		"..":                  {[]*tar.Header{file("id/../../evil")}, `b.tar.gz: id/../../evil: a name with ".." cannot be in a bundle: only names inside of the plugin's folder can`},
		".. alone":            {[]*tar.Header{{Typeflag: tar.TypeDir, Name: "../", Mode: 0o755}}, `a name with ".."`},
		"absolute":            {[]*tar.Header{file("/etc/passwd")}, "b.tar.gz: /etc/passwd: an absolute name cannot be in a bundle"},
		"a drive":             {[]*tar.Header{file("C:/evil")}, "a name with a colon"},
		"a backslash":         {[]*tar.Header{file(`id\..\evil`)}, "a name with a backslash"},
		"a dot":               {[]*tar.Header{file("./id/x")}, `a name with an empty part, or "."`},
		"an empty part":       {[]*tar.Header{file("id//x")}, "a name with an empty part"},
		"no UTF-8":            {[]*tar.Header{file("id/\xff")}, `b.tar.gz: "id/\xff": a name that is not UTF-8`},
		"a link":              {[]*tar.Header{{Typeflag: tar.TypeSymlink, Name: "id/x", Linkname: "/etc/passwd"}}, "b.tar.gz: id/x: a link cannot be in a bundle: only files and folders can"},
		"a hard link":         {[]*tar.Header{{Typeflag: tar.TypeLink, Name: "id/x", Linkname: "id/y"}}, "id/x: a link cannot be in a bundle"},
		"a device":            {[]*tar.Header{{Typeflag: tar.TypeBlock, Name: "id/x"}}, "a device cannot be in a bundle"},
		"a terminal":          {[]*tar.Header{{Typeflag: tar.TypeChar, Name: "id/x"}}, "a device cannot be in a bundle"},
		"a pipe":              {[]*tar.Header{{Typeflag: tar.TypeFifo, Name: "id/x"}}, "a pipe cannot be in a bundle"},
		"something else":      {[]*tar.Header{{Typeflag: 'V', Name: "id/x"}}, "something that is no file cannot be in a bundle"},
		"setuid":              {[]*tar.Header{{Typeflag: tar.TypeReg, Name: "id/x", Mode: 0o4755}}, "id/x: mode 04755 cannot be in a bundle: only ordinary permissions, such as 0644, can"},
		"Go's own setuid":     {[]*tar.Header{{Typeflag: tar.TypeReg, Name: "id/x", Mode: 1<<20 | 0o755}}, "cannot be in a bundle: only ordinary permissions"},
		"a folder setgid":     {[]*tar.Header{{Typeflag: tar.TypeDir, Name: "id/x/", Mode: 0o2755}}, "mode 02755"},
		"twice":               {[]*tar.Header{file("id/x"), file("id/x")}, "id/x: the name is there twice"},
		"a file and a folder": {[]*tar.Header{file("id/x"), file("id/x/y")}, "the name is there twice"},
		"case":                {[]*tar.Header{file("id/x"), file("id/X")}, "id/X: id/X and id/x are the same where case does not count"},
		"case of the folder":  {[]*tar.Header{file("id/x"), file("ID/y")}, "ID and id are the same"},
		"two folders":         {[]*tar.Header{file("id/x"), file("other/x")}, "other/x: it is not in id: all files of a bundle are in one folder"},
		"no folder":           {[]*tar.Header{file("plugin.json")}, "plugin.json: it is in no folder"},
		"nothing":             {nil, "b.tar.gz: there is nothing in it"},
		"a bomb":              {[]*tar.Header{{Typeflag: tar.TypeReg, Name: "id/x", Size: 200 << 20}}, "b.tar.gz: it is a bomb: "},
		"a bomb of headers":   {[]*tar.Header{{Typeflag: tar.TypeReg, Name: "id/x", Size: bundle.MaxSize + 1}}, "id/x: the files are too large"},
		"a bomb of holes":     {[]*tar.Header{{Typeflag: tar.TypeReg, Name: "id/x", Format: tar.FormatPAX, PAXRecords: map[string]string{"MMPY.x": "y"}}, {Typeflag: tar.TypeGNUSparse, Name: "id/y", Format: tar.FormatGNU}}, "something that is no file"},
	} {
		hostile.Attack(t, "Bundle", "an archive with "+name, "unpacking", func(t *testing.T) string {
			dir, _, err := unpackInto(t, archive(t, test.entries...))
			refusal := &bundle.Refusal{}
			require.ErrorAs(t, err, &refusal)
			require.ErrorContains(t, err, test.want)
			require.NoFileExists(t, filepath.Join(filepath.Dir(dir), "evil"))
			require.NoError(t, filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
				require.True(t, entry.IsDir() || entry.Type().IsRegular())
				return err
			}))
			return "refused"
		})
	}
}

func TestHostileArchivesThatAreNone(t *testing.T) {
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	_, err := z.Create("../../evil")
	require.NoError(t, err)
	require.NoError(t, z.Close())
	whole := archive(t, &tar.Header{Typeflag: tar.TypeReg, Name: "id/x", Size: 1 << 20})
	wrong := bytes.Clone(whole)
	wrong[len(wrong)-8] ^= 1
	other := archive(t, &tar.Header{Typeflag: tar.TypeReg, Name: "id/y"})
	for name, test := range map[string]struct {
		archive []byte
		want    string
	}{
		"a zip":                           {zipped.Bytes(), "b.tar.gz: it is no bundle, which is a .tar.gz"},
		"nothing at all":                  {nil, "b.tar.gz: it is no bundle, which is a .tar.gz"},
		"half an archive":                 {whole[:len(whole)/2], "b.tar.gz: it cannot be unpacked: "},
		"an archive with a wrong sum":     {wrong, "b.tar.gz: it cannot be unpacked: "},
		"an archive behind an archive":    {append(bytes.Clone(whole), other...), "b.tar.gz: it cannot be unpacked: something follows behind its end"},
		"an archive with a script behind": {append(bytes.Clone(whole), "#!/bin/sh"...), "b.tar.gz: it cannot be unpacked: "},
	} {
		hostile.Attack(t, "Bundle", name, "unpacking", func(t *testing.T) string {
			_, _, err := unpackInto(t, test.archive)
			require.ErrorContains(t, err, test.want)
			return "refused"
		})
	}
}

func TestUnpackingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	endless := io.MultiReader(bytes.NewReader(archive(t, &tar.Header{Typeflag: tar.TypeReg, Name: "id/x", Size: 32 << 20})[:4096]), blocked{ctx})
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err = bundle.Unpack(ctx, endless, "b.tar.gz", root)
	require.ErrorIs(t, err, context.Canceled)
}

// blocked waits for the end of the context and goes on then.
type blocked struct{ ctx context.Context }

func (b blocked) Read(into []byte) (int, error) {
	<-b.ctx.Done()
	return 1, nil
}

func FuzzUnpack(f *testing.F) {
	f.Add(strings.Repeat("x", 10), int64(5), byte(tar.TypeReg), int64(0o644))
	f.Add("../x", int64(0), byte(tar.TypeSymlink), int64(0o4755))
	f.Add("id/\x00", int64(0), byte(tar.TypeXGlobalHeader), int64(0))
	f.Fuzz(func(t *testing.T, name string, size int64, kind byte, mode int64) {
		var packed bytes.Buffer
		compressed := gzip.NewWriter(&packed)
		files := tar.NewWriter(compressed)
		_ = files.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "id/plugin.json"})
		_ = files.WriteHeader(&tar.Header{Typeflag: kind, Name: name, Size: size & 0xffff, Mode: mode, Linkname: name})
		_, _ = files.Write(make([]byte, size&0xffff))
		_ = files.Close()
		_ = compressed.Close()
		around := t.TempDir()
		inside := filepath.Join(around, "inside")
		require.NoError(t, os.Mkdir(inside, 0o700))
		root, err := os.OpenRoot(inside)
		require.NoError(t, err)
		defer root.Close()
		_, _ = bundle.Unpack(t.Context(), &packed, "b.tar.gz", root)
		left, err := os.ReadDir(around)
		require.NoError(t, err)
		require.Len(t, left, 1, "nothing outside of the folder")
		require.NoError(t, filepath.WalkDir(inside, func(at string, entry os.DirEntry, err error) error {
			require.True(t, entry.IsDir() || entry.Type().IsRegular())
			info, infoErr := entry.Info()
			require.NoError(t, infoErr)
			require.Zero(t, info.Mode()&(os.ModeSetuid|os.ModeSetgid))
			return err
		}))
	})
}
