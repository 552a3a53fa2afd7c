// Command mmpy runs Python plugins for Mattermost in a sandbox: it tries them out, tests and packs them, and is, in a
// packed bundle, the executable that Mattermost starts.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/mmpy/mmpy/server"
)

func main() {
	if len(os.Args) == 1 && server.StartedByMattermost() {
		server.Main()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}
