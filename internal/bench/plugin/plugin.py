"""The benchmark's plugin for mmpy."""

import time

from mattermost_plugin import HookName, Plugin, hook, run_plugin
from mattermost_plugin.grpc import api_remaining_pb2


class Bench(Plugin):
    @hook(HookName.MessageWillBePosted)
    def see(self, context, post):
        if "forbidden" in post.message:
            return None, "forbidden"
        post.message += " [seen]"
        return post, ""

    @hook(HookName.ExecuteCommand)
    def bench(self, context, args):
        """Calls get_user as often as "/bench N" says; answers with the nanoseconds of a call, for every ten calls."""
        count = int(args.command.removeprefix("/bench "))
        user_id = args.user_id
        each = []
        for _ in range(count // 10):
            begin = time.perf_counter_ns()
            for _ in range(10):
                self.api.get_user(user_id)
            each.append((time.perf_counter_ns() - begin) // 10)
        return api_remaining_pb2.CommandResponse(text=" ".join(map(str, each)))


if __name__ == "__main__":
    run_plugin(Bench)
