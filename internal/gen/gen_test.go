package main

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// generateAll gives all files of all outputs.
func generateAll(t *testing.T, root string) files {
	t.Helper()
	c, err := readContract(t.Context(), root)
	require.NoError(t, err)
	all := files{}
	for _, o := range outputs {
		generated, err := o.generate(c)
		require.NoError(t, err, o.name)
		for path := range generated {
			require.NotContains(t, all, path, "two outputs give the same file")
			require.True(t, o.isOwn(path), "%s is none of %q", path, o.owns)
		}
		maps.Copy(all, generated)
	}
	return all
}

func TestGeneratedFilesAreUpToDateAndReproducible(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	first := generateAll(t, root)
	require.Equal(t, first, generateAll(t, root))
	for path, content := range first {
		there, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		require.True(t, string(content) == string(there), "%s is out of date: run 'make generate'", path)
		require.Regexp(t, `(?m)^(//|#|<!--) Code generated .* DO NOT EDIT\.( -->)?$`, string(content), path)
	}
}

func TestChangesAreWhatIsNewChangedOrStale(t *testing.T) {
	root := t.TempDir()
	for path, content := range map[string]string{"a/same_gen.go": "1", "a/changed_gen.go": "1", "a/stale_gen.go": "1", "a/hand.go": "1"} {
		require.NoError(t, change{path, []byte(content)}.apply(root))
	}
	o := output{owns: []string{"a/*_gen.go", "b/*_gen.go"}}
	generated := files{"a/same_gen.go": []byte("1"), "a/changed_gen.go": []byte("2"), "b/new_gen.go": []byte("2")}

	changes, err := o.changes(root, generated)
	require.NoError(t, err)
	require.Equal(t, []change{
		{"a/changed_gen.go", []byte("2")}, {"b/new_gen.go", []byte("2")}, {"a/stale_gen.go", nil},
	}, changes)
	require.Equal(t, "write a/changed_gen.go", changes[0].String())
	require.Equal(t, "remove a/stale_gen.go", changes[2].String())

	for _, c := range changes {
		require.NoError(t, c.apply(root))
	}
	changes, err = o.changes(root, generated)
	require.NoError(t, err)
	require.Empty(t, changes, "applied changes leave nothing to do")
	require.FileExists(t, filepath.Join(root, "a/hand.go"))
}

func TestAnOutputMayNotWriteWhatItDoesNotOwn(t *testing.T) {
	_, err := output{owns: []string{"a/*_gen.go"}}.changes(t.TempDir(), files{"a/hand.go": nil})
	require.ErrorContains(t, err, "a/hand.go")
}

func TestAnEmptyGeneratedFileIsWrittenNotRemoved(t *testing.T) {
	root := t.TempDir()
	changes, err := output{owns: []string{"x.py"}}.changes(root, files{"x.py": {}})
	require.NoError(t, err)
	require.NoError(t, changes[0].apply(root))
	require.FileExists(t, filepath.Join(root, "x.py"))
}

func TestABIConstantsAreReadFromHandWrittenFilesOnly(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"abi.go": `package abi

import "strconv"

const Version = 1 + 1

type Status int64

const (
	StatusDenied Status = -1 // not
	// allowed
	StatusOdd Status = -2
	hidden           = 3
)

func (s Status) Error() string { return strconv.Itoa(int(s)) + Methods[0].Name }
`,
		"methods_gen.go": "package abi\n\nconst Generated = 1\n",
		"abi_test.go":    "package abi\n\nconst Tested = 1\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	constants, err := readABIConstants(dir)
	require.NoError(t, err)

	var got []string
	for _, c := range constants {
		got = append(got, c.name+" "+c.value.String()+" "+c.doc)
	}
	require.Equal(t, []string{"Version 2 ", "StatusDenied -1 not", "StatusOdd -2 allowed"}, got)

	_, err = constants.find("Version")
	require.NoError(t, err)
	_, err = constants.find("Missing")
	require.EqualError(t, err, "package abi lacks the constant Missing")
}

func TestEachDescriptorBuilderIsMovedToItsOwnRegistry(t *testing.T) {
	source := "x{\n\t\tFile: protoimpl.DescBuilder{\n\t\t\tGoPackagePath: 1,"
	moved, err := inOwnRegistry([]byte(source))
	require.NoError(t, err)
	require.Contains(t, string(moved), "DescBuilder{\n\t\t\tFileRegistry:  registry{},\n\t\t\tGoPackagePath")

	for name, bad := range map[string]string{"none": "package x", "two": source + source} {
		_, err := inOwnRegistry([]byte(bad))
		require.Error(t, err, name)
	}
}

func TestStatusNamesInC(t *testing.T) {
	for camel, snake := range map[string]string{"Denied": "DENIED", "BadPointer": "BAD_POINTER"} {
		require.Equal(t, snake, screamingSnake(camel))
	}
}

func TestGoMessagesAreOnlyThoseOfTheContract(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	c, err := readContract(t.Context(), root)
	require.NoError(t, err)
	generated, err := goMessages(c)
	require.NoError(t, err)
	require.Len(t, generated, 23)
}
