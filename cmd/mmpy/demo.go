package main

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	stdio "io"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/pyodide-build/cpython"
)

// demoCommand is `mmpy demo`.
type demoCommand struct {
	Dir    string `arg:"" help:"The plugin's folder."`
	Script string `arg:"" optional:"" help:"What is said, by default DIR/demo.txt; - takes what you type."`
}

// Help is shown by --help.
func (demoCommand) Help() string {
	return `The plugin is activated on an in-memory Mattermost, and alice and bob talk in one of its channels. You see what
each wrote, and below it what became of it. A script has a line for each message, "bob: good morning"; lines that
begin with # are printed as they are. What you type yourself is bob's, unless it begins with "alice:".

Examples:

  mmpy demo examples/hello_python
  mmpy demo examples/hello_python -`
}

// scriptName is the conversation that an example brings with it.
const scriptName = "demo.txt"

// Run plays the script.
func (c *demoCommand) Run(ctx context.Context, io streams) error {
	start := time.Now()
	stage := &stage{w: io.out, paint: isTerminal(io.out), shown: map[string]bool{}}
	log := newConsole(io.out, slog.LevelInfo)
	log.indent = strings.Repeat(" ", nameWidth)
	p, err := openPlayground(ctx, playgroundConfig{dir: c.Dir, log: slog.New(log)})
	if err != nil {
		return err
	}
	defer p.close(ctx)
	script, err := c.open(p.bundle.Files(), io.in)
	if err != nil {
		return err
	}
	defer script.Close()
	manifest := p.bundle.Manifest().Model
	stage.note("%s %s, in CPython %s in the sandbox, loaded in %.2f s", manifest.Name, manifest.Version, cpython.Version, time.Since(start).Seconds())
	stage.note("on an in-memory Mattermost, channel %q of team %q", p.mattermost.Home().Project.DisplayName, p.mattermost.Home().Team.DisplayName)
	if err := p.activate(); err != nil {
		return err
	}
	lines := bufio.NewScanner(script)
	for stage.prompt(script == io.in && isTerminal(io.in)); lines.Scan(); stage.prompt(script == io.in && isTerminal(io.in)) {
		if err := c.play(ctx, p, stage, lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (c *demoCommand) open(files fs.FS, in stdio.Reader) (stdio.ReadCloser, error) {
	switch c.Script {
	case "-":
		return stdio.NopCloser(in), nil
	case "":
		file, err := files.Open(scriptName)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usage("%s: there is no such file; name a script, or - to type", filepath.Join(c.Dir, scriptName))
		}
		return file, err
	default:
		return os.Open(c.Script)
	}
}

// play says one line, and shows what comes of it.
func (c *demoCommand) play(ctx context.Context, p *playground, stage *stage, line string) error {
	line = strings.TrimSpace(line)
	home := p.mattermost.Home()
	user, text := home.Bob, line
	for _, other := range []*model.User{home.Alice, home.Bob} {
		if said, ok := strings.CutPrefix(line, other.Username+":"); ok {
			user, text = other, strings.TrimSpace(said)
		}
	}
	switch {
	case line == "":
		return nil
	case strings.HasPrefix(line, "#"):
		stage.note("%s", strings.TrimSpace(line[1:]))
		return nil
	}
	stage.says(user.Username, text)
	if strings.HasPrefix(text, "/") {
		_, err := p.mattermost.ExecuteCommand(&model.CommandArgs{
			UserId: user.Id, ChannelId: home.Project.Id, TeamId: home.Team.Id, Command: text,
		})
		stage.failed(err)
	} else {
		post, err := p.mattermost.CreatePost(&model.Post{UserId: user.Id, ChannelId: home.Project.Id, Message: text})
		stage.failed(err)
		if post != nil {
			stage.shown[post.Id] = true
			stage.becomes(post.Message, text)
		}
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	c.showNew(p, stage)
	return nil
}

// showNew shows the posts that the plugin made.
func (c *demoCommand) showNew(p *playground, stage *stage) {
	name := func(id string) string {
		user, err := p.api.GetUser(id)
		if err != nil {
			return id
		}
		return user.Username
	}
	for _, post := range p.mattermost.Posts("") {
		if !stage.shown[post.Id] {
			stage.shown[post.Id] = true
			where := ""
			if channel, err := p.api.GetChannel(post.ChannelId); err == nil && channel.Id != p.mattermost.Home().Project.Id {
				where = "in " + channel.Name
			}
			stage.answers(name(post.UserId), post.Message, where)
		}
	}
	for _, ephemeral := range p.mattermost.Ephemerals("") {
		if !stage.shown[ephemeral.Post.Id] {
			stage.shown[ephemeral.Post.Id] = true
			stage.answers("", ephemeral.Post.Message, "only "+name(ephemeral.UserID)+" sees this")
		}
	}
}
