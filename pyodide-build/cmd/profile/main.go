// Command profile runs the training plugin in an interpreter that counts, and writes what it counted.
//
//	profile WASM STDLIB OUT
//
// WASM is the interpreter, compiled with -fprofile-instr-generate and linked with profile.c; STDLIB its standard library.
// OUT is a raw profile, for llvm-profdata.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/internal/memserver"
	"github.com/mmpy/mmpy/server"
	"github.com/mmpy/mmpy/wasmhost"
)

// How much of each there is. Programs are most of what is counted; a post costs little.
const (
	rounds = 3
	posts  = 3000 // in each round
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: profile WASM STDLIB OUT")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, wasmFile, stdlibFile, out string) error {
	wasm, err := os.ReadFile(wasmFile)
	if err != nil {
		return err
	}
	stdlib, err := os.ReadFile(stdlibFile)
	if err != nil {
		return err
	}
	counted, err := train(ctx, wasm, stdlib)
	if err != nil {
		return err
	}
	return os.WriteFile(out, counted, 0o600)
}

// train runs the plugin on the in-memory Mattermost and returns the profile.
func train(ctx context.Context, wasm, stdlib []byte) (_ []byte, err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	runtime, err := wasmhost.NewRuntime(ctx, wasmhost.NewRuntimeConfig().WithInterpreter(wasm, stdlib).WithoutCache().WithLogger(log))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, runtime.Close(context.WithoutCancel(ctx))) }()
	dir, err := os.MkdirTemp("", "mmpy-training-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.CopyFS(dir, training); err != nil {
		return nil, err
	}
	bundle, err := server.Open(filepath.Join(dir, "training"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bundle.Close()) }()

	mattermost := memserver.New(memserver.Config{Logger: log})
	api := mattermost.Plugin(bundle.Manifest().Model)
	plugin, err := server.New(ctx, server.Config{Bundle: bundle, API: api, Runtime: runtime, Logger: log})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, plugin.Close(context.WithoutCancel(ctx))) }()
	if err := errors.Join(plugin.OnConfigurationChange(), plugin.OnActivate()); err != nil {
		return nil, err
	}
	api.Attach(plugin)
	for range rounds {
		for _, program := range programs {
			if err := command(plugin, mattermost, "/train "+program); err != nil {
				return nil, err
			}
		}
		if err := talk(ctx, mattermost); err != nil {
			return nil, err
		}
	}
	if err := command(plugin, mattermost, "/profile"); err != nil {
		return nil, err
	}
	counted, failure := api.KVGet("profile")
	if failure != nil {
		return nil, failure
	}
	return counted, nil
}

// command has the plugin carry out a command.
func command(plugin *server.Plugin, mattermost *memserver.Server, text string) error {
	home := mattermost.Home()
	response, failure := plugin.ExecuteCommand(nil, &model.CommandArgs{
		Command: text, UserId: home.Bob.Id, ChannelId: home.Project.Id, TeamId: home.Team.Id,
	})
	if failure != nil {
		return fmt.Errorf("%s: %w", text, failure)
	}
	if response == nil {
		return fmt.Errorf("%s: the plugin has not answered", text)
	}
	return nil
}

// talk posts messages, which the plugin's hooks meet.
func talk(ctx context.Context, mattermost *memserver.Server) error {
	home := mattermost.Home()
	for i := range posts {
		post := &model.Post{
			UserId: home.Bob.Id, ChannelId: home.Project.Id,
			Message: fmt.Sprintf("  message %d of @me, with some words to look at: #ops https://example.org/%d", i, i*i),
		}
		if i%3 == 0 {
			post.SetProps(model.StringInterface{"from": "training", "score": i, "attachments": []any{map[string]any{"title": "a", "text": "b"}}})
		}
		if i%50 == 49 {
			post.Message = "forbidden"
		}
		if _, err := mattermost.CreatePost(post); err != nil && i%50 != 49 {
			return fmt.Errorf("post message %d: %w", i, err)
		}
	}
	return mattermost.Wait(ctx)
}
