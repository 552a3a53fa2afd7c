package hostile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/hostile"
	"github.com/mmpy/mmpy/server"
)

// neighbour is a plugin that has nothing to do with any attack. On a server each plugin is a process of its own; here it
// shares the attackers' process, runtime, heap and processors, which is harder for it.
var neighbour = sync.OnceValues(func() (*server.Plugin, error) {
	dir, err := os.MkdirTemp("", "mmpy-neighbour-")
	if err != nil {
		return nil, err
	}
	const source = head + `
class Neighbour(Plugin):
    @hook(HookName.MessageWillBePosted)
    def check(self, context, post):
        post.message += "!"
        return post, ""
run_plugin(Neighbour)
`
	const manifest = `{"id": "com.example.neighbour", "name": "Neighbour", "version": "0.1.0", "server": {"runtime": "python", "executable": "plugin.py",
		"python": {"limits": {"cpu_percent": 800}}}}`
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(manifest), 0o600),
		os.WriteFile(filepath.Join(dir, "plugin.py"), []byte(source), 0o600)); err != nil {
		return nil, err
	}
	bundle, err := server.Open(dir)
	if err != nil {
		return nil, err
	}
	r, err := interpreter()
	if err != nil {
		return nil, err
	}
	p, err := server.New(context.Background(), server.Config{Bundle: bundle, Runtime: r, API: newMattermost().Plugin(bundle.Manifest().Model)})
	return p, errors.Join(err, os.RemoveAll(dir))
})

// What a neighbour may notice of an attack. The noise of a machine with much else to do is within; that all processors
// stand still is not.
const (
	usual   = 250 * time.Millisecond // the median
	slowest = 10 * time.Second
)

// watched runs an attack while the neighbour answers.
func watched(t *testing.T, attack func() string) (outcome string) {
	t.Helper()
	took := beside(t, func() { outcome = attack() })
	hostile.Neighbour(t, took)
	require.Less(t, hostile.Percentile(took, 50), usual, "the median of the neighbour's answers")
	require.Less(t, took[len(took)-1], slowest, "the slowest of the neighbour's answers")
	return outcome
}

// beside gives how long the neighbour took for its answers while something was done.
func beside(t *testing.T, do func()) (took []time.Duration) {
	t.Helper()
	n, err := neighbour()
	require.NoError(t, err)
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for {
			began := time.Now()
			post, reason := n.MessageWillBePosted(&plugin.Context{}, &model.Post{Message: "hello"})
			took = append(took, time.Since(began))
			if post == nil || post.Message != "hello!" {
				stopped <- fmt.Errorf("the neighbour answered %v %q", post, reason)
				return
			}
			select {
			case <-stop:
				stopped <- nil
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	var failure error
	func() {
		defer func() { // also where the attack's test ends its goroutine
			close(stop)
			failure = <-stopped
		}()
		do()
	}()
	require.NoError(t, failure)
	return took
}
