package grant_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
)

// example finds what is shown in the documentation, in a language.
var example = regexp.MustCompile("(?s)```(yaml|json)\n(.*?)```")

// limitRow finds the rows of a table about limits, with what is said of their default.
var limitRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| .* \\| ([0-9]+)( s| MiB)? \\|$")

func TestThePageOfHTTPHasItsLimits(t *testing.T) {
	text, err := os.ReadFile("../../docs/http.md")
	require.NoError(t, err)
	defaults, shown := map[string]string{}, map[string]string{}
	for _, limit := range grant.AllLimits() {
		if strings.HasPrefix(limit.Name, "http_") {
			defaults[limit.Name] = strconv.Itoa(int(limit.Default))
		}
	}
	for _, row := range limitRow.FindAllStringSubmatch(string(text), -1) {
		shown[row[1]] = row[2]
	}
	require.Equal(t, defaults, shown)
}

// TestTheExamplesOfTheDocumentationHold reads the policies that are shown there, and what manifests ask for.
func TestTheExamplesOfTheDocumentationHold(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	policies, manifests := 0, 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, found := range example.FindAllSubmatch(text, -1) {
			if string(found[1]) == "yaml" {
				policies++
				_, err := grant.ParsePolicy(page, found[2])
				require.NoError(t, err)
				continue
			}
			// Some are whole, some begin with the field "server".
			shown := bytes.TrimSpace(found[2])
			if !bytes.HasPrefix(shown, []byte("{")) {
				shown = []byte("{" + string(shown) + "}")
			}
			var manifest struct {
				Server struct {
					Python struct {
						Permissions json.RawMessage
						Limits      map[string]any
					}
				}
			}
			require.NoError(t, json.Unmarshal(shown, &manifest), "%s: %s", page, shown)
			if python := manifest.Server.Python; python.Permissions != nil || python.Limits != nil {
				manifests++
				var permissions grant.Permissions
				if python.Permissions != nil {
					permissions = parsed(t, string(python.Permissions))
				}
				_, err := grant.Of("com.example.docs", permissions, python.Limits, nil)
				require.NoError(t, err, "%s: %s", page, shown)
			}
		}
	}
	require.NotZero(t, policies)
	require.NotZero(t, manifests)
}
