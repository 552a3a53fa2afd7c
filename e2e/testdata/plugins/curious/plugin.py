"""/curious does what an administrator may want to know of, as far as the plugin was granted it, and says what came of it."""

import json
import os

from mattermost_plugin import Command, HookName, Plugin, hook, http, run_plugin
from mattermost_plugin.exceptions import PluginAPIError


class Curious(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="curious"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        try:
            return json.dumps({"came": getattr(self, "do_" + action)(context, *words)})
        except PluginAPIError as error:
            return json.dumps({"error": type(error).__name__, "text": str(error)})

    def do_secrets(self, context):
        """The database's password, perhaps."""
        return self.api.get_unsanitized_config()["SqlSettings"]["DataSource"]

    def do_session(self, context):
        """Whose session it is that asks."""
        return self.api.get_session(context.session_id).user_id

    def do_write(self, context, times):
        """Writes into the key-value store that often."""
        for n in range(int(times)):
            self.api.kv_set("key", b"%d" % n)
        return self.api.kv_get("key").decode()

    def do_can(self, context, *methods):
        """Which of the methods may be called."""
        return [method for method in methods if self.api.can(method)]

    def do_version(self, context):
        return self.api.get_server_version()

    def do_fetch(self, context, url):
        answer = http.request("GET", url, timeout=5)
        return [answer.status_code, answer.text]

    def do_files(self, context):
        """All files that there are to see of the bundle, and whether the policy can be read."""
        found = [os.path.join(folder, name) for folder, _, names in os.walk("/plugin") for name in names]
        for path in "/plugin/mmpy/policy.yaml", "/plugin/plugin.py/../mmpy/policy.yaml", "/plugin/mmpy", "/plugin/MMPY/policy.yaml":
            try:
                found.append(f"{path}: {len(os.listdir(path)) if path.endswith('mmpy') else open(path).read()}")
            except OSError:
                pass
        return sorted(found)


if __name__ == "__main__":
    run_plugin(Curious)
