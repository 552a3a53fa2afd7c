package inspect_test

import (
	"archive/tar"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/inspect"
)

func TestPermissionsAskedForAndGrantedAreTold(t *testing.T) {
	b := newBundles(t)
	asking := maps.Clone(sources)
	asking["plugin.json"] = strings.Replace(sources["plugin.json"], `"executable"`,
		`"python": {"permissions": {"api": ["kv", "sessions", "SendMail"], "http": ["example.com"]}}, "executable"`, 1)
	packed := b.pack(t, asking)
	report := b.inspect(t, b.archive(t, packed))
	require.Empty(t, report.Problems)
	require.Equal(t, []string{"kv", "sessions", "SendMail"}, report.Granted.Asked.API)
	require.Equal(t, []string{"example.com"}, report.Granted.Hosts)
	some := func(report *inspect.Report) map[string]int {
		granted := map[string]int{}
		for _, group := range report.Granted.Groups {
			if group.Granted > 0 {
				granted[group.Name] = group.Granted
			}
		}
		return granted
	}
	require.Equal(t, map[string]int{"kv": 9, "sessions": 6, "mail": 1}, some(report))
	require.Equal(t, 16, report.Granted.Calls)
	require.Regexp(t, `(?m)^asks for +kv, sessions, SendMail, the host example\.com$`, report.Text())
	require.Regexp(t, `(?m)^may call 16 +kv$`, report.Text())
	require.Regexp(t, `(?m)^  sensitive +sessions, mail$`, report.Text())

	policy := "default:\n  deny:\n    api: [sessions]\n"
	add := func(files []file, content string) []file {
		return append(slices.Clone(files), file{tar.Header{Typeflag: tar.TypeReg, Name: id + "/mmpy/policy.yaml", Mode: 0o644}, []byte(content)})
	}
	report = b.inspect(t, b.archive(t, add(packed, policy)))
	require.Empty(t, report.Problems)
	require.Equal(t, map[string]int{"kv": 9, "mail": 1}, some(report))
	require.Equal(t, "mmpy/policy.yaml", report.Granted.Policy)

	report = b.inspect(t, b.archive(t, add(packed, "default: nothing\n")))
	require.Len(t, report.Problems, 1)
	require.Contains(t, report.Problems[0], "policy.yaml")

	outside := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(outside, []byte("default:\n  deny:\n    api: [kv]\n"), 0o600))
	report, err := inspect.Inspect(t.Context(), inspect.Config{Path: b.archive(t, add(packed, policy)), Executable: b.mmpy, Log: quiet, Policy: outside})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"sessions": 6, "mail": 1}, some(report), "it takes the place of the one in the bundle")
	require.Equal(t, outside, report.Granted.Policy)
}
