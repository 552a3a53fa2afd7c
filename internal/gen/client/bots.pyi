from mattermost_plugin._internal.overrides import bots

class BotsMixin:
    """Bot accounts."""

    def create_bot(self, bot: Bot) -> Bot:
        """Creates a bot and its user; the result has its user id."""

    def get_bot(self, bot_user_id: str, *, include_deleted: bool = False) -> Bot:
        """The bot with that user id. Raises NotFoundError when there is none."""

    def get_bots(self, options: BotGetOptions | None = None) -> list[Bot]:
        """A page of the bots; without options, the first 60."""
        request.options = bots.get_options(options)

    def patch_bot(self, bot_user_id: str, patch: BotPatch) -> Bot:
        """Changes a bot and its user."""
        request.bot_patch = patch

    def update_bot_active(self, bot_user_id: str, active: bool) -> Bot:
        """Activates or deactivates a bot and its user."""

    def permanent_delete_bot(self, bot_user_id: str) -> None:
        """Deletes a bot and its user for good."""

    def ensure_bot_user(self, bot: Bot) -> str:
        """The user id of the plugin's bot with that username: changed to what is given, or created."""
