package grant_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
)

// example finds what is shown in the documentation, in a language.
var example = regexp.MustCompile("(?s)```(yaml|json)\n(.*?)```")

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
