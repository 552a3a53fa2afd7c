"""Every hook: what its handler is given of the request, and what its return value means."""

from __future__ import annotations

from mattermost_plugin._internal import results

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Fields of the request in the handler's order, and the rule for the result. A field with [] is given as a list, one
    # with ? as None when it is not set.
    HookRule = tuple[tuple[str, ...], results.Rule]

_ERROR = results.error_or_none
_NOTHING = results.nothing
_POST = results.modify_or_reject("modified_post", "id")

HOOK_RULES: dict[str, HookRule] = {
    "OnActivate": ((), _ERROR),
    "OnDeactivate": ((), _NOTHING),
    "OnConfigurationChange": ((), _NOTHING),
    "OnInstall": (("plugin_context", "event"), _ERROR),
    "OnSendDailyTelemetry": ((), _NOTHING),
    "RunDataRetention": (("now_time", "batch_size"), results.deleted_count),
    "OnCloudLimitsUpdated": (("limits",), _NOTHING),
    "ConfigurationWillBeSaved": (("new_config",), results.new_config),
    "MessageWillBePosted": (("plugin_context", "post"), _POST),
    "MessageWillBeUpdated": (("plugin_context", "new_post", "old_post"), _POST),
    "MessageHasBeenPosted": (("plugin_context", "post"), _NOTHING),
    "MessageHasBeenUpdated": (("plugin_context", "new_post", "old_post"), _NOTHING),
    "MessagesWillBeConsumed": (("posts[]",), results.replace_posts),
    "MessageHasBeenDeleted": (("plugin_context", "post"), _NOTHING),
    "FileWillBeUploaded": (("plugin_context", "file_info", "file_content"), results.file_or_reject),
    "ReactionHasBeenAdded": (("plugin_context", "reaction"), _NOTHING),
    "ReactionHasBeenRemoved": (("plugin_context", "reaction"), _NOTHING),
    "NotificationWillBePushed": (
        ("push_notification", "user_id"),
        results.modify_or_reject("modified_notification", "platform"),
    ),
    "EmailNotificationWillBeSent": (
        ("email_notification",),
        results.modify_or_reject("modified_content", "subject"),
    ),
    "PreferencesHaveChanged": (("plugin_context", "preferences[]"), _NOTHING),
    "UserHasBeenCreated": (("plugin_context", "user"), _NOTHING),
    "UserWillLogIn": (("plugin_context", "user"), results.reject),
    "UserHasLoggedIn": (("plugin_context", "user"), _NOTHING),
    "UserHasBeenDeactivated": (("plugin_context", "user"), _NOTHING),
    "OnSAMLLogin": (("plugin_context", "user", "assertion"), _ERROR),
    "ChannelHasBeenCreated": (("plugin_context", "channel"), _NOTHING),
    "UserHasJoinedChannel": (("plugin_context", "channel_member", "actor?"), _NOTHING),
    "UserHasLeftChannel": (("plugin_context", "channel_member", "actor?"), _NOTHING),
    "UserHasJoinedTeam": (("plugin_context", "team_member", "actor?"), _NOTHING),
    "UserHasLeftTeam": (("plugin_context", "team_member", "actor?"), _NOTHING),
    "ExecuteCommand": (("plugin_context", "args"), results.command_response),
    "OnWebSocketConnect": (("web_conn_id", "user_id"), _NOTHING),
    "OnWebSocketDisconnect": (("web_conn_id", "user_id"), _NOTHING),
    "WebSocketMessageHasBeenPosted": (("web_conn_id", "user_id", "request"), _NOTHING),
    "OnPluginClusterEvent": (("plugin_context", "event"), _NOTHING),
    "OnSharedChannelsSyncMsg": (("sync_msg", "remote_cluster"), results.sync_response),
    "OnSharedChannelsPing": (("remote_cluster",), results.healthy),
    "OnSharedChannelsAttachmentSyncMsg": (("file_info", "post", "remote_cluster"), _ERROR),
    "OnSharedChannelsProfileImageSyncMsg": (("user", "remote_cluster"), _ERROR),
    "GenerateSupportData": (("plugin_context",), results.support_files),
    "ServeHTTP": (("init",), _NOTHING),  # see mattermost_plugin._internal.http
    "ServeMetrics": (("init",), _NOTHING),  # as ServeHTTP
    "FileWillBeDownloaded": (("plugin_context", "file_info", "user_id", "download_type"), results.reject),
    "ChannelMemberWillBeAdded": (
        ("plugin_context", "channel_member"),
        results.modify_or_reject("modified_channel_member", "roles"),
    ),
    "TeamMemberWillBeAdded": (
        ("plugin_context", "team_member"),
        results.modify_or_reject("modified_team_member", "roles"),
    ),
    "ChannelWillBeArchived": (("plugin_context", "channel"), results.reject),
    "ChannelWillBeUpdated": (
        ("plugin_context", "new_channel", "old_channel"),
        results.modify_or_reject("modified_channel", "display_name"),
    ),
    "ChannelWillBeRestored": (("plugin_context", "channel"), results.reject),
    "ScheduledPostWillBeCreated": (
        ("plugin_context", "scheduled_post"),
        results.modify_or_reject("modified_scheduled_post", "scheduled_at"),
    ),
    "DraftWillBeUpserted": (
        ("plugin_context", "draft"),
        results.modify_or_reject("modified_draft", "channel_id"),
    ),
    "MessagesWillBeConsumedWithContext": (("plugin_context", "posts[]"), results.replace_posts),
}

# Their handlers' exceptions go into the response, not to the host: Mattermost has an answer for a failure there.
LIFECYCLE_HOOKS = frozenset({"OnActivate", "OnDeactivate", "OnConfigurationChange"})
