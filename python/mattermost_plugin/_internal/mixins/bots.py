"""The API methods for bots."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message
from mattermost_plugin._internal.wrappers.bots import Bot, BotGetOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin._internal.wrappers.bots import BotPatch
    from mattermost_plugin.grpc import api_file_bot_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_file_bot_pb2")


class BotsMixin(APICalls):
    """Bot accounts."""

    def create_bot(self, bot: Bot) -> Bot:
        """Creates a bot (CreateBot, server 5.10)."""
        request = _pb.CreateBotRequest(bot=as_message(bot))
        return Bot.from_proto(self._invoke("CreateBot", request, _pb.CreateBotResponse).bot)

    def get_bot(self, bot_user_id: str, *, include_deleted: bool = False) -> Bot:
        """The bot with that user id (GetBot, server 5.10)."""
        request = _pb.GetBotRequest(bot_user_id=bot_user_id, include_deleted=include_deleted)
        return Bot.from_proto(self._invoke("GetBot", request, _pb.GetBotResponse).bot)

    def get_bots(self, options: BotGetOptions | None = None) -> list[Bot]:
        """A page of the bots (GetBots, server 5.10)."""
        request = _pb.GetBotsRequest(options=as_message(options or BotGetOptions()))
        return [Bot.from_proto(item) for item in self._invoke("GetBots", request, _pb.GetBotsResponse).bots]

    def patch_bot(self, bot_user_id: str, patch: BotPatch) -> Bot:
        """Changes a bot (PatchBot, server 5.10)."""
        request = _pb.PatchBotRequest(bot_user_id=bot_user_id, bot_patch=as_message(patch))
        return Bot.from_proto(self._invoke("PatchBot", request, _pb.PatchBotResponse).bot)

    def update_bot_active(self, bot_user_id: str, active: bool) -> Bot:
        """Activates or deactivates a bot (UpdateBotActive, server 5.10)."""
        request = _pb.UpdateBotActiveRequest(bot_user_id=bot_user_id, active=active)
        return Bot.from_proto(self._invoke("UpdateBotActive", request, _pb.UpdateBotActiveResponse).bot)

    def permanent_delete_bot(self, bot_user_id: str) -> None:
        """Deletes a bot for good (PermanentDeleteBot, server 5.10)."""
        request = _pb.PermanentDeleteBotRequest(bot_user_id=bot_user_id)
        self._invoke("PermanentDeleteBot", request, _pb.PermanentDeleteBotResponse)

    def ensure_bot_user(self, bot: Bot) -> str:
        """The user id of the bot with that username, created when there is none (EnsureBotUser, server 7.1)."""
        request = _pb.EnsureBotUserRequest(bot=as_message(bot))
        return self._invoke("EnsureBotUser", request, _pb.EnsureBotUserResponse).bot_user_id
