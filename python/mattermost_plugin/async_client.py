"""The plugin API for coroutines."""

from __future__ import annotations

from mattermost_plugin._internal.connection import Connection
from mattermost_plugin._internal.mixins.access_control_async import AsyncAccessControlMixin
from mattermost_plugin._internal.mixins.bots_async import AsyncBotsMixin
from mattermost_plugin._internal.mixins.channels_async import AsyncChannelsMixin
from mattermost_plugin._internal.mixins.commands_async import AsyncCommandsMixin
from mattermost_plugin._internal.mixins.config_async import AsyncConfigMixin
from mattermost_plugin._internal.mixins.files_async import AsyncFilesMixin
from mattermost_plugin._internal.mixins.groups_async import AsyncGroupsMixin
from mattermost_plugin._internal.mixins.interface_async import AsyncInterfaceMixin
from mattermost_plugin._internal.mixins.kvstore_async import AsyncKVStoreMixin
from mattermost_plugin._internal.mixins.oauth_async import AsyncOAuthMixin
from mattermost_plugin._internal.mixins.plugins_async import AsyncPluginsMixin
from mattermost_plugin._internal.mixins.posts_async import AsyncPostsMixin
from mattermost_plugin._internal.mixins.preferences_async import AsyncPreferencesMixin
from mattermost_plugin._internal.mixins.properties_async import AsyncPropertiesMixin
from mattermost_plugin._internal.mixins.server_async import AsyncServerMixin
from mattermost_plugin._internal.mixins.shared_channels_async import AsyncSharedChannelsMixin
from mattermost_plugin._internal.mixins.streaming_async import AsyncStreamingMixin
from mattermost_plugin._internal.mixins.teams_async import AsyncTeamsMixin
from mattermost_plugin._internal.mixins.users_async import AsyncUsersMixin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self


class AsyncPluginAPIClient(
    Connection,
    AsyncUsersMixin,
    AsyncTeamsMixin,
    AsyncChannelsMixin,
    AsyncPostsMixin,
    AsyncFilesMixin,
    AsyncKVStoreMixin,
    AsyncBotsMixin,
    AsyncCommandsMixin,
    AsyncConfigMixin,
    AsyncPluginsMixin,
    AsyncPreferencesMixin,
    AsyncOAuthMixin,
    AsyncGroupsMixin,
    AsyncSharedChannelsMixin,
    AsyncPropertiesMixin,
    AsyncAccessControlMixin,
    AsyncInterfaceMixin,
    AsyncServerMixin,
    AsyncStreamingMixin,
):
    """PluginAPIClient with all its methods as coroutine functions: ``user = await api.get_user(user_id)``."""

    async def call(self, method: str, /, **fields: Any) -> Any:
        """Calls any method by its name in Mattermost; see `PluginAPIClient.call`."""
        from mattermost_plugin._internal.api_messages import request_for

        return await self._invoke(method, *request_for(method, fields))

    async def connect(self) -> None:
        """Does what gRPC plugins expect."""
        self._connected = True

    async def close(self) -> None:
        """Does what gRPC plugins expect."""
        self._connected = False

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()
