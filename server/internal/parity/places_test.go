package parity

// places are the names in Python that are not those of the contract, by "method.parameter" or "Record.field"; what is
// not there, by "method.(field)"; records that are not named as their messages.
var places = map[string]string{
	"UserStatus": "Status",

	"create_command.command":                 "cmd",
	"disable_plugin.plugin_id":               "id",
	"enable_plugin.plugin_id":                "id",
	"execute_slash_command.args":             "command_args",
	"get_emoji_list.sort":                    "sort_by",
	"get_file_infos.channel_id":              "options.channel_id",
	"get_file_infos.include_deleted":         "options.include_deleted",
	"get_file_infos.sort_by":                 "options.sort_by",
	"get_file_infos.sort_order":              "options.sort_order",
	"get_file_infos.user_id":                 "options.user_id",
	"get_plugin_status.plugin_id":            "id",
	"get_user_by_username.username":          "name",
	"install_plugin.data":                    "file_data",
	"install_plugin.force":                   "replace",
	"patch_bot.patch":                        "bot_patch",
	"publish_plugin_cluster_event.data":      "event.data",
	"publish_plugin_cluster_event.event_id":  "event.id",
	"publish_plugin_cluster_event.send_type": "opts.send_type",
	"publish_plugin_cluster_event.target_id": "opts.target_id",
	"remove_plugin.plugin_id":                "id",
	"search_posts_in_team.terms":             "params_list.terms",
	"search_posts_in_team_for_user.terms":    "search_params.terms",
}
