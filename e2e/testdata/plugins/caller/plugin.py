"""Asks another plugin over HTTP, without leaving the server."""

import json
import zlib

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin

OTHER = "/org.mmpy.web"


class Caller(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="call"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_whoami(self):
        status, headers, body = self.api.plugin_http("GET", OTHER + "/whoami?x=1")
        return {"status": status, "type": headers["Content-Type"], "body": json.loads(body)}

    def do_echo(self):
        """Several values of a header, both ways, and a body."""
        answer = self.api.plugin_http(
            "POST",
            OTHER + "/echo",
            {"X-Tag": ["one", "two"], "Content-Type": "application/json"},
            json.dumps({"from": "caller"}).encode(),
        )
        return {
            "status": answer.status_code,
            "tags": answer.all_headers["X-Tag"],
            "cookies": answer.all_headers["Set-Cookie"],
            "got": json.loads(answer.body)["got"],
        }

    def do_large(self, blocks):
        """A body that is read as the other plugin writes it."""
        size = crc = 0
        with self.api.plugin_http_stream("GET", f"{OTHER}/large?blocks={blocks}") as answer:
            for chunk in answer:
                size += len(chunk)
                crc = zlib.crc32(chunk, crc)
        return {"size": size, "crc": crc}

    def do_missing(self):
        return self.api.plugin_http("GET", "/org.mmpy.nobody/").status_code


if __name__ == "__main__":
    run_plugin(Caller)
