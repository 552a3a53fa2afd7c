"""Bot accounts."""

class Bot:
    """A bot account."""

    _message = "api_file_bot_pb2.Bot"

    user_id: str = ""
    username: str = ""
    display_name: str = ""
    description: str = ""
    owner_id: str = ""
    create_at: int = 0
    update_at: int = 0
    delete_at: int = 0
    last_icon_update: int = 0

class BotPatch:
    """Changes to a bot; None leaves a value as it is."""

    _message = "api_file_bot_pb2.BotPatch"

    username: str | None = None
    display_name: str | None = None
    description: str | None = None

class BotGetOptions:
    """Which bots `get_bots` lists."""

    _message = "api_file_bot_pb2.BotGetOptions"

    owner_id: str = ""
    include_deleted: bool = False
    only_orphaned: bool = False
    page: int = 0
    per_page: int = 60
