"""Installs other plugins, from bundles that administrators send over HTTP, and sees to them by /store."""

import json

from mattermost_plugin import Command, HookName, Plugin, PluginAPIError, hook, run_plugin


class Storekeeper(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        self.api.register_command(Command(trigger="store"))

    @hook(HookName.ServeHTTP)
    def serve(self, context, response, request):
        """Hands the bundle on as it arrives."""
        user_id = request.get_header("Mattermost-User-Id")
        if not user_id or not self.api.has_permission_to(user_id, "manage_system"):
            response.write_json({"error": "for administrators"}, 403)
            return
        manifest = json.loads(self.api.install_plugin(request, force=True))
        response.write_json({"id": manifest["id"], "version": manifest["version"]}, 201)

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def do_list(self):
        return {manifest["id"]: manifest["name"] for manifest in json.loads(self.api.get_plugins())}

    def do_state(self, plugin_id):
        try:
            return json.loads(self.api.get_plugin_status(plugin_id))["state"]
        except PluginAPIError as error:
            return error.error_id

    def do_enable(self, plugin_id):
        self.api.enable_plugin(plugin_id)

    def do_disable(self, plugin_id):
        self.api.disable_plugin(plugin_id)

    def do_remove(self, plugin_id):
        self.api.remove_plugin(plugin_id)

    def do_me(self):
        return [self.api.get_plugin_id(), self.api.get_bundle_path(), self.api.get_server_version()]

    def do_server(self):
        return {
            "license": json.loads(self.api.get_license() or "null"),
            "enterprise": self.api.is_enterprise_ready(),
            "since": self.api.get_system_install_date(),
            "telemetry": self.api.get_telemetry_id(),
            "diagnostic": self.api.get_diagnostic_id(),
        }


if __name__ == "__main__":
    run_plugin(Storekeeper)
