"""Serves the public channels of a user's teams as a table, and asks the server for a page of them at once."""

import asyncio
import csv

from mattermost_plugin import AsyncPluginAPIClient, Command, HookName, Plugin, hook, run_plugin

HEAD = ("team", "channel", "purpose", "members", "pinned posts")
PAGE = 100


class ChannelReport(Plugin):
    @hook(HookName.OnActivate)
    def on_activate(self):
        self.api.register_command(
            Command(trigger="channels", auto_complete=True, auto_complete_desc="The channels of your teams, as a table")
        )

    @hook(HookName.ExecuteCommand)
    def show_address(self, context, args):
        return f"[The channels of your teams]({args.site_url}/plugins/{self.config.plugin_id}/channels.csv)"

    @hook(HookName.ServeHTTP)
    async def serve(self, context, writer, request):
        if request.path != "/channels.csv":
            writer.write_header(404)
        elif not request.user_id:
            writer.write_header(401)
        else:
            await self.write_report(writer, request.user_id)

    async def write_report(self, writer, user_id):
        api = AsyncPluginAPIClient()
        writer.set_header("Content-Type", "text/csv; charset=utf-8")
        writer.set_header("Content-Disposition", 'attachment; filename="channels.csv"')
        table = csv.writer(writer)
        table.writerow(HEAD)
        for team in await api.get_teams_for_user(user_id):
            async for channels in pages(api.get_public_channels_for_team, team.id):
                # All at once: each of these calls is a question to the server.
                statistics = await asyncio.gather(*(api.get_channel_stats(channel.id) for channel in channels))
                for channel, stats in zip(channels, statistics):
                    row = channel.display_name, channel.purpose, stats.member_count, stats.pinnedpost_count
                    table.writerow((team.display_name, *row))
                writer.flush()  # the client has this page while the next one is asked for


async def pages(method, *arguments):
    """The pages of a list that a method of the API gives."""
    number = 0
    while items := await method(*arguments, page=number, per_page=PAGE):
        yield items
        number += 1


if __name__ == "__main__":
    run_plugin(ChannelReport)
