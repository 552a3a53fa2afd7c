from mattermost_plugin._internal.overrides import json_messages

class PluginsMixin:
    """This plugin and others."""

    def get_plugin_id(self) -> str:
        """The plugin's id."""

    def get_bundle_path(self) -> str:
        """The path of the plugin's folder on the server.

        A plugin cannot look there: its own files are in `Plugin.config.plugin_path`.
        """

    def get_plugins(self) -> bytes:
        """The manifests of the active plugins, as a JSON array."""
        return json_messages.dump_list(response.manifests)

    def get_plugin_status(self, plugin_id: str) -> bytes:
        """A plugin's status, as a JSON object. Raises NotFoundError when there is no such plugin."""
        request.id = plugin_id
        return json_messages.dump(response.status)

    def enable_plugin(self, plugin_id: str) -> None:
        """Enables an installed plugin."""
        request.id = plugin_id

    def disable_plugin(self, plugin_id: str) -> None:
        """Disables a plugin."""
        request.id = plugin_id

    def remove_plugin(self, plugin_id: str) -> None:
        """Disables a plugin and deletes it."""
        request.id = plugin_id

    def publish_plugin_cluster_event(
        self,
        event_id: str,
        data: bytes,
        *,
        send_type: str = "reliable",
        target_id: str = "",
    ) -> None:
        """Sends an event to the plugin on the other servers of the cluster: its OnPluginClusterEvent hook.

        send_type is ``reliable`` or ``best_effort``; target_id names one server.
        """
        request.event.id = event_id
        request.event.data = data
        request.opts.send_type = send_type
        request.opts.target_id = target_id
