"""Members of channels as pairs of ids."""

from __future__ import annotations

from mattermost_plugin.grpc.api_channel_post_pb2 import ChannelMemberIdentifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def member_identifiers(members: Iterable[tuple[str, str]]) -> list[Any]:
    return [ChannelMemberIdentifier(channel_id=channel, user_id=user) for channel, user in members]
