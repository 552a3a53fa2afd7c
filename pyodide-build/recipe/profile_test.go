package recipe_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/pyodide-build/recipe"
)

func lockedArchives(t *testing.T, change ...string) []recipe.Archive {
	t.Helper()
	lock, err := os.ReadFile("../sources.lock")
	require.NoError(t, err)
	archives, err := recipe.ParseLock([]byte(strings.NewReplacer(change...).Replace(string(lock))))
	require.NoError(t, err)
	return archives
}

func TestTheCommittedProfileIsOfThePinnedSources(t *testing.T) {
	profile, err := os.ReadFile("../profile/cpython.profile.gz")
	require.NoError(t, err)
	require.NoError(t, recipe.CheckProfile(bytes.NewReader(profile), lockedArchives(t)),
		"CPython or the compiler has another version than the profile was made from: run make runtime-profile, then make runtime")

	for what, change := range map[string][]string{
		"another CPython":      {"93e583f243454e6e", "0000000000000000"},
		"another set of fixes": {"3.13.5-2+deb13u5 pool", "3.13.5-2+deb13u6 pool"},
		"another compiler":     {"clang-19 1:19.1.7-3", "clang-19 1:19.1.8-1"},
	} {
		t.Run(what, func(t *testing.T) {
			err := recipe.CheckProfile(bytes.NewReader(profile), lockedArchives(t, change...))
			require.ErrorContains(t, err, "the profile was not made from")
		})
	}
	require.NoError(t, recipe.CheckProfile(bytes.NewReader(profile), lockedArchives(t, "zlib 1.3.1", "zlib 1.3.2")))
}

func TestAProfileThatSaysNothingOfItsOriginIsRefused(t *testing.T) {
	var profile bytes.Buffer
	w := gzip.NewWriter(&profile)
	_, err := w.Write([]byte("main\n# Func Hash:\n1\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.ErrorContains(t, recipe.CheckProfile(&profile, lockedArchives(t)), "the profile was not made from")
	require.Error(t, recipe.CheckProfile(strings.NewReader("# source"), lockedArchives(t)))
}
