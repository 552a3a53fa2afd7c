package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/internal/manifest"
)

func TestPermissionsAreWrittenAndTheRestStays(t *testing.T) {
	least := grant.Permissions{API: []string{"CreatePost"}, HTTP: []string{"[2001:db8::1]:80", "example.com"}}
	const written = `{
        "api": ["CreatePost"],
        "http": ["[2001:db8::1]:80", "example.com"]
      }`
	for name, test := range map[string]struct{ before, after string }{
		"none yet": {
			"{\n  \"id\":   \"abc\",\n  \"name\": \"A <b> ü\",\n  \"server\": {\n    \"runtime\": \"python\",\n    \"executable\": \"plugin.py\"\n  }\n}\n",
			"{\n  \"id\":   \"abc\",\n  \"name\": \"A <b> ü\",\n  \"server\": {\n    \"runtime\": \"python\",\n    \"executable\": \"plugin.py\",\n    \"python\": {\n      \"permissions\": " + written + "\n    }\n  }\n}\n",
		},
		"other options": {
			"{\n  \"id\": \"abc\", \"name\": \"A\",\n  \"server\": {\n    \"python\": {\n      \"instances\": 2\n    }, \"runtime\": \"python\", \"executable\": \"plugin.py\"\n  }\n}",
			"{\n  \"id\": \"abc\", \"name\": \"A\",\n  \"server\": {\n    \"python\": {\n      \"instances\": 2,\n      \"permissions\": " + written + "\n    }, \"runtime\": \"python\", \"executable\": \"plugin.py\"\n  }\n}",
		},
		"others": {
			"{\n  \"id\": \"abc\", \"name\": \"A\",\n  \"server\": {\n    \"python\": {\n      \"permissions\": {\"api\": [\"*\"]}, \"instances\": 2\n    }, \"runtime\": \"python\", \"executable\": \"plugin.py\"\n  }\n}",
			"{\n  \"id\": \"abc\", \"name\": \"A\",\n  \"server\": {\n    \"python\": {\n      \"permissions\": " + written + ", \"instances\": 2\n    }, \"runtime\": \"python\", \"executable\": \"plugin.py\"\n  }\n}",
		},
		"in the props": {
			"{\n  \"id\": \"abc\", \"name\": \"A\",\n  \"props\": {\n    \"mmpy\": {\n      \"permissions\": {}\n    }\n  },\n  \"server\": {\"runtime\": \"python\", \"executable\": \"plugin.py\"}\n}",
			"{\n  \"id\": \"abc\", \"name\": \"A\",\n  \"props\": {\n    \"mmpy\": {\n      \"permissions\": " + written + "\n    }\n  },\n  \"server\": {\"runtime\": \"python\", \"executable\": \"plugin.py\"}\n}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := manifest.WithPermissions([]byte(test.before), least)
			require.NoError(t, err)
			require.Equal(t, test.after, string(got))
			m, err := manifest.Read("hello", folder(string(got)))
			require.NoError(t, err)
			require.Equal(t, least, m.Permissions)
			again, err := manifest.WithPermissions(got, least)
			require.NoError(t, err)
			require.Equal(t, string(got), string(again))
		})
	}
	_, err := manifest.WithPermissions([]byte(`{}`), least)
	require.EqualError(t, err, "has no server")
	one, err := manifest.WithPermissions([]byte(`{"id": "abc", "name": "A", "server": {"runtime": "python", "executable": "plugin.py", "python": {}}}`), least)
	require.NoError(t, err)
	_, err = manifest.Read("hello", folder(string(one)))
	require.NoError(t, err)
}
