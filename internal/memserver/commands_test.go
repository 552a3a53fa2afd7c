package memserver_test

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
)

type command func(*model.CommandArgs) (*model.CommandResponse, *model.AppError)

func (f command) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	return f(args)
}

func argsFor(server *memserver.Server, text string) *model.CommandArgs {
	home := server.Home()
	return &model.CommandArgs{UserId: home.Bob.Id, ChannelId: home.Project.Id, TeamId: home.Team.Id, Command: text}
}

func TestACommandIsAnsweredByItsPlugin(t *testing.T) {
	server, api, _ := start(t)
	var got *model.CommandArgs
	api.Attach(command(func(args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
		got = args
		return &model.CommandResponse{Text: "hello"}, nil
	}))
	require.NoError(t, api.RegisterCommand(&model.Command{Trigger: "Hello"}))

	response, err := server.ExecuteCommand(argsFor(server, "/hello @alice, see ~off-topic"))
	require.Nil(t, err)
	require.Equal(t, "hello", response.Text)
	require.Equal(t, model.UserMentionMap{"alice": server.Home().Alice.Id}, got.UserMentions)
	require.Equal(t, model.ChannelMentionMap{"off-topic": server.Home().OffTopic.Id}, got.ChannelMentions)
	require.NotEmpty(t, got.TriggerId)
	require.Equal(t, "http://localhost:8065", got.SiteURL)
	shown := server.Ephemerals(server.Home().Bob.Id)
	require.Len(t, shown, 1)
	require.Equal(t, "hello", shown[0].Post.Message)
}

func TestAResponseForTheChannelIsPosted(t *testing.T) {
	server, api, _ := start(t)
	api.Attach(command(func(*model.CommandArgs) (*model.CommandResponse, *model.AppError) {
		return &model.CommandResponse{
			ResponseType: model.CommandResponseTypeInChannel, Text: "all",
			ExtraResponses: []*model.CommandResponse{{Text: "only you"}},
		}, nil
	}))
	require.NoError(t, api.RegisterCommand(&model.Command{Trigger: "tell"}))
	_, err := server.ExecuteCommand(argsFor(server, "/tell"))
	require.Nil(t, err)
	posts := server.Posts(server.Home().Project.Id)
	require.Len(t, posts, 1)
	require.Equal(t, "all", posts[0].Message)
	require.Len(t, server.Ephemerals(""), 1)
}

func TestTriggersAreUnique(t *testing.T) {
	server, api, _ := start(t)
	other := server.Plugin(&model.Manifest{Id: "com.example.other"})
	answer := func(text string) command {
		return func(*model.CommandArgs) (*model.CommandResponse, *model.AppError) {
			return &model.CommandResponse{Text: text}, nil
		}
	}
	api.Attach(answer("first"))
	other.Attach(answer("second"))
	require.ErrorContains(t, api.RegisterCommand(&model.Command{}), "invalid command")
	require.NoError(t, api.RegisterCommand(&model.Command{Trigger: "go", DisplayName: "old"}))
	require.NoError(t, api.RegisterCommand(&model.Command{Trigger: "go", DisplayName: "new"}))
	require.NoError(t, other.RegisterCommand(&model.Command{Trigger: "go"}))

	response, err := server.ExecuteCommand(argsFor(server, "/go"))
	require.Nil(t, err)
	require.Equal(t, "first", response.Text, "who registered first answers")
	commands, plain := api.ListPluginCommands(server.Home().Team.Id)
	require.NoError(t, plain)
	require.Len(t, commands, 1)
	require.Equal(t, "new", commands[0].DisplayName)

	require.NoError(t, api.UnregisterCommand("", "go"))
	_, err = server.ExecuteCommand(argsFor(server, "/go"))
	requireFails(t, err, "api.command.execute_command.not_found.app_error", 404)
}

func TestCommandsThatFail(t *testing.T) {
	server, api, _ := start(t)
	api.Attach(command(func(args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
		if args.Command == "/silent" {
			return nil, nil
		}
		return nil, model.NewAppError("ExecuteCommand", "plugin.broken", nil, "", 0)
	}))
	require.NoError(t, api.RegisterCommand(&model.Command{Trigger: "broken"}))
	require.NoError(t, api.RegisterCommand(&model.Command{Trigger: "silent"}))
	elsewhere := argsFor(server, "/unknown")
	elsewhere.TeamId = "none"

	for name, test := range map[string]struct {
		args   *model.CommandArgs
		id     string
		status int
	}{
		"without a slash":            {argsFor(server, "hello"), "api.command.execute_command.format.app_error", 400},
		"that nobody registered":     {argsFor(server, "/unknown"), "api.command.execute_command.not_found.app_error", 404},
		"in no team":                 {elsewhere, "app.team.get.find.app_error", 404},
		"whose plugin fails":         {argsFor(server, "/broken"), "plugin.broken", 500},
		"whose plugin has no answer": {argsFor(server, "/silent"), "api.command.execute_command.not_found.app_error", 404},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := server.ExecuteCommand(test.args)
			requireFails(t, err, test.id, test.status)
		})
	}
	nobody := argsFor(server, "/broken")
	nobody.UserId = "none"
	_, plain := api.ExecuteSlashCommand(nobody)
	require.ErrorContains(t, plain, "There is no such user.")
}

func TestCustomCommands(t *testing.T) {
	server, api, _ := start(t)
	made, err := api.CreateCommand(&model.Command{
		TeamId: server.Home().Team.Id, Trigger: "Build", URL: "http://example.com/build", Method: model.CommandMethodPost,
	})
	require.NoError(t, err)
	require.Equal(t, "build", made.Trigger)
	_, err = api.CreateCommand(&model.Command{TeamId: made.TeamId, Trigger: "build", URL: made.URL, Method: made.Method})
	require.ErrorContains(t, err, "Another command has this trigger.")
	made.DisplayName = "Builds"
	_, err = api.UpdateCommand(made.Id, made)
	require.NoError(t, err)
	found, err := api.GetCommand(made.Id)
	require.NoError(t, err)
	require.Equal(t, "Builds", found.DisplayName)
	require.NoError(t, api.DeleteCommand(made.Id))
	commands, err := api.ListCommands(made.TeamId)
	require.NoError(t, err)
	require.Empty(t, commands)
}
