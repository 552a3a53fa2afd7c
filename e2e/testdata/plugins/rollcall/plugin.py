"""Asks Mattermost for many things at once, in hooks that are coroutines."""

import asyncio
import json

from mattermost_plugin import AsyncPluginAPIClient, Command, HookName, NotFoundError, Plugin, hook, run_plugin


class RollCall(Plugin):
    @hook(HookName.OnActivate)
    async def activate(self):
        self.many = AsyncPluginAPIClient()
        await self.many.register_command(Command(trigger="rollcall"))

    @hook(HookName.ExecuteCommand)
    async def execute(self, context, args):
        """Who is in the channel, each asked for on its own, with what they have counted together."""
        members = await self.many.get_channel_members(args.channel_id)
        users, missing, _ = await asyncio.gather(
            asyncio.gather(*[self.many.get_user(member.user_id) for member in members]),
            self.missing(),
            asyncio.gather(*[self.count() for _ in range(50)]),
        )
        names = sorted(user.username for user in users)
        return json.dumps({"names": names, "missing": missing, "counted": int(await self.many.kv_get("count"))})

    async def count(self):
        while True:
            before = await self.many.kv_get("count")
            after = str(int(before or 0) + 1).encode()
            if await self.many.kv_compare_and_set("count", before, after):
                return

    async def missing(self):
        try:
            await self.many.get_user("a" * 26)
        except NotFoundError as error:
            return error.error_id


if __name__ == "__main__":
    run_plugin(RollCall)
