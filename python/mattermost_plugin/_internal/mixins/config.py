"""The API methods for configuration and plugins."""

from __future__ import annotations

import json

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.structs import fill_struct, struct_to_dict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mattermost_plugin.grpc import api_kv_config_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_kv_config_pb2")


class ConfigMixin(APICalls):
    """The server's configuration, the plugin's settings, and other plugins."""

    def get_config(self) -> bytes:
        """The server's configuration as JSON, secrets left out (GetConfig, server 5.2)."""
        return self._invoke("GetConfig", _pb.GetConfigRequest(), _pb.GetConfigResponse).config_json

    def get_unsanitized_config(self) -> bytes:
        """The server's configuration as JSON, secrets and all (GetUnsanitizedConfig, server 5.16)."""
        request = _pb.GetUnsanitizedConfigRequest()
        return self._invoke("GetUnsanitizedConfig", request, _pb.GetUnsanitizedConfigResponse).config_json

    def save_config(self, config_json: bytes) -> None:
        """Replaces the server's configuration, given as JSON (SaveConfig, server 5.2)."""
        self._invoke("SaveConfig", _pb.SaveConfigRequest(config_json=config_json), _pb.SaveConfigResponse)

    def load_plugin_configuration(self, dest: bytes) -> None:
        """Reads the plugin's settings into dest (LoadPluginConfiguration, server 5.2).

        A dict is updated, a bytearray gets the JSON, any other object gets an attribute for each setting. Raises
        TypeError for bytes, which cannot be changed. `get_plugin_config` simply gives the settings as a dict.
        """
        request = _pb.LoadPluginConfigurationRequest()
        response = self._invoke("LoadPluginConfiguration", request, _pb.LoadPluginConfigurationResponse)
        _load_into(dest, response.config_json)

    def get_plugin_config(self) -> dict[str, str]:
        """The plugin's settings, by name (GetPluginConfig, server 5.6)."""
        response = self._invoke("GetPluginConfig", _pb.GetPluginConfigRequest(), _pb.GetPluginConfigResponse)
        return struct_to_dict(response.config)

    def save_plugin_config(self, config: dict[str, str]) -> None:
        """Replaces the plugin's settings (SavePluginConfig, server 5.6)."""
        request = _pb.SavePluginConfigRequest()
        request.config.SetInParent()
        fill_struct(request.config, config, "config")
        self._invoke("SavePluginConfig", request, _pb.SavePluginConfigResponse)

    def get_bundle_path(self) -> str:
        """The path of the plugin's folder on the server (GetBundlePath, server 5.10).

        A plugin cannot look there: its own files are in `Plugin.config.plugin_path`.
        """
        return self._invoke("GetBundlePath", _pb.GetBundlePathRequest(), _pb.GetBundlePathResponse).path

    def get_plugin_id(self) -> str:
        """The plugin's id (GetPluginID, server 10.1)."""
        return self._invoke("GetPluginID", _pb.GetPluginIDRequest(), _pb.GetPluginIDResponse).plugin_id

    def get_plugins(self) -> bytes:
        """The manifests of the installed plugins, as a JSON array (GetPlugins, server 5.6)."""
        response = self._invoke("GetPlugins", _pb.GetPluginsRequest(), _pb.GetPluginsResponse)
        return json.dumps([_fields(manifest) for manifest in response.manifests]).encode()

    def get_plugin_status(self, plugin_id: str) -> bytes:
        """A plugin's status, as a JSON object (GetPluginStatus, server 5.6)."""
        request = _pb.GetPluginStatusRequest(id=plugin_id)
        response = self._invoke("GetPluginStatus", request, _pb.GetPluginStatusResponse)
        return json.dumps(_fields(response.status)).encode()

    def enable_plugin(self, plugin_id: str) -> None:
        """Enables an installed plugin (EnablePlugin, server 5.6)."""
        self._invoke("EnablePlugin", _pb.EnablePluginRequest(id=plugin_id), _pb.EnablePluginResponse)

    def disable_plugin(self, plugin_id: str) -> None:
        """Disables a plugin (DisablePlugin, server 5.6)."""
        self._invoke("DisablePlugin", _pb.DisablePluginRequest(id=plugin_id), _pb.DisablePluginResponse)

    def remove_plugin(self, plugin_id: str) -> None:
        """Removes a plugin (RemovePlugin, server 5.6)."""
        self._invoke("RemovePlugin", _pb.RemovePluginRequest(id=plugin_id), _pb.RemovePluginResponse)


def _load_into(dest: Any, config_json: bytes) -> None:
    if isinstance(dest, bytearray):
        dest[:] = config_json
    elif isinstance(dest, bytes):
        raise TypeError("load_plugin_configuration needs something it can fill: a dict, a bytearray or an object")
    elif hasattr(dest, "update"):
        dest.update(json.loads(config_json or b"{}"))
    else:
        for name, value in json.loads(config_json or b"{}").items():
            setattr(dest, name, value)


def _fields(message: Any) -> dict[str, Any]:
    """The fields of a message that are plain values, for JSON."""
    fields = message.DESCRIPTOR.fields
    return {field.name: getattr(message, field.name) for field in fields if field.message_type is None}
