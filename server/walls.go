package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/mmpy/mmpy/server/internal/confine"
	"github.com/mmpy/mmpy/wasmhost"
)

// Ports of HTTP, for hosts that are granted without one.
const (
	httpPort  = 80
	httpsPort = 443
)

// proxyVariables say which proxy outbound HTTP goes through.
var proxyVariables = []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}

// room is what the process of this plugin may reach: its bundle, the cache for compiled code and snapshots, the
// administrator's policy and, if hosts are granted, those ports.
func (p *Plugin) room() confine.Room {
	room := confine.Room{
		Read:      []string{p.bundle.dir, os.Getenv(policyVariable)},
		Network:   len(p.grant.Hosts) > 0,
		Variables: []string{cookieKey},
	}
	if cache, err := wasmhost.DefaultCacheDir(); err == nil {
		room.Write = append(room.Write, cache)
	}
	if p.grant.Proxy { // whose port the administrator chooses
		room.Variables = append(room.Variables, proxyVariables...)
		return room
	}
	room.Ports = []uint16{}
	for _, host := range p.grant.Hosts {
		if host.Port != 0 {
			room.Ports = append(room.Ports, host.Port)
		} else {
			room.Ports = append(room.Ports, httpPort, httpsPort)
		}
	}
	slices.Sort(room.Ports)
	room.Ports = slices.Compact(room.Ports)
	return room
}

// enter confines the process, as far as that is possible before it listens. It may start the program anew, and not return.
func (p *Plugin) enter() {
	var err error
	net.DefaultResolver.PreferGo = true // C's has libraries loaded, and asks services over sockets
	if p.walls, err = confine.Enter(p.room()); err != nil {
		p.refuse(err)
	}
}

// seal confines the process further, when it listens.
func (p *Plugin) seal() {
	p.walls.Seal()
	if err := p.walls.Err(); err != nil {
		p.refuse(err)
	}
}

// shut confines the process for good, when the plugin is active: its code is loaded then.
func (p *Plugin) shut() error {
	p.walls.StopListening()
	p.walls.SealCode()
	p.tellOfWalls()
	return p.walls.Err()
}

// refuse has the plugin not start, for the given reason.
func (p *Plugin) refuse(reason error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = func(context.Context) (engine, error) { return nil, reason }
}

// tellOfWalls logs what the process is confined by.
func (p *Plugin) tellOfWalls() {
	switch {
	case p.walls.Mode == confine.Off:
		p.log.Warn("the plugin's process is not confined: " + confine.ModeVariable + " is " + string(confine.Off))
	case len(p.walls.Missing) > 0:
		p.log.Warn("the plugin's process is not confined by everything that mmpy knows",
			"walls", p.walls.String(), "missing", strings.Join(p.walls.Missing, ", "))
	default:
		p.log.Info("the plugin's process is confined", "walls", p.walls.String())
	}
}

// beforeHandshake calls ready when go-plugin listens, and before it tells Mattermost where: the line that it writes to the
// standard output goes through a pipe of ours.
func beforeHandshake(ready func()) error {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe for the handshake: %w", err)
	}
	mattermost := os.Stdout
	os.Stdout = write // go-plugin puts another file there after the handshake
	go func() {
		line, err := bufio.NewReader(read).ReadString('\n')
		if err == nil {
			ready()
			_, err = io.WriteString(mattermost, line)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "mmpy: hand on the handshake:", err)
			os.Exit(1)
		}
	}()
	return nil
}
