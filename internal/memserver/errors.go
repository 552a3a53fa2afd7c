package memserver

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// Ids of errors that several methods give.
const (
	errMissingAccount  = "app.user.missing_account.const"
	errMissingTeam     = "app.team.get.find.app_error"
	errMissingChannel  = "app.channel.get.existing.app_error"
	errMissingMember   = "app.channel.get_member.missing.app_error"
	errMissingPost     = "app.post.get.app_error"
	errUsernameExists  = "app.user.save.username_exists.app_error"
	errEmailExists     = "app.user.save.email_exists.app_error"
	errChannelExists   = "store.sql_channel.save_channel.exists.app_error"
	errInvalidRootPost = "api.post.create_post.root_id.app_error"
)

// messages says in a sentence what an error id means. Mattermost translates ids into the user's language; an id that
// isn't here stays its own message, as on a server without translations.
var messages = map[string]string{
	errMissingAccount:  "There is no such user.",
	errMissingTeam:     "There is no such team.",
	errMissingChannel:  "There is no such channel.",
	errMissingMember:   "The user is not a member of this channel.",
	errMissingPost:     "There is no such post.",
	errUsernameExists:  "Another account has this username.",
	errEmailExists:     "Another account has this email address.",
	errChannelExists:   "The team already has a channel of this name.",
	errInvalidRootPost: "The root post does not exist or is itself a reply.",

	"app.user.get_by_username.app_error":                      "There is no user of this name.",
	"app.team.get_by_name.missing.app_error":                  "There is no team of this name.",
	"app.team.get_member.missing.app_error":                   "The user is not a member of this team.",
	"app.channel.get_by_name.missing.app_error":               "There is no channel of this name.",
	"app.channel.get_channels.not_found.app_error":            "The user has no channels there.",
	"app.preference.get.app_error":                            "The user has no such preference.",
	"app.status.get.missing.app_error":                        "The user has never been online.",
	"app.plugin.not_installed.app_error":                      "There is no such plugin.",
	"api.command.execute_command.not_found.app_error":         "There is no command of this name.",
	"api.command.execute_command.format.app_error":            "A command starts with a slash.",
	"api.command.duplicate_trigger.app_error":                 "Another command has this trigger.",
	"api.context.permissions.app_error":                       "The user may not do this.",
	"api.post.create_post.can_not_post_to_deleted.error":      "The channel is archived.",
	"api.post.create_post.channel_root_id.app_error":          "The root post is in another channel.",
	"model.plugin_key_value.is_valid.key.app_error":           "A key has 1 to 150 characters.",
	"model.plugin_kvset_options.is_valid.old_value.app_error": "An old value needs the option atomic.",
	"store.sql_bot.get.missing.app_error":                     "There is no such bot.",

	"api.emoji.create.duplicate.app_error":                          "Another emoji has this name.",
	"api.file.read_file.app_error":                                  "There is no such file.",
	"api.file.upload_file.incorrect_channelId.app_error":            "There is no such channel.",
	"api.command_share.service_disabled":                            "The configuration does not allow shared channels.",
	"app.emoji.get.no_result":                                       "There is no such emoji.",
	"app.emoji.get_by_name.no_result":                               "There is no emoji of this name.",
	"app.file_info.get.app_error":                                   "There is no such file.",
	"app.group.license_error":                                       "The server has no licence for groups.",
	"app.group.no_rows":                                             "There is no such group.",
	"app.group.username_conflict":                                   "A user has this name.",
	"app.oauth.get_app.find.app_error":                              "There is no such application.",
	"app.plugin.inactive_guard.app_error":                           "A plugin that guards the channel is not active.",
	"app.plugin.upload_disabled.app_error":                          "The configuration does not allow plugins to be installed.",
	"app.session.get.app_error":                                     "There is no such session.",
	"app.upload.get.app_error":                                      "There is no such upload.",
	"app.user_access_token.disabled":                                "The configuration does not allow people access tokens.",
	"ent.ldap.disabled.app_error":                                   "The server uses no LDAP.",
	"interactive_message.decode_trigger_id.verify_signature_failed": "The trigger is not from this server.",
	"plugin_api.get_file_link.disabled.app_error":                   "The configuration does not allow public links.",
}

// fail is the error a Mattermost server gives at this place.
func fail(where, id string, status int) *model.AppError {
	return explain(model.NewAppError(where, id, nil, "", status))
}

// explain gives an error made by package model its message.
func explain(err *model.AppError) *model.AppError {
	if message, ok := messages[err.Id]; ok {
		err.Message = message
	}
	return err
}

// refused is the error for what a plugin's hook did not allow; it has the plugin's reason in its message.
func refused(where, id, reason string) *model.AppError {
	err := model.NewAppError(where, id, map[string]any{"Reason": reason}, "", http.StatusBadRequest)
	err.Message = "Rejected by a plugin: " + reason
	return err
}

// unsupported is what every method outside the in-memory server's reach answers. Its id is its own: no real server
// gives it.
func unsupported(method string) *model.AppError {
	err := model.NewAppError(method, "memserver.unsupported", nil, "", http.StatusNotImplemented)
	err.Message = "not in the in-memory server: " + method
	return err
}
