package memserver_test

import (
	"errors"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
)

var configured = &model.Manifest{Id: "com.example.test", SettingsSchema: &model.PluginSettingsSchema{Settings: []*model.PluginSetting{
	{Key: "Greeting", Type: "text", Default: "Hello"},
	{Key: "Limit", Type: "number", Default: 3},
	{Key: "Token", Type: "text", Secret: true},
}}}

// settings reads its configuration again whenever it changes.
type settings struct {
	api     *memserver.API
	current struct {
		Greeting string
		Limit    int
	}
	changes int
	refuse  error
}

func (s *settings) OnConfigurationChange() error {
	s.changes++
	return s.api.LoadPluginConfiguration(&s.current)
}

func (s *settings) ConfigurationWillBeSaved(config *model.Config) (*model.Config, error) {
	return nil, s.refuse
}

func TestAPluginsSettingsAreItsDefaultsUntilTheyAreSet(t *testing.T) {
	api := memserver.New(memserver.Config{}).Plugin(configured)
	hooks := &settings{api: api}
	api.Attach(hooks)

	var raw map[string]any
	require.NoError(t, api.LoadPluginConfiguration(&raw))
	require.Equal(t, map[string]any{"greeting": "Hello", "limit": 3.0, "token": nil}, raw)
	require.Empty(t, api.GetPluginConfig())

	require.Nil(t, api.SavePluginConfig(map[string]any{"Greeting": "Hi", "Token": "secret"}))
	require.Equal(t, 1, hooks.changes)
	require.Equal(t, "Hi", hooks.current.Greeting)
	require.Equal(t, 3, hooks.current.Limit)
	require.Equal(t, map[string]any{"Greeting": "Hi", "Token": model.FakeSetting}, api.GetPluginConfig())
	require.Equal(t, "secret", api.GetUnsanitizedConfig().PluginSettings.Plugins["com.example.test"]["Token"])

	hooks.refuse = errors.New("not today")
	err := api.SavePluginConfig(map[string]any{})
	requireFails(t, err, "app.save_config.plugin_hook_error", 400)
	require.ErrorContains(t, err, "not today")
}

func TestTheServersConfigurationHasDefaultsAndKeepsItsSecrets(t *testing.T) {
	api := memserver.New(memserver.Config{}).Plugin(configured)
	require.Equal(t, "http://localhost:8065", *api.GetConfig().ServiceSettings.SiteURL)
	require.Equal(t, model.FakeSetting, *api.GetConfig().FileSettings.PublicLinkSalt)
	config := api.GetUnsanitizedConfig()
	*config.TeamSettings.SiteName = "Changed"
	require.NotEqual(t, "Changed", *api.GetConfig().TeamSettings.SiteName, "it is a copy")
	require.Nil(t, api.SaveConfig(config))
	require.Equal(t, "Changed", *api.GetConfig().TeamSettings.SiteName)
	*config.ServiceSettings.SiteURL = "not an address"
	requireFails(t, api.SaveConfig(config), "model.config.is_valid.site_url.app_error", 400)
}

func TestWhatLeavesTheServerIsNoted(t *testing.T) {
	server, api, _ := start(t)
	api.PublishWebSocketEvent("ding", map[string]any{"n": 1}, &model.WebsocketBroadcast{UserId: "u"})
	require.Nil(t, api.PublishUserTyping("u", "c", ""))
	events := server.Events()
	require.Equal(t, "custom_com.example.test_ding", events[0].Name)
	require.Equal(t, "typing", events[1].Name)
	require.Nil(t, api.SendMail("a@example.com", "subject", "body"))
	require.Equal(t, []memserver.Mail{{To: "a@example.com", Subject: "subject", HTMLBody: "body"}}, server.Mails())
	requireFails(t, api.SendMail("", "s", "b"), "plugin_api.send_mail.missing_to", 400)
}

func TestAPluginFindsItself(t *testing.T) {
	_, api, _ := start(t)
	_, err := api.GetPluginStatus("com.example.test")
	requireFails(t, err, "app.plugin.not_installed.app_error", 404)
	api.Attach(struct{}{})
	status, err := api.GetPluginStatus("com.example.test")
	require.Nil(t, err)
	require.Equal(t, model.PluginStateRunning, status.State)
	plugins, err := api.GetPlugins()
	require.Nil(t, err)
	require.Len(t, plugins, 1)
	require.Equal(t, "com.example.test", api.GetPluginID())
	require.Equal(t, model.CurrentVersion, api.GetServerVersion())
	require.Nil(t, api.GetLicense())
	require.NotEmpty(t, api.GetDiagnosticId())
}
