"""Modules that are imported when one of their names is first used."""

from __future__ import annotations


class LazyModule:
    """Stands for the module of that name; a name once used is an ordinary attribute.

    Give type checkers the module itself::

        if TYPE_CHECKING:
            from mattermost_plugin.grpc import post_pb2 as _pb
        else:
            _pb = LazyModule("mattermost_plugin.grpc.post_pb2")
    """

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> object:
        module = __import__(self.__dict__["_name"], fromlist=[name])
        value = self.__dict__[name] = getattr(module, name)
        return value

    def __repr__(self) -> str:
        return f"<lazy module {self.__dict__['_name']!r}>"
