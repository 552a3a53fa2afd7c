"""Gives asyncio the guest's event loop as soon as it is imported, and not before: importing it takes its time."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class _Finder:
    """Finds asyncio where the other finders do, once, and lets `_Loader` load it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "asyncio":
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _Loader(spec.loader)
                return spec
        return None


class _Loader:
    """The loader it was made from; a module that it has run has the guest's event loop policy."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def exec_module(self, module: ModuleType) -> None:
        without = "ssl" not in sys.modules
        if without:  # it would be imported for loops that have sockets
            sys.modules["ssl"] = None  # type: ignore[assignment]
        try:
            self._loader.exec_module(module)
        finally:
            if without:
                del sys.modules["ssl"]
        _set_policy()


def _set_policy() -> None:
    from asyncio import set_event_loop_policy

    from mattermost_plugin._internal.event_loop import GuestEventLoopPolicy

    set_event_loop_policy(GuestEventLoopPolicy())


def use_guest_event_loop() -> None:
    """Makes GuestEventLoop the event loop of asyncio, whenever that is imported."""
    if "asyncio" in sys.modules:
        _set_policy()
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
