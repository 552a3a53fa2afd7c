"""The API methods for the key-value store."""

from __future__ import annotations

from mattermost_plugin._internal.calls import APICalls
from mattermost_plugin._internal.lazy import LazyModule
from mattermost_plugin._internal.wire import as_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mattermost_plugin._internal.wrappers.server import PluginKVSetOptions
    from mattermost_plugin.grpc import api_kv_config_pb2 as _pb
else:
    _pb = LazyModule("mattermost_plugin.grpc.api_kv_config_pb2")


class KVStoreMixin(APICalls):
    """The plugin's own key-value store. Keys are up to 150 characters; values are bytes."""

    def kv_set(self, key: str, value: bytes) -> None:
        """Stores a value; an empty one deletes the key (KVSet, server 5.2)."""
        self._invoke("KVSet", _pb.KVSetRequest(key=key, value=value), _pb.KVSetResponse)

    def kv_get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none (KVGet, server 5.2)."""
        return self._invoke("KVGet", _pb.KVGetRequest(key=key), _pb.KVGetResponse).value or None

    def kv_delete(self, key: str) -> None:
        """Deletes a key, if it is there (KVDelete, server 5.2)."""
        self._invoke("KVDelete", _pb.KVDeleteRequest(key=key), _pb.KVDeleteResponse)

    def kv_delete_all(self) -> None:
        """Deletes all keys of the plugin (KVDeleteAll, server 5.6)."""
        self._invoke("KVDeleteAll", _pb.KVDeleteAllRequest(), _pb.KVDeleteAllResponse)

    def kv_list(self, *, page: int = 0, per_page: int = 100) -> list[str]:
        """A page of the keys of the plugin (KVList, server 5.6)."""
        return list(self._invoke("KVList", _pb.KVListRequest(page=page, per_page=per_page), _pb.KVListResponse).keys)

    def kv_set_with_expiry(self, key: str, value: bytes, expire_in_seconds: int) -> None:
        """Stores a value that is gone after that many seconds (KVSetWithExpiry, server 5.6)."""
        request = _pb.KVSetWithExpiryRequest(key=key, value=value, expire_in_seconds=expire_in_seconds)
        self._invoke("KVSetWithExpiry", request, _pb.KVSetWithExpiryResponse)

    def kv_compare_and_set(self, key: str, old_value: bytes | None, new_value: bytes) -> bool:
        """Stores a value if the old one is still old_value; whether it did (KVCompareAndSet, server 5.12).

        With None as old_value, it stores only if the key has no value.
        """
        request = _pb.KVCompareAndSetRequest(key=key, old_value=old_value, new_value=new_value)
        return self._invoke("KVCompareAndSet", request, _pb.KVCompareAndSetResponse).success

    def kv_compare_and_delete(self, key: str, old_value: bytes) -> bool:
        """Deletes a key if its value is still old_value; whether it did (KVCompareAndDelete, server 5.16)."""
        request = _pb.KVCompareAndDeleteRequest(key=key, old_value=old_value)
        return self._invoke("KVCompareAndDelete", request, _pb.KVCompareAndDeleteResponse).success

    def kv_set_with_options(self, key: str, value: bytes, options: PluginKVSetOptions) -> bool:
        """Stores a value as the options say; whether it did (KVSetWithOptions, server 5.20)."""
        request = _pb.KVSetWithOptionsRequest(key=key, value=value, options=as_message(options))
        return self._invoke("KVSetWithOptions", request, _pb.KVSetWithOptionsResponse).success
