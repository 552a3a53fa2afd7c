"""Posts, reactions and emoji."""

class Post:
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
    props: dict[str, object] = {}
    hashtags: str = ""
    file_ids: list[str] = []
    pending_post_id: str = ""
    has_reactions: bool = False
    remote_id: str | None = None
    reply_count: int = 0
    last_reply_at: int = 0
    is_following: bool | None = None

class PostList:
    """Posts by id, and their ids in order, the newest first."""

    _message = "post_pb2.PostList"

    order: list[str] = []
    posts: dict[str, Post] = {}
    next_post_id: str = ""
    prev_post_id: str = ""
    has_next: bool = False
    first_inaccessible_post_time: int = 0

class Reaction:
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

class Emoji:
    """A custom emoji."""

    _message = "api_channel_post_pb2.Emoji"

    id: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    creator_id: str = ""
    name: str = ""

class PostSearchResults:
    """A `PostList`, and by post the terms that were found in it."""

    _message = "api_channel_post_pb2.PostSearchResults"

    order: list[str] = []
    posts: dict[str, Post] = {}
    next_post_id: str = ""
    prev_post_id: str = ""
    has_next: bool | None = None

class PostMetadata:
    """What the server adds to a post for its display."""

    _message = "post_pb2.PostMetadata"

class PostEmbed:
    """What a link in a post leads to: an OpenGraph preview, an image, a post."""

    _message = "post_pb2.PostEmbed"

class PostImage:
    """The size of an image in a post."""

    _message = "post_pb2.PostImage"

class PostPriority:
    """How urgent a post is, and whether it wants to be acknowledged."""

    _message = "post_pb2.PostPriority"

class PostAcknowledgement:
    """That a user has acknowledged a post."""

    _message = "post_pb2.PostAcknowledgement"

class PostEmoji:
    """A custom emoji that a post has."""

    _message = "post_pb2.PostEmoji"

class PostTranslation:
    """A post in another language: ``text``, or ``object`` as JSON where ``type`` is ``object``."""

    _message = "post_pb2.PostTranslation"
