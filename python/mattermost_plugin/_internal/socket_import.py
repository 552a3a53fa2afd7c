"""Puts the host's connections in the place of the builtin modules `_socket` and `_ssl`, as soon as those are imported."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_MAKERS = {"_socket": "host_sockets", "_ssl": "host_tls"}


class _Finder:
    """Finds the two modules; it is its own loader."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _MAKERS:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, origin="host")  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        maker = __import__(f"mattermost_plugin._internal.{_MAKERS[spec.name]}", fromlist=["create"])
        module: ModuleType = maker.create(spec.name)
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


def use_host_connections() -> None:
    """Makes sockets connections that the host makes, whenever `socket` is imported."""
    if "_socket" not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
