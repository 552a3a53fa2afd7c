//go:build amd64 || arm64

package confine

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// A process works out its room twice, and may read the administrator's policy for it: before it is confined and afterwards.
func TestARoomThatHasChangedMeanwhileIsNoRoom(t *testing.T) {
	before := Room{Read: []string{"/bundle", "/etc/policy.yaml"}, Network: true, Ports: []uint16{443}, Variables: []string{"COOKIE"}}
	told, err := json.Marshal(state{Process: os.Getpid(), Stand: []string{"landlock"}, Room: before})
	require.NoError(t, err)
	for name, room := range map[string]Room{
		"fewer hosts": {Read: before.Read, Variables: before.Variables, Ports: []uint16{}},
		"other ports": {Read: before.Read, Variables: before.Variables, Network: true, Ports: []uint16{443, 8443}},
		"any port":    {Read: before.Read, Variables: before.Variables, Network: true},
	} {
		t.Setenv(stateVariable, string(told))
		walls, err := Enter(room)
		require.ErrorContains(t, err, "have changed while it started, perhaps with the policy: start it again", name)
		require.Equal(t, "landlock", walls.String(), name)
		require.Empty(t, os.Getenv(stateVariable))
	}
	var again state
	require.NoError(t, json.Unmarshal(told, &again))
	require.Equal(t, before, again.Room, "what is told is what is compared")
}
