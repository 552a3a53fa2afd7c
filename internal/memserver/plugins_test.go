package memserver_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// machine counts how often it was switched on and off, and what it heard.
type machine struct {
	broken         bool
	on, off, heard atomic.Int32
}

func (m *machine) OnActivate() error {
	m.on.Add(1)
	if m.broken {
		return errors.New("broken")
	}
	return nil
}

func (m *machine) OnDeactivate() error {
	m.off.Add(1)
	return nil
}

func (m *machine) MessageHasBeenPosted(*plugin.Context, *model.Post) { m.heard.Add(1) }

func TestPluginsAreStoppedStartedAndRemoved(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	other := server.Plugin(&model.Manifest{Id: "com.example.other", Name: "Other", Version: "1.2.3"})
	m := &machine{}
	other.Attach(m)
	require.NoError(t, other.RegisterCommand(&model.Command{Trigger: "other"}))
	post := func() int32 {
		_, err := api.CreatePost(&model.Post{ChannelId: home.Project.Id, UserId: home.Bob.Id, Message: "hi"})
		require.Nil(t, err)
		settle(t, server)
		return m.heard.Load()
	}
	state := func() int {
		status, err := api.GetPluginStatus("com.example.other")
		require.Nil(t, err)
		return status.State
	}
	require.EqualValues(t, 1, post())
	require.Nil(t, api.EnablePlugin("com.example.other"), "it is running")
	require.Nil(t, api.DisablePlugin("com.example.OTHER"))
	require.EqualValues(t, 1, post())
	require.Equal(t, []int32{0, 1}, []int32{m.on.Load(), m.off.Load()})
	require.Equal(t, model.PluginStateNotRunning, state())
	require.False(t, api.GetConfig().PluginSettings.PluginStates["com.example.other"].Enable)
	commands, err := api.ListPluginCommands("")
	require.NoError(t, err)
	require.Empty(t, commands)

	m.broken = true
	require.Nil(t, api.EnablePlugin("com.example.other"))
	require.Equal(t, model.PluginStateFailedToStart, state())
	require.EqualValues(t, 1, post())
	require.Nil(t, api.DisablePlugin("com.example.other"))
	require.EqualValues(t, 1, m.off.Load(), "it was not running")
	m.broken = false
	require.Nil(t, api.EnablePlugin("com.example.other"))
	require.Equal(t, model.PluginStateRunning, state())
	require.EqualValues(t, 2, post())

	require.Nil(t, api.RemovePlugin("com.example.other"))
	require.EqualValues(t, 2, post())
	for _, do := range []func(string) *model.AppError{api.EnablePlugin, api.DisablePlugin, api.RemovePlugin} {
		requireFails(t, do("com.example.other"), "app.plugin.not_installed.app_error", 404)
	}
}

func TestAServerAcceptsNoPlugins(t *testing.T) {
	_, api, _ := start(t)
	_, err := api.InstallPlugin(strings.NewReader("bundle"), true)
	requireFails(t, err, "app.plugin.upload_disabled.app_error", 501)
	config := api.GetUnsanitizedConfig()
	*config.PluginSettings.EnableUploads = true
	require.Nil(t, api.SaveConfig(config))
	_, err = api.InstallPlugin(strings.NewReader("bundle"), true)
	requireFails(t, err, "memserver.unsupported", 501)
	require.ErrorContains(t, err, "not in the in-memory server: InstallPlugin")
}

func TestWhatNeedsALicenceOrTheCloudIsRefused(t *testing.T) {
	server, api, _ := start(t)
	home := server.Home()
	requireFails(t, api.RequestTrialLicense(home.Bob.Id, 10, false, false), "api.license.request-trial.bad-request.terms-not-accepted", 400)
	requireFails(t, api.RequestTrialLicense(home.Bob.Id, 0, true, false), "api.license.request-trial.bad-request", 400)
	requireFails(t, api.RequestTrialLicense("none", 10, true, false), "app.user.missing_account.const", 404)
	requireFails(t, api.RequestTrialLicense(home.Bob.Id, 10, true, false), "api.license.request_trial_license.app_error", 400)
	limits, err := api.GetCloudLimits()
	require.NoError(t, err)
	require.Equal(t, &model.ProductLimits{}, limits)
	require.NoError(t, api.RegisterCollectionAndTopic("c", "t"))

	decision, appErr := api.EvaluateAccessControl(home.Bob.Id, "com.example.test:doc", model.NewId(), "read")
	require.Nil(t, appErr)
	require.True(t, decision.IsNoPolicy())
	_, appErr = api.EvaluateAccessControl(home.Bob.Id, "doc", model.NewId(), "read")
	requireFails(t, appErr, "app.access_control.plugin.unknown_resource_type.app_error", 400)
	_, appErr = api.EvaluateAccessControl(home.Bob.Id, "com.example.other:doc", model.NewId(), "read")
	requireFails(t, appErr, "app.access_control.plugin.resource_type_forbidden.app_error", 403)
	_, appErr = api.SaveAccessControlPolicy(home.Alice.Id, &model.AccessControlPolicy{})
	requireFails(t, appErr, "app.pap.create_access_control_policy.app_error", 501)
	_, appErr = api.CheckAccessControlExpression("none", "com.example.test:doc", "true")
	requireFails(t, appErr, "app.access_control.plugin.invalid_acting_user.app_error", 400)
	_, appErr = api.CheckAccessControlExpression(home.Alice.Id, "com.example.test:doc", "true")
	requireFails(t, appErr, "app.pap.check_expression.app_error", 501)
}
