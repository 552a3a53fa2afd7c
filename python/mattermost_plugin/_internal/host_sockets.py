"""The builtin module `_socket`, of which the sandbox's own has no connections: here a socket speaks HTTP through the host.

So `socket`, `ssl`, `http.client`, `urllib.request`, and packages that are built on them, work as they are. Names are
not looked up here: an address is what was asked for, and the host looks it up when it dials.
"""

from __future__ import annotations

import errno
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from mattermost_plugin._internal.host_connection import HostConnection

_FIRST = 1 << 24  # the number of the first socket: no file has one as large

# What packages set on sockets without being asked, where the C library of the sandbox has no name for it.
_OPTIONS = {"SO_BROADCAST": 6, "SO_ERROR": 4, "SO_KEEPALIVE": 9, "SO_LINGER": 13, "SO_RCVBUF": 8, "SO_REUSEADDR": 2, "SO_SNDBUF": 7}


class _Socket:
    """A socket that is not wrapped in an object of Python's: what a file descriptor stands for."""

    def __init__(self) -> None:
        self.peer: HostConnection | None = None


_sockets: dict[int, _Socket] = {}
_last = _FIRST
_default_timeout: float | None = None


def connection_of(number: int) -> HostConnection:
    """The connection of a socket by its number. Raises OSError when it is not connected."""
    found = _sockets.get(number)
    if found is None:
        raise OSError(errno.EBADF, "the socket is closed")
    if found.peer is None:
        raise OSError(errno.ENOTCONN, "the socket is not connected")
    return found.peer


def fill(module: ModuleType, native: ModuleType) -> None:
    """Makes the module: the sandbox's own, with sockets that work."""
    vars(module).update({name: value for name, value in vars(native).items() if not name.startswith("__")})
    for name, number in _OPTIONS.items():
        vars(module).setdefault(name, number)
    stream, inet, inet6 = native.SOCK_STREAM, native.AF_INET, native.AF_INET6

    class socket:
        """A TCP connection that carries one request of HTTP."""

        __slots__ = ("_family", "_type", "_proto", "_timeout", "_number")

        family = property(lambda self: self._family)
        type = property(lambda self: self._type)
        proto = property(lambda self: self._proto)

        def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:
            global _last
            self._family = inet if family == -1 else int(family)
            self._type = stream if type == -1 else int(type)
            self._proto = 0 if proto == -1 else int(proto)
            self._timeout = _default_timeout
            if fileno is not None:
                if fileno not in _sockets:
                    raise OSError(errno.EBADF, "there is no such socket")
                self._number = fileno
                return
            if self._family not in (inet, inet6) or self._type != stream:
                raise OSError(errno.EPROTONOSUPPORT, "only HTTP leaves the sandbox, so there are only TCP sockets")
            _last += 1
            self._number = _last
            _sockets[_last] = _Socket()

        def connect(self, address: tuple[Any, ...]) -> None:
            from mattermost_plugin._internal.host_connection import HostConnection

            if self._number not in _sockets:
                raise OSError(errno.EBADF, "the socket is closed")
            if _sockets[self._number].peer is not None:
                raise OSError(errno.EISCONN, "the socket is connected")
            host, port = address[:2]
            peer = HostConnection(host, _port(port))
            peer.connect()
            _sockets[self._number].peer = peer

        def connect_ex(self, address: tuple[Any, ...]) -> int:
            try:
                self.connect(address)
            except OSError as error:
                return error.errno or errno.EIO
            return 0

        def send(self, data: Any, flags: int = 0) -> int:
            with memoryview(data) as view, view.cast("B") as octets:
                connection_of(self._number).write(octets, self._timeout)
                return len(octets)

        def sendall(self, data: Any, flags: int = 0) -> None:
            self.send(data)

        def recv(self, size: int, flags: int = 0) -> bytes:
            buffer = bytearray(size)
            return bytes(buffer[: self.recv_into(buffer)])

        def recv_into(self, buffer: Any, size: int = 0, flags: int = 0) -> int:
            with memoryview(buffer) as view, view.cast("B") as octets, octets[: size or None] as part:
                return connection_of(self._number).readinto(part, self._timeout)

        def shutdown(self, how: int) -> None:
            connection_of(self._number)

        def close(self) -> None:
            closed, self._number = _sockets.pop(self._number, None), -1
            if closed is not None and closed.peer is not None:
                closed.peer.close()

        def detach(self) -> int:
            number, self._number = self._number, -1
            return number

        def __del__(self) -> None:
            try:
                self.close()
            except Exception:
                pass  # nobody is left to be told

        def fileno(self) -> int:
            return self._number

        def getpeername(self) -> tuple[str, int]:
            peer = connection_of(self._number)
            return peer.host, peer.port

        def getsockname(self) -> tuple[str, int]:
            return "0.0.0.0", 0

        def settimeout(self, timeout: float | None) -> None:
            if timeout is not None and timeout < 0:
                raise ValueError("Timeout value out of range")
            self._timeout = None if timeout is None else float(timeout)

        def gettimeout(self) -> float | None:
            return self._timeout

        timeout = property(gettimeout)

        def setblocking(self, flag: bool) -> None:
            self._timeout = None if flag else 0.0

        def getblocking(self) -> bool:
            return self._timeout != 0.0

        def setsockopt(self, *_: object) -> None:
            pass  # the connection is the host's own

        def getsockopt(self, level: int, option: int, size: int = 0) -> int | bytes:
            value = self._type if (level, option) == (native.SOL_SOCKET, native.SO_TYPE) else 0
            return value.to_bytes(4, "little") if size else value

        def _refuse(self, *_: object) -> Any:
            raise OSError(errno.EOPNOTSUPP, "nothing reaches the sandbox from outside but hooks: use ServeHTTP")

        bind = listen = _accept = sendto = recvfrom = recvfrom_into = sendmsg = recvmsg = _refuse

    def getaddrinfo(
        host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> list[tuple[Any, ...]]:
        if isinstance(host, (bytes, bytearray)):
            host = host.decode("ascii")
        if not host:
            raise native.gaierror(native.EAI_NONAME, "a server has a name")
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        family = inet6 if ":" in host else inet
        return [(family, stream, native.IPPROTO_TCP, "", (host, _port(port)))]

    def _port(port: Any) -> int:
        known = {"http": 80, "https": 443}
        if isinstance(port, (str, bytes)):
            text = port if isinstance(port, str) else port.decode("ascii")
            if text not in known and not text.isdigit():
                raise native.gaierror(native.EAI_SERVICE, f"{text!r} is no service")
            port = known.get(text) or int(text)
        port = port or 0
        if not 0 <= port <= 0xFFFF:
            raise OverflowError("port must be 0-65535.")
        return port

    def gethostbyname(name: str) -> str:
        try:
            native.inet_aton(name)
        except OSError:
            raise native.gaierror(native.EAI_NONAME, f"{name}: names are looked up by the host when it connects") from None
        return name

    def getdefaulttimeout() -> float | None:
        return _default_timeout

    def setdefaulttimeout(timeout: float | None) -> None:
        global _default_timeout
        _default_timeout = None if timeout is None else float(timeout)

    def close(number: int) -> None:
        socket(fileno=number).close()

    def gethostname() -> str:
        return "localhost"

    socket.__module__ = "_socket"
    made = (socket, getaddrinfo, gethostbyname, gethostname, getdefaulttimeout, setdefaulttimeout, close)
    vars(module).update({item.__name__: item for item in made}, SocketType=socket)
    vars(module).pop("dup", None)
    vars(module).pop("CAPI", None)


def create(name: str) -> ModuleType:
    """The module `_socket`."""
    from importlib.machinery import BuiltinImporter
    from importlib.util import module_from_spec

    spec = BuiltinImporter.find_spec(name)
    assert spec is not None and spec.loader is not None
    native = module_from_spec(spec)
    spec.loader.exec_module(native)
    module = type(sys)(name, native.__doc__)
    fill(module, native)
    return module
