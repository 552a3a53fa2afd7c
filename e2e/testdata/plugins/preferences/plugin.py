"""Changes what people set for themselves, and hears of what they change."""

import json

from mattermost_plugin import Command, HookName, Plugin, PluginAPIError, hook, run_plugin
from mattermost_plugin._internal.wrappers import Preference


class Preferences(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.changes = []
        self.api.register_command(Command(trigger="preferences"))

    @hook(HookName.PreferencesHaveChanged)
    def changed(self, context, preferences):
        self.changes += [[p.user_id, p.category, p.name, p.value] for p in preferences]

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(args.user_id, *words))

    def do_set(self, user_id, *names_and_values):
        pairs = zip(names_and_values[::2], names_and_values[1::2], strict=True)
        preferences = [Preference(user_id=user_id, category="plugin", name=name, value=value) for name, value in pairs]
        self.api.update_preferences_for_user(user_id, preferences)

    def do_get(self, user_id, category, name):
        try:
            return self.api.get_preference_for_user(user_id, category, name).value
        except PluginAPIError as error:
            return error.error_id

    def do_all(self, user_id):
        return {f"{p.category}/{p.name}": p.value for p in self.api.get_preferences_for_user(user_id)}

    def do_forget(self, user_id, name):
        self.api.delete_preferences_for_user(user_id, [Preference(user_id=user_id, category="plugin", name=name)])

    def do_changes(self, user_id):
        return self.changes


if __name__ == "__main__":
    run_plugin(Preferences)
