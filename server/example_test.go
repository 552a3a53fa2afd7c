package server_test

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/mmpy/mmpy/internal/memserver"
	"github.com/mmpy/mmpy/server"
)

// A plugin inside of another Go program: here with the in-memory Mattermost as its API.
func ExampleNew() {
	ctx := context.Background()
	bundle, err := server.Open(filepath.Join("..", "examples", "hello_python"))
	if err != nil {
		log.Fatal(err)
	}
	defer bundle.Close()

	api := memserver.New(memserver.Config{}).Plugin(bundle.Manifest().Model)
	p, err := server.New(ctx, server.Config{Bundle: bundle, API: api})
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close(ctx)
	if err := p.OnActivate(); err != nil {
		log.Fatal(err)
	}

	_, reason := p.MessageWillBePosted(&plugin.Context{}, &model.Post{Message: "a badword here"})
	fmt.Println(reason)
	// Output: please say it without 'badword'
}
