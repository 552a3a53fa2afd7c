"""Raises in OnActivate, as a plugin does whose configuration is incomplete."""

from mattermost_plugin import HookName, Plugin, hook, run_plugin


class RefusesToStart(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.logger.warning("about to look for the licence")
        raise RuntimeError("no licence for the coffee machine")


if __name__ == "__main__":
    run_plugin(RefusesToStart)
