"""Posts, reactions and emoji."""

from __future__ import annotations

from mattermost_plugin._internal.record import field
from mattermost_plugin._internal.wire import WireRecord


class Post(WireRecord):
    """A message in a channel. Times are milliseconds since 1970."""

    _message = "post_pb2.Post"

    id: str
    channel_id: str
    user_id: str = ""
    message: str = ""
    create_at: int = 0
    update_at: int = 0
    edit_at: int = 0
    delete_at: int = 0
    is_pinned: bool = False
    root_id: str = ""
    original_id: str = ""
    message_source: str = ""
    type: str = ""
    props: dict[str, object] = field(default_factory=dict)
    hashtags: str = ""
    file_ids: list[str] = field(default_factory=list)
    pending_post_id: str = ""
    has_reactions: bool = False
    remote_id: str | None = None
    reply_count: int = 0
    last_reply_at: int = 0
    is_following: bool | None = None


class PostList(WireRecord):
    """Posts by id, and their ids in order, the newest first."""

    _message = "post_pb2.PostList"

    order: list[str] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)
    next_post_id: str = ""
    prev_post_id: str = ""
    has_next: bool = False


class Reaction(WireRecord):
    """An emoji that a user put on a post."""

    _message = "post_pb2.Reaction"

    user_id: str
    post_id: str
    emoji_name: str
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    remote_id: str | None = None
    channel_id: str | None = None


class Emoji(WireRecord):
    """A custom emoji."""

    _message = "api_channel_post_pb2.Emoji"

    id: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    creator_id: str = ""
    name: str = ""
