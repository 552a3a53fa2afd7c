from mattermost_plugin._internal.overrides import configuration

class ConfigMixin:
    """The server's configuration and the plugin's settings."""

    def get_config(self) -> bytes:
        """The server's configuration as JSON, secrets left out."""

    def get_unsanitized_config(self) -> bytes:
        """The server's configuration as JSON, secrets and all."""

    def save_config(self, config_json: bytes) -> None:
        """Replaces the server's configuration, given as JSON."""

    def load_plugin_configuration(self, dest: Any) -> Any:
        """Reads the plugin's settings into dest, and returns it filled.

        dest is a dataclass or an object of one, whose fields are the settings, those of nested dataclasses and lists
        included; ``dict`` or a dict; a bytearray, which gets the JSON; or any other object, which gets an attribute for
        each setting. Names are those of the manifest's settings schema, in any case of letters, with or without
        underscores. Settings that a dataclass has no field for are left out, and fields that there is no setting for
        keep their default; without one they are empty, as in Go.

        Raises TypeError, which names the setting, for a value that is not of the field's type.
        """
        return configuration.load(response.config_json, dest)

    def get_plugin_config(self) -> dict[str, Any]:
        """The plugin's settings by name, as the manifest's settings schema writes them."""

    def save_plugin_config(self, config: dict[str, Any]) -> None:
        """Replaces the plugin's settings."""
