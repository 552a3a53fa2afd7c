package memserver

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// LoadPluginConfiguration decodes the plugin's settings, which are the manifest's defaults where an administrator
// set nothing, into dest. Their names are lower case. As on a server, settings that don't fit into dest are logged
// and are no error.
func (a *API) LoadPluginConfiguration(dest any) error {
	settings := map[string]any{}
	if schema := a.manifest.SettingsSchema; schema != nil {
		for _, setting := range schema.Settings {
			settings[strings.ToLower(setting.Key)] = setting.Default
		}
	}
	a.s.mu.Lock()
	for name, setting := range a.s.config.PluginSettings.Plugins[a.manifest.Id] {
		settings[strings.ToLower(name)] = setting
	}
	data, err := json.Marshal(settings)
	a.s.mu.Unlock()
	if err == nil {
		err = json.Unmarshal(data, dest)
	}
	if err != nil {
		a.s.log.Error("load the configuration of a plugin", "plugin_id", a.manifest.Id, "error", err)
	}
	return nil
}

// GetConfig returns the server's configuration without secrets.
func (a *API) GetConfig() *model.Config {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	config := a.s.config.Clone()
	config.Sanitize([]*model.Manifest{a.manifest}, nil)
	return config
}

// GetUnsanitizedConfig returns the server's configuration.
func (a *API) GetUnsanitizedConfig() *model.Config {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.config.Clone()
}

// GetPluginConfig returns the settings an administrator made for the plugin.
func (a *API) GetPluginConfig() map[string]any {
	if settings, ok := a.GetConfig().PluginSettings.Plugins[a.manifest.Id]; ok {
		return settings
	}
	return map[string]any{}
}

// SavePluginConfig replaces the plugin's settings.
func (a *API) SavePluginConfig(settings map[string]any) *model.AppError {
	config := a.GetUnsanitizedConfig()
	config.PluginSettings.Plugins[a.manifest.Id] = maps.Clone(settings)
	return a.SaveConfig(config)
}

// SaveConfig replaces the server's configuration. ConfigurationWillBeSaved may change or refuse it;
// OnConfigurationChange runs before SaveConfig returns.
func (a *API) SaveConfig(config *model.Config) *model.AppError {
	s := a.s
	config = config.Clone()
	config.SetDefaults()
	if err := config.IsValid(); err != nil {
		return explain(err)
	}
	type beforeSave interface {
		ConfigurationWillBeSaved(*model.Config) (*model.Config, error)
	}
	for _, p := range hooked[beforeSave](s, "ConfigurationWillBeSaved") {
		changed, err := p.hooks.ConfigurationWillBeSaved(config.Clone())
		if err != nil {
			if appErr := (*model.AppError)(nil); errors.As(err, &appErr) {
				return appErr
			}
			return model.NewAppError("saveConfig", "app.save_config.plugin_hook_error", nil, "", http.StatusBadRequest).Wrap(err)
		}
		if changed != nil {
			config = changed
		}
	}
	s.mu.Lock()
	s.config = config.Clone()
	s.mu.Unlock()
	type afterSave interface{ OnConfigurationChange() error }
	for _, p := range hooked[afterSave](s, "OnConfigurationChange") {
		if err := p.hooks.OnConfigurationChange(); err != nil {
			s.log.Error("a plugin could not use a changed configuration", "plugin_id", p.id, "error", err)
		}
	}
	return nil
}
