package spelling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/spelling"
)

func TestNearest(t *testing.T) {
	names := []string{"OnActivate", "OnDeactivate", "MessageWillBePosted", "posts:read"}
	for written, want := range map[string]string{
		"OnActivat": "OnActivate", "message_will_be_posted": "MessageWillBePosted", "post:read": "posts:read",
		"posts.read": "posts:read", "": "", "x": "", "EntirelyDifferentThing": "",
	} {
		require.Equal(t, want, spelling.Nearest(written, names), written)
	}
}
