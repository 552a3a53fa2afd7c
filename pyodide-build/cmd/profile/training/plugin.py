"""What an interpreter does while it is profiled: a plugin's hooks and API calls, and the programs beside this file.

None is a workload of the benchmark, internal/bench/cpu: what is measured there must not be what was trained for.
"""

import importlib

import _profile  # only the interpreter that counts has it
from mattermost_plugin import HookName, Plugin, hook, run_plugin
from mattermost_plugin.grpc import api_remaining_pb2


class Training(Plugin):
    seen = 0

    @hook(HookName.MessageWillBePosted)
    def filter(self, context, post):
        """As filters do: looks at some fields, sometimes asks for more, changes or rejects."""
        self.seen += 1
        if "forbidden" in post.message:
            return None, "forbidden"
        if self.seen % 4 == 0:
            author = self.api.get_user(post.user_id)
            post.message = post.message.replace("@me", "@" + author.username)
        if self.seen % 8 == 0:
            post.props["seen"] = self.seen
        post.message = post.message.strip() + f" [{self.seen}]"
        return post, ""

    @hook(HookName.MessageHasBeenPosted)
    def answer(self, context, post):
        """As bots do: keeps something, and answers now and then."""
        if post.root_id or self.seen % 5:
            return
        count = int(self.api.kv_get("count") or 0) + 1
        self.api.kv_set("count", str(count).encode())
        channel = self.api.get_channel(post.channel_id)
        answer = type(post)(channel_id=channel.id, user_id=post.user_id, root_id=post.id, message=f"{channel.name}: {count}")
        try:
            self.api.get_user("nobody")
        except Exception as error:
            answer.message += f" ({error})"
        answer.props.update({"count": count, "tags": ["a", "b"], "nested": {"ok": True, "none": None}})
        self.api.create_post(answer)

    @hook(HookName.ExecuteCommand)
    def run(self, context, args):
        """/train PROGRAM, or /profile, which keeps the profile under that key."""
        command, _, program = args.command.partition(" ")
        if command == "/profile":
            self.api.kv_set("profile", _profile.take())
            return api_remaining_pb2.CommandResponse(text="kept")
        done = [function() for function in importlib.import_module(program).PROGRAMS]
        return api_remaining_pb2.CommandResponse(text=f"{len(done)} programs")


if __name__ == "__main__":
    run_plugin(Training)
