"""The API methods that need no file of their own."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.structs import fill_struct
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.posts import Emoji, Post, PostList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mattermost_plugin._internal.wrappers.dialogs import OpenDialogRequest
    from mattermost_plugin._internal.wrappers.server import PushNotification
    from mattermost_plugin.grpc import api_remaining_pb2 as _pb
    from mattermost_plugin.grpc import api_kv_config_pb2 as _kv_pb
    from mattermost_plugin.grpc import api_channel_post_pb2 as _posts_pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_remaining_pb2")
    _kv_pb = LazyModule("mattermost_plugin.grpc.api_kv_config_pb2")
    _posts_pb = LazyModule("mattermost_plugin.grpc.api_channel_post_pb2")


class RemainingMixin(APICalls):
    """Licence, dialogs, mail, events, emoji and the rest."""

    def get_license(self) -> bytes:
        """The licence as JSON; empty when there is none (GetLicense, server 5.10)."""
        return self._invoke("GetLicense", _pb.GetLicenseRequest(), _pb.GetLicenseResponse).license_json

    def is_enterprise_ready(self) -> bool:
        """Whether the server is an enterprise build (IsEnterpriseReady, server 5.10)."""
        request = _pb.IsEnterpriseReadyRequest()
        return self._invoke("IsEnterpriseReady", request, _pb.IsEnterpriseReadyResponse).is_enterprise_ready

    def get_telemetry_id(self) -> str:
        """The server's id for telemetry (GetTelemetryId, server 5.28)."""
        return self._invoke("GetTelemetryId", _pb.GetTelemetryIdRequest(), _pb.GetTelemetryIdResponse).telemetry_id

    def get_cloud_limits(self) -> bytes:
        """The limits of a cloud server, as JSON (GetCloudLimits, server 7.0)."""
        return self._invoke("GetCloudLimits", _pb.GetCloudLimitsRequest(), _pb.GetCloudLimitsResponse).limits_json

    def request_trial_license(
        self,
        requester_id: str,
        users: int,
        *,
        terms_accepted: bool = False,
        receive_emails_accepted: bool = False,
    ) -> None:
        """Asks for a trial licence (RequestTrialLicense, server 5.36)."""
        request = _pb.RequestTrialLicenseRequest(
            requester_id=requester_id,
            users=users,
            terms_accepted=terms_accepted,
            receive_emails_accepted=receive_emails_accepted,
        )
        self._invoke("RequestTrialLicense", request, _pb.RequestTrialLicenseResponse)

    def open_interactive_dialog(self, dialog_request: OpenDialogRequest) -> None:
        """Opens a dialog for the user behind the trigger_id (OpenInteractiveDialog, server 5.6)."""
        request = _pb.OpenInteractiveDialogRequest(dialog=as_message(dialog_request))
        self._invoke("OpenInteractiveDialog", request, _pb.OpenInteractiveDialogResponse)

    def send_mail(self, to: str, subject: str, html_body: str) -> None:
        """Sends an e-mail (SendMail, server 5.7)."""
        self._invoke("SendMail", _pb.SendMailRequest(to=to, subject=subject, html_body=html_body), _pb.SendMailResponse)

    def send_push_notification(self, notification: PushNotification, user_id: str) -> None:
        """Sends a notification to a user's mobile devices (SendPushNotification, server 9.0)."""
        request = _pb.SendPushNotificationRequest(notification=as_message(notification), user_id=user_id)
        self._invoke("SendPushNotification", request, _pb.SendPushNotificationResponse)

    def publish_web_socket_event(self, event: str, payload: dict[str, str], broadcast: dict[str, Any]) -> None:
        """Sends an event to the web app (PublishWebSocketEvent, server 5.2).

        Its name there is ``custom_{plugin id}_{event}``. broadcast says who gets it: user_id, channel_id, team_id,
        connection_id, omit_users, omit_connection_id, reliable_cluster_send, contention_free_broadcast.
        """
        request = _kv_pb.PublishWebSocketEventRequest(event=event, broadcast=_kv_pb.WebsocketBroadcast(**broadcast))
        request.payload.SetInParent()
        fill_struct(request.payload, payload, "payload")
        self._invoke("PublishWebSocketEvent", request, _kv_pb.PublishWebSocketEventResponse)

    def publish_plugin_cluster_event(
        self,
        event_id: str,
        data: bytes,
        *,
        send_type: str = "reliable",
        target_id: str = "",
    ) -> None:
        """Sends an event to the plugin on the other servers of the cluster (PublishPluginClusterEvent, server 5.36).

        send_type is ``reliable`` or ``best_effort``; target_id names one server.
        """
        request = _pb.PublishPluginClusterEventRequest(
            event=_pb.PluginClusterEvent(id=event_id, data=data),
            opts=_pb.PluginClusterEventSendOptions(send_type=send_type, target_id=target_id),
        )
        self._invoke("PublishPluginClusterEvent", request, _pb.PublishPluginClusterEventResponse)

    def register_collection_and_topic(self, collection_type: str, topic_type: str) -> None:
        """Registers kinds of collections and topics of the plugin (RegisterCollectionAndTopic, server 7.6)."""
        request = _pb.RegisterCollectionAndTopicRequest(collection_type=collection_type, topic_type=topic_type)
        self._invoke("RegisterCollectionAndTopic", request, _pb.RegisterCollectionAndTopicResponse)

    def roles_grant_permission(self, role_names: list[str], permission_id: str) -> bool:
        """Whether one of the roles has a permission (RolesGrantPermission, server 6.3)."""
        request = _pb.RolesGrantPermissionRequest(role_names=role_names, permission_id=permission_id)
        return self._invoke("RolesGrantPermission", request, _pb.RolesGrantPermissionResponse).has_permission

    def get_emoji_list(self, *, page: int = 0, per_page: int = 60, sort: str = "") -> list[Emoji]:
        """A page of the custom emoji; sort is ``name`` or empty (GetEmojiList, server 5.6)."""
        request = _posts_pb.GetEmojiListRequest(sort_by=sort, page=page, per_page=per_page)
        response = self._invoke("GetEmojiList", request, _posts_pb.GetEmojiListResponse)
        return [Emoji.from_proto(item) for item in response.emojis]

    def get_emoji(self, emoji_id: str) -> Emoji:
        """The custom emoji with that id (GetEmoji, server 5.6)."""
        request = _posts_pb.GetEmojiRequest(emoji_id=emoji_id)
        return Emoji.from_proto(self._invoke("GetEmoji", request, _posts_pb.GetEmojiResponse).emoji)

    def get_emoji_by_name(self, name: str) -> Emoji:
        """The custom emoji with that name (GetEmojiByName, server 5.6)."""
        request = _posts_pb.GetEmojiByNameRequest(name=name)
        return Emoji.from_proto(self._invoke("GetEmojiByName", request, _posts_pb.GetEmojiByNameResponse).emoji)

    def get_emoji_image(self, emoji_id: str) -> bytes:
        """The picture of a custom emoji (GetEmojiImage, server 5.6)."""
        request = _posts_pb.GetEmojiImageRequest(emoji_id=emoji_id)
        return self._invoke("GetEmojiImage", request, _posts_pb.GetEmojiImageResponse).image

    def get_posts_for_channel(self, channel_id: str, *, page: int = 0, per_page: int = 60) -> PostList:
        """A page of the posts of a channel, the newest first (GetPostsForChannel, server 5.6)."""
        request = _posts_pb.GetPostsForChannelRequest(channel_id=channel_id, page=page, per_page=per_page)
        response = self._invoke("GetPostsForChannel", request, _posts_pb.GetPostsForChannelResponse)
        return PostList.from_proto(response.post_list)

    def search_posts_in_team(self, team_id: str, terms: str) -> PostList:
        """The posts of a team with those words (SearchPostsInTeam, server 5.10)."""
        request = _posts_pb.SearchPostsInTeamRequest(team_id=team_id, params_list=[_posts_pb.SearchParams(terms=terms)])
        posts = self._invoke("SearchPostsInTeam", request, _posts_pb.SearchPostsInTeamResponse).posts
        found = [Post.from_proto(post) for post in posts]
        return PostList(order=[post.id for post in found], posts={post.id: post for post in found})

    def search_posts_in_team_for_user(self, team_id: str, user_id: str, terms: str) -> PostList:
        """The posts of a team with those words that a user may see (SearchPostsInTeamForUser, server 5.26)."""
        request = _posts_pb.SearchPostsInTeamForUserRequest(
            team_id=team_id, user_id=user_id, search_params=_posts_pb.SearchParameter(terms=terms)
        )
        results = self._invoke("SearchPostsInTeamForUser", request, _posts_pb.SearchPostsInTeamForUserResponse).results
        posts = {post_id: Post.from_proto(post) for post_id, post in results.posts.items()}
        return PostList(order=list(results.order), posts=posts)
