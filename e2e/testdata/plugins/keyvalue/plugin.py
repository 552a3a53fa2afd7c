"""Keeps notes in the plugin's key-value store, by /notes."""

import json

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin
from mattermost_plugin._internal.wrappers import PluginKVSetOptions


class Notes(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="notes"))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_put(self, key, value):
        self.api.kv_set(key, value.encode())

    def do_get(self, key):
        value = self.api.kv_get(key)
        return None if value is None else value.decode()

    def do_drop(self, key):
        self.api.kv_delete(key)

    def do_drop_all(self):
        self.api.kv_delete_all()

    def do_list(self):
        return self.api.kv_list(per_page=1000)

    def do_page(self, page, per_page):
        return self.api.kv_list(page=int(page), per_page=int(per_page))

    def do_binary(self):
        """Whether every byte survives."""
        data = bytes(range(256)) * 400
        self.api.kv_set("binary", data)
        return self.api.kv_get("binary") == data

    def do_lend(self, key, value, seconds):
        self.api.kv_set_with_expiry(key, value.encode(), int(seconds))

    def do_lend_once(self, key, value, seconds):
        """Only if nobody else has it; the result is whether it did."""
        options = PluginKVSetOptions(atomic=True, old_value=None, expire_in_seconds=int(seconds))
        return self.api.kv_set_with_options(key, value.encode(), options)

    def do_swap(self, key, old, new):
        return self.api.kv_compare_and_set(key, old.encode(), new.encode())

    def do_claim(self, key, value):
        return self.api.kv_compare_and_set(key, None, value.encode())

    def do_release(self, key, old):
        return self.api.kv_compare_and_delete(key, old.encode())

    def do_count(self, times):
        """Adds to a counter that others add to at the same time."""
        for _ in range(int(times)):
            while True:
                before = self.api.kv_get("counter")
                after = str(int(before or 0) + 1).encode()
                options = PluginKVSetOptions(atomic=True, old_value=before)
                if self.api.kv_set_with_options("counter", after, options):
                    break


if __name__ == "__main__":
    run_plugin(Notes)
