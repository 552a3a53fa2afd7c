"""The client of Mattermost's plugin API."""

from __future__ import annotations

from mattermost_plugin._internal.connection import Connection
from mattermost_plugin._internal.mixins.access_control import AccessControlMixin
from mattermost_plugin._internal.mixins.bots import BotsMixin
from mattermost_plugin._internal.mixins.channels import ChannelsMixin
from mattermost_plugin._internal.mixins.commands import CommandsMixin
from mattermost_plugin._internal.mixins.config import ConfigMixin
from mattermost_plugin._internal.mixins.files import FilesMixin
from mattermost_plugin._internal.mixins.groups import GroupsMixin
from mattermost_plugin._internal.mixins.interface import InterfaceMixin
from mattermost_plugin._internal.mixins.kvstore import KVStoreMixin
from mattermost_plugin._internal.mixins.oauth import OAuthMixin
from mattermost_plugin._internal.mixins.plugins import PluginsMixin
from mattermost_plugin._internal.mixins.posts import PostsMixin
from mattermost_plugin._internal.mixins.preferences import PreferencesMixin
from mattermost_plugin._internal.mixins.properties import PropertiesMixin
from mattermost_plugin._internal.mixins.server import ServerMixin
from mattermost_plugin._internal.mixins.shared_channels import SharedChannelsMixin
from mattermost_plugin._internal.mixins.streaming import StreamingMixin
from mattermost_plugin._internal.mixins.teams import TeamsMixin
from mattermost_plugin._internal.mixins.users import UsersMixin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self


class PluginAPIClient(
    Connection,
    UsersMixin,
    TeamsMixin,
    ChannelsMixin,
    PostsMixin,
    FilesMixin,
    KVStoreMixin,
    BotsMixin,
    CommandsMixin,
    ConfigMixin,
    PluginsMixin,
    PreferencesMixin,
    OAuthMixin,
    GroupsMixin,
    SharedChannelsMixin,
    PropertiesMixin,
    AccessControlMixin,
    InterfaceMixin,
    ServerMixin,
    StreamingMixin,
):
    """Mattermost's plugin API. Every method raises PluginAPIError or a subclass; see `mattermost_plugin.exceptions`.

    ``self.api`` of a plugin is one.
    """

    def call(self, method: str, /, **fields: Any) -> Any:
        """Calls any method by its name in Mattermost, with fields of its request; the result is its response message.

        For what the method of the client has no parameter for::

            api.call("GetGroups", opts={"q": "dev", "include_member_count": True}, per_page=60).groups
        """
        from mattermost_plugin._internal.api_messages import request_for

        return self._invoke(method, *request_for(method, fields))

    def connect(self) -> None:
        """Does what gRPC plugins expect."""
        self._connected = True

    def close(self) -> None:
        """Does what gRPC plugins expect."""
        self._connected = False

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()
