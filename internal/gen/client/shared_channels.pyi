class SharedChannelsMixin:
    """Channels that are shared with other servers, one of which the plugin may be the way to."""

    def register_plugin_for_shared_channels(self, plugin_id: str, display_name: str, description: str = "") -> str:
        """Registers the plugin as a remote server; the result is the remote's id, the same at each call.

        What is new in its channels comes to the OnSharedChannelsSyncMsg hook.
        """
        request.opts.plugin_id = plugin_id
        request.opts.display_name = display_name
        request.opts.description = description
        del request.opts.creator_id, request.opts.auto_share_dms, request.opts.auto_invited, request.opts.site_url

    def unregister_plugin_for_shared_channels(self, plugin_id: str) -> None:
        """Ends all of the plugin's registrations."""

    def unregister_plugin_remote_for_shared_channels(self, remote_id: str) -> None:
        """Ends one of the plugin's registrations; the others stay."""

    def share_channel(self, shared_channel: SharedChannel) -> SharedChannel:
        """Makes a channel one that is shared; `invite_remote_to_channel` then says with whom."""

    def update_shared_channel(self, shared_channel: SharedChannel) -> SharedChannel:
        """Changes the name, header and so on under which a channel is shared."""

    def unshare_channel(self, channel_id: str) -> bool:
        """Makes a channel one that is not shared, with nobody invited; whether it was one."""

    def update_shared_channel_cursor(
        self,
        channel_id: str,
        remote_id: str,
        last_post_update_at: int,
        last_post_id: str,
    ) -> None:
        """Sets up to where a remote has a channel: forward to leave posts out, back to send them again.

        The time is in milliseconds since 1970. Nothing is sent before the channel changes, or `sync_shared_channel`.
        """
        request.cursor.last_post_update_at = last_post_update_at
        request.cursor.last_post_id = last_post_id
        del request.cursor.last_post_create_at, request.cursor.last_post_create_id

    def sync_shared_channel(self, channel_id: str) -> None:
        """Sends what is new in a channel to all remotes."""

    def invite_remote_to_channel(
        self,
        channel_id: str,
        remote_id: str,
        user_id: str,
        *,
        share_if_not_shared: bool = False,
    ) -> None:
        """Shares a channel with a remote, this plugin perhaps; user_id is who invites.

        With share_if_not_shared, the channel need not be a shared one yet.
        """

    def uninvite_remote_from_channel(self, channel_id: str, remote_id: str) -> None:
        """Shares a channel no longer with a remote."""

    def receive_shared_channel_sync_msg(self, remote_id: str, sync_msg_json: bytes) -> SyncResponse:
        """Takes in posts, reactions, users and so on that a remote has sent; the result says what became of them.

        sync_msg_json is what the OnSharedChannelsSyncMsg hook of the other side was given.
        """
        request.msg.sync_msg_json = sync_msg_json

    def receive_shared_channel_profile_image_sync_msg(self, remote_id: str, user_id: str, image: bytes) -> None:
        """Takes in the picture of a user of a remote."""
