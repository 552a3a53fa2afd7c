"""What the host tells a plugin about its surroundings."""

from __future__ import annotations

from mattermost_plugin._internal.record import Record

DEFAULT_API_TARGET = "127.0.0.1:50051"
DEFAULT_HOOK_TIMEOUT = 30.0
DEFAULT_LOG_LEVEL = "INFO"

ENV_PLUGIN_ID = "MATTERMOST_PLUGIN_ID"
ENV_API_TARGET = "MATTERMOST_PLUGIN_API_TARGET"
ENV_PLUGIN_PATH = "MATTERMOST_PLUGIN_PATH"
ENV_HOOK_TIMEOUT = "MATTERMOST_PLUGIN_HOOK_TIMEOUT"
ENV_LOG_LEVEL = "MATTERMOST_PLUGIN_LOG_LEVEL"


class RuntimeConfig(Record, frozen=False):
    """The plugin's id, and how it is run.

    Attributes:
        plugin_id: the id in the plugin's manifest.
        api_target: where a gRPC plugin would find the server; nothing is there.
        plugin_path: the folder that the plugin's files are in.
        hook_timeout: how long a hook may take, in seconds.
        log_level: what is logged, as in the `logging` module: DEBUG, INFO, WARNING, ERROR or CRITICAL.
    """

    plugin_id: str = ""
    api_target: str = DEFAULT_API_TARGET
    plugin_path: str = ""
    hook_timeout: float = DEFAULT_HOOK_TIMEOUT
    log_level: str = DEFAULT_LOG_LEVEL

    def configure_logging(self) -> None:
        """Sends what is logged, from log_level up, to the server's log."""
        from mattermost_plugin._internal.logging import configure

        configure(self.log_level)

    @classmethod
    def from_env(cls) -> RuntimeConfig:
        """The configuration in the environment variables that gRPC plugins are started with. The sandbox has none."""
        from os import environ

        timeout = environ.get(ENV_HOOK_TIMEOUT, "")
        try:
            hook_timeout = float(timeout) if timeout else DEFAULT_HOOK_TIMEOUT
        except ValueError:
            hook_timeout = DEFAULT_HOOK_TIMEOUT
        return cls(
            plugin_id=environ.get(ENV_PLUGIN_ID, ""),
            api_target=environ.get(ENV_API_TARGET, DEFAULT_API_TARGET),
            plugin_path=environ.get(ENV_PLUGIN_PATH, ""),
            hook_timeout=hook_timeout,
            log_level=environ.get(ENV_LOG_LEVEL, DEFAULT_LOG_LEVEL),
        )


_from_host: RuntimeConfig | None = None


def _set_from_host(config: RuntimeConfig) -> None:
    global _from_host
    _from_host = config


def load_runtime_config() -> RuntimeConfig:
    """What the host said; without a host, what the environment says."""
    return _from_host or RuntimeConfig.from_env()
