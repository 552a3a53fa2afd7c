"""Turns names of tickets in new and edited posts into links, but not in code, links and addresses."""

import re
from urllib.parse import quote

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin

# What is left alone: fenced and indented code, inline code, Markdown links and images, bare addresses.
OPAQUE = r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|^(?: {4}|\t).*?$|`[^`\n]+`|!?\[[^\]\n]*\]\([^)\n]*\)|<[^>\s]+>|https?://\S+"

ANY_PROJECT = "[A-Z][A-Z0-9]+"


class TicketLinks(Plugin):
    @hook(HookName.OnConfigurationChange)
    def read_settings(self):
        settings = {}
        self.api.load_plugin_configuration(settings)
        address = settings.get("address") or ""
        if "{ticket}" not in address:
            raise ValueError(f"the setting Address needs {{ticket}} in it: {address!r}")
        projects = "|".join(map(re.escape, (settings.get("projects") or "").split()))
        self.address = address
        self.pattern = re.compile(
            rf"(?P<opaque>{OPAQUE})|(?<![\w-])(?P<ticket>(?:{projects or ANY_PROJECT})-[1-9][0-9]*)(?![\w-])",
            re.DOTALL | re.MULTILINE,
        )

    @hook(HookName.OnActivate)
    def on_activate(self):
        self.api.register_command(
            Command(
                trigger="ticket",
                auto_complete=True,
                auto_complete_desc="Show the link of a ticket",
                auto_complete_hint="OPS-12",
            )
        )

    @hook(HookName.MessageWillBePosted)
    def link_in_new_post(self, context, post):
        return self.with_links(post)

    @hook(HookName.MessageWillBeUpdated)
    def link_in_edited_post(self, context, new_post, old_post):
        return self.with_links(new_post)

    @hook(HookName.ExecuteCommand)
    def show_link(self, context, args):
        _, _, text = args.command.partition(" ")
        links = [self.link(match["ticket"]) for match in self.pattern.finditer(text) if match["ticket"]]
        return "\n".join(links) or "Name a ticket, as in `/ticket OPS-12`."

    def with_links(self, post):
        post.message = self.pattern.sub(lambda match: match["opaque"] or self.link(match["ticket"]), post.message)
        return post, ""

    def link(self, ticket):
        return f"[{ticket}]({self.address.replace('{ticket}', quote(ticket))})"


if __name__ == "__main__":
    run_plugin(TicketLinks)
