"""Signs all posts, and fails in every way that a plugin can, when a post asks for it: "@mishaps exit"."""

import os

from mattermost_plugin import HookName, Plugin, hook, run_plugin

kept = []


class Mishaps(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.name = self.api.get_plugin_id().rpartition(".")[2]
        self.logger.info(f"{self.name} is ready")

    @hook(HookName.MessageWillBePosted)
    def sign(self, context, post):
        words = post.message.split()
        if words[0] == "@" + self.name:
            mishap = words[1]
            self.logger.info(f"{self.name} will {mishap}")
            getattr(self, mishap)()
        bytes(1 << 16)  # it needs some memory
        post.message += f" [{self.name}]"
        return post, ""

    def spin(self):
        """Takes no end, but for the exception that comes at the deadline."""
        while True:
            pass

    def insist(self):
        """Takes no end, and no notice of exceptions."""
        while True:
            try:
                self.spin()
            except BaseException:
                pass

    def exhaust(self):
        """Needs more memory than there is, and gives it back when it fails."""
        taken = []
        while True:
            taken.append(bytes(1 << 20))

    def hoard(self):
        """Takes all memory, to the last bytes, for good."""
        size = 1 << 24
        while size > 8:
            try:
                while True:
                    kept.append(bytes(size))
            except MemoryError:
                size >>= 1

    def exit(self):
        os._exit(3)

    def abort(self):
        os.abort()


if __name__ == "__main__":
    run_plugin(Mishaps)
