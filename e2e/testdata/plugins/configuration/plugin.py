"""Has settings in the System Console: their defaults, changes while it runs, and an opinion on them."""

import json
from dataclasses import asdict, dataclass

from mattermost_plugin import Command, HookName, Plugin, hook, run_plugin


@dataclass
class Settings:
    greeting: str = ""
    times: int = 0
    shout: bool = False
    token: str = ""


class Configuration(Plugin):
    def __init__(self):
        self.settings = None
        self.history = []

    @hook(HookName.OnConfigurationChange)
    def configuration_changed(self):
        self.settings = Settings()
        self.api.load_plugin_configuration(self.settings)
        self.history.append("OnConfigurationChange")

    @hook(HookName.OnActivate)
    def activate(self):
        self.history.append("OnActivate")
        self.api.register_command(Command(trigger="settings"))

    @hook(HookName.ConfigurationWillBeSaved)
    def configuration_will_be_saved(self, new_config):
        """Refuses to greet too often, and tidies the greeting up."""
        config = json.loads(new_config.config_json)
        settings = config["PluginSettings"]["Plugins"].get("org.mmpy.configuration", {})
        if settings.get("times", 0) > 10:
            return None, "nobody wants to be greeted that often"
        if "greeting" in settings:
            settings["greeting"] = settings["greeting"].strip()
            new_config.config_json = json.dumps(config).encode()
            return new_config
        return None

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_show(self):
        return asdict(self.settings)

    def do_history(self):
        return self.history[:2]

    def do_given(self):
        """Only what the administrator set, as it is stored."""
        return self.api.get_plugin_config()

    def do_set(self, name, value):
        self.api.save_plugin_config({**self.api.get_plugin_config(), name: json.loads(value)})

    def do_server(self):
        """From the server's own configuration, without and with its secrets."""
        public, whole = json.loads(self.api.get_config()), json.loads(self.api.get_unsanitized_config())
        return {
            "teams": public["TeamSettings"]["MaxUsersPerTeam"],
            "masked": public["SqlSettings"]["DataSource"] != whole["SqlSettings"]["DataSource"],
        }

    def do_enlarge_teams(self, size):
        """Changes one setting of the server."""
        config = json.loads(self.api.get_unsanitized_config())
        config["TeamSettings"]["MaxUsersPerTeam"] = int(size)
        self.api.save_config(json.dumps(config).encode())


if __name__ == "__main__":
    run_plugin(Configuration)
