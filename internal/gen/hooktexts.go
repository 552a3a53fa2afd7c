package main

// A hookGroup is a heading of the page of hooks, with the hooks under it.
type hookGroup struct {
	heading string
	hooks   []hookDoc
}

// A hookDoc says what a hook is for. The text follows the hook's name.
type hookDoc struct{ name, text string }

// hookGroups are all hooks, in the order of the page.
var hookGroups = []hookGroup{
	{"The plugin itself", []hookDoc{
		{"OnActivate", "starts the plugin, after a first OnConfigurationChange. No other hook is called before it has succeeded."},
		{"OnDeactivate", "tells the plugin that it is to end. It is the last chance to use the API."},
		{"OnConfigurationChange", "tells the plugin that its settings, or the server's, may have changed. It is called once before OnActivate."},
		{"OnInstall", "tells the plugin that somebody installed it while setting the server up. It is called at each such installation."},
		{"OnSendDailyTelemetry", "tells the plugin that the server sends its daily telemetry, so that the plugin may send its own."},
		{"RunDataRetention", "has the plugin delete what is too old, up to a number of rows at a time."},
		{"OnCloudLimitsUpdated", "tells the plugin that the limits of a cloud server's plan have changed."},
		{"ConfigurationWillBeSaved", "gives the plugin the server's new configuration before it is saved, to change or to reject it."},
	}},
	{"Posts", []hookDoc{
		{"MessageWillBePosted", "gives the plugin a new post before it is stored, to change or to reject it; also those of plugins, itself included."},
		{"MessageWillBeUpdated", "gives the plugin an edited post before it is stored, with the post as it was, to change it or to reject the edit."},
		{"MessageHasBeenPosted", "tells the plugin of a new post; also of those of plugins, itself included."},
		{"MessageHasBeenUpdated", "tells the plugin of an edited post, and what it was before."},
		{"MessagesWillBeConsumed", "gives the plugin the posts that a client asked for, to change what that client sees of them."},
		{"MessagesWillBeConsumedWithContext", "is MessagesWillBeConsumed that also says who asks."},
		{"MessageHasBeenDeleted", "tells the plugin of a post that was deleted."},
		{"ScheduledPostWillBeCreated", "gives the plugin a post that is to be sent later before it is stored or changed, to change or to reject it."},
		{"DraftWillBeUpserted", "gives the plugin a draft before it is stored, to change or to reject it."},
	}},
	{"Files and reactions", []hookDoc{
		{"FileWillBeUploaded", "gives the plugin an uploaded file before it is stored, to change or to reject it."},
		{"FileWillBeDownloaded", "asks the plugin whether a user may have a file, its preview or its thumbnail; there is no user for a public link."},
		{"ReactionHasBeenAdded", "tells the plugin of a reaction to a post."},
		{"ReactionHasBeenRemoved", "tells the plugin of a reaction that was taken back."},
	}},
	{"Notifications and preferences", []hookDoc{
		{"NotificationWillBePushed", "gives the plugin a push notification before it is sent, to change or to reject it."},
		{"EmailNotificationWillBeSent", "gives the plugin a notification by e-mail before it is sent, to change its texts or to reject it."},
		{"PreferencesHaveChanged", "tells the plugin of preferences that a user has changed."},
	}},
	{"Users", []hookDoc{
		{"UserHasBeenCreated", "tells the plugin of a new user."},
		{"UserWillLogIn", "asks the plugin whether a user may log in."},
		{"UserHasLoggedIn", "tells the plugin of a user who has logged in."},
		{"UserHasBeenDeactivated", "tells the plugin of a user who was deactivated."},
		{"OnSAMLLogin", "tells the plugin of a user who has logged in by SAML, and what the identity provider says of the user."},
	}},
	{"Channels and teams", []hookDoc{
		{"ChannelHasBeenCreated", "tells the plugin of a new channel."},
		{"ChannelWillBeUpdated", "gives the plugin a changed channel before it is stored, with the channel as it was, to change it or to reject the change."},
		{"ChannelWillBeArchived", "asks the plugin whether a channel may be archived."},
		{"ChannelWillBeRestored", "asks the plugin whether an archived channel may be restored."},
		{"ChannelMemberWillBeAdded", "gives the plugin a new member of a channel before it is stored, to change or to reject it."},
		{"UserHasJoinedChannel", "tells the plugin of a user who has joined a channel, and who brought the user in, if anybody."},
		{"UserHasLeftChannel", "tells the plugin of a user who has left a channel, and who put the user out, if anybody."},
		{"TeamMemberWillBeAdded", "gives the plugin a new member of a team before it is stored, to change or to reject it."},
		{"UserHasJoinedTeam", "tells the plugin of a user who has joined a team, and who brought the user in, if anybody."},
		{"UserHasLeftTeam", "tells the plugin of a user who has left a team, and who put the user out, if anybody."},
	}},
	{"Slash commands", []hookDoc{
		{"ExecuteCommand", "gives the plugin a slash command that it has registered."},
	}},
	{"WebSockets and clusters", []hookDoc{
		{"OnWebSocketConnect", "tells the plugin of a new WebSocket connection of a user."},
		{"OnWebSocketDisconnect", "tells the plugin of a WebSocket connection that was closed."},
		{"WebSocketMessageHasBeenPosted", "tells the plugin of a message that a client sent over its WebSocket."},
		{"OnPluginClusterEvent", "gives the plugin an event that it published on another server of the cluster."},
	}},
	{"Shared channels", []hookDoc{
		{"OnSharedChannelsSyncMsg", "gives the plugin what is new in a shared channel, for the remote server that the plugin stands for."},
		{"OnSharedChannelsPing", "asks the plugin whether it, and the service behind it, are well."},
		{"OnSharedChannelsAttachmentSyncMsg", "gives the plugin a file of a shared channel's post."},
		{"OnSharedChannelsProfileImageSyncMsg", "tells the plugin of a user of a shared channel whose picture is to be taken over."},
	}},
	{"HTTP and support data", []hookDoc{
		{"GenerateSupportData", "has the plugin add files to a support packet."},
		{"ServeHTTP", "gives the plugin a request to /plugins/{id}. The header Mattermost-User-Id is there if, and only if, a user who is logged in asks."},
		{"ServeMetrics", "gives the plugin a request to /plugins/{id}/metrics at the server's port for metrics."},
	}},
}

// hookTexts gives the texts by the hooks' names.
func hookTexts() map[string]string {
	texts := map[string]string{}
	for _, group := range hookGroups {
		for _, hook := range group.hooks {
			texts[hook.name] = hook.text
		}
	}
	return texts
}
