package memserver

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// installed is a plugin that the server has: active, or stopped by DisablePlugin.
type installed struct {
	manifest *model.Manifest
	hooks    any
	state    int // model.PluginStateRunning and its like
}

// Attach makes the server call the hooks that the value has methods for, named and typed as in [plugin.Hooks];
// a method Hooks() []string or Implemented() ([]string, error) narrows them. Attaching again replaces the hooks.
func (a *API) Attach(hooks any) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.findPlugin(a.manifest.Id)
	if i < 0 {
		i = len(s.plugins)
		s.plugins = append(s.plugins, &installed{manifest: a.manifest})
	}
	s.plugins[i].hooks, s.plugins[i].state = hooks, model.PluginStateRunning
	s.activate()
}

// Detach deactivates the plugin: later events reach it no more, and its slash commands are gone.
func (a *API) Detach() {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.findPlugin(a.manifest.Id); i >= 0 {
		s.plugins = slices.Delete(s.plugins, i, i+1)
	}
	s.deactivate(a.manifest.Id)
}

// findPlugin, activate and deactivate need s.mu.
func (s *Server) findPlugin(id string) int {
	return slices.IndexFunc(s.plugins, func(p *installed) bool { return strings.EqualFold(p.manifest.Id, id) })
}

// activate makes events reach the plugins that are running, in the order they were attached, and no others.
func (s *Server) activate() {
	var running []active[any]
	for _, p := range s.plugins {
		if p.state == model.PluginStateRunning {
			running = append(running, active[any]{id: p.manifest.Id, hooks: p.hooks})
		}
	}
	s.active.Store(&running)
}

func (s *Server) deactivate(id string) {
	s.activate()
	s.pluginCommands = slices.DeleteFunc(s.pluginCommands, func(c *pluginCommand) bool { return c.pluginID == id })
}

// GetPlugins lists the manifests of the plugins the server has.
func (a *API) GetPlugins() ([]*model.Manifest, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	manifests := []*model.Manifest{}
	for _, p := range a.s.plugins {
		manifests = append(manifests, shallow(p.manifest))
	}
	return manifests, nil
}

// GetPluginStatus tells whether a plugin is running.
func (a *API) GetPluginStatus(id string) (*model.PluginStatus, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.findPlugin(id)
	if i < 0 {
		return nil, fail("GetPluginStatus", "app.plugin.not_installed.app_error", http.StatusNotFound)
	}
	m := s.plugins[i].manifest
	return &model.PluginStatus{
		PluginId: m.Id, Name: m.Name, Description: m.Description, Version: m.Version, State: s.plugins[i].state,
	}, nil
}

// EnablePlugin starts a plugin that is stopped. That it fails to start is in its status and the log.
func (a *API) EnablePlugin(id string) *model.AppError {
	s := a.s
	s.mu.Lock()
	i := s.findPlugin(id)
	if i < 0 {
		s.mu.Unlock()
		return fail("EnablePlugin", "app.plugin.not_installed.app_error", http.StatusNotFound)
	}
	p := s.plugins[i]
	stopped := p.state == model.PluginStateNotRunning || p.state == model.PluginStateFailedToStart
	if stopped {
		p.state = model.PluginStateStarting
		s.setPluginState(p.manifest.Id, true)
	}
	hooks := p.hooks
	s.mu.Unlock()
	if !stopped {
		return nil
	}
	state := model.PluginStateRunning
	if h, ok := hooks.(interface{ OnActivate() error }); ok && defines(hooks, "OnActivate") {
		if err := h.OnActivate(); err != nil {
			s.log.Error("a plugin could not be activated", "plugin_id", p.manifest.Id, "error", err)
			state = model.PluginStateFailedToStart
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.state == model.PluginStateStarting {
		p.state = state
		s.activate()
	}
	return nil
}

// DisablePlugin stops a plugin: later events reach it no more. Its OnDeactivate runs in the background, so that a
// plugin can stop itself.
func (a *API) DisablePlugin(id string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.findPlugin(id)
	if i < 0 {
		return fail("DisablePlugin", "app.plugin.not_installed.app_error", http.StatusNotFound)
	}
	s.stopPlugin(s.plugins[i])
	return nil
}

// RemovePlugin stops a plugin and forgets it.
func (a *API) RemovePlugin(id string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.findPlugin(id)
	if i < 0 {
		return fail("removePlugin", "app.plugin.not_installed.app_error", http.StatusNotFound)
	}
	p := s.plugins[i]
	s.plugins = slices.Delete(s.plugins, i, i+1)
	s.stopPlugin(p)
	return nil
}

// stopPlugin needs s.mu.
func (s *Server) stopPlugin(p *installed) {
	wasRunning := p.state == model.PluginStateRunning
	p.state = model.PluginStateNotRunning
	s.setPluginState(p.manifest.Id, false)
	s.deactivate(p.manifest.Id)
	if !wasRunning {
		return
	}
	id, hooks := p.manifest.Id, p.hooks
	s.background.start(func() {
		if h, ok := hooks.(interface{ OnDeactivate() error }); ok && defines(hooks, "OnDeactivate") {
			if err := h.OnDeactivate(); err != nil {
				s.log.Error("a plugin could not be deactivated", "plugin_id", id, "error", err)
			}
		}
	})
}

// setPluginState notes in the configuration whether a plugin is to run. The caller holds s.mu.
func (s *Server) setPluginState(id string, enable bool) {
	config := s.config.Clone()
	config.PluginSettings.PluginStates[id] = &model.PluginState{Enable: enable}
	s.config = config
}

// InstallPlugin fails: as the configuration is at first, a server accepts no uploads; and if it is changed, this one
// cannot run what it would get.
func (a *API) InstallPlugin(io.Reader, bool) (*model.Manifest, *model.AppError) {
	if settings := a.s.configuration().PluginSettings; !*settings.Enable || !*settings.EnableUploads {
		return nil, fail("installPlugin", "app.plugin.upload_disabled.app_error", http.StatusNotImplemented)
	}
	return nil, unsupported("InstallPlugin")
}
