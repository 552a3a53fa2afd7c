class KVStoreMixin:
    """The plugin's own key-value store.

    Keys are up to 150 characters, values are bytes. Keys that begin with ``mmi_`` are Mattermost's own.
    """

    def kv_set(self, key: str, value: bytes) -> None:
        """Stores a value. For a server an empty one is none, and deletes the key: its plugin protocol has no other."""

    def kv_get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none."""

    def kv_delete(self, key: str) -> None:
        """Deletes a key, if it is there."""

    def kv_delete_all(self) -> None:
        """Deletes all keys of the plugin."""

    def kv_list(self, *, page: int = 0, per_page: int = 100) -> list[str]:
        """A page of the keys of the plugin."""

    def kv_set_with_expiry(self, key: str, value: bytes, expire_in_seconds: int) -> None:
        """Stores a value that is gone after that many seconds."""

    def kv_compare_and_set(self, key: str, old_value: bytes | None, new_value: bytes) -> bool:
        """Stores a value if the old one is still old_value; whether it did.

        With None as old_value, it stores only if the key has no value.
        """

    def kv_compare_and_delete(self, key: str, old_value: bytes) -> bool:
        """Deletes a key if its value is still old_value; whether it did."""

    def kv_set_with_options(self, key: str, value: bytes, options: PluginKVSetOptions) -> bool:
        """Stores a value as the options say; whether it did."""
