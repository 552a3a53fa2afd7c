"""The module `_ssl` for the library's `ssl`: TLS is spoken by the host, which checks certificates.

A context only remembers what is set. The host always demands a certificate that is valid for the name which was connected
with, from an authority that it trusts, and TLS 1.2 at least: nothing that Python code sets makes that less, and nothing that
it loads makes it more.
"""

from __future__ import annotations

import errno
import os
import sys

from mattermost_plugin._internal.host_sockets import connection_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, NoReturn

_CIPHERS = "HIGH:!aNULL:!eNULL"

# Names of the library's own module and their numbers, by prefix.
_NUMBERS = {
    "ALERT_DESCRIPTION_": {
        "ACCESS_DENIED": 49, "BAD_CERTIFICATE": 42, "BAD_CERTIFICATE_HASH_VALUE": 114, "BAD_CERTIFICATE_STATUS_RESPONSE": 113,
        "BAD_RECORD_MAC": 20, "CERTIFICATE_EXPIRED": 45, "CERTIFICATE_REVOKED": 44, "CERTIFICATE_UNKNOWN": 46,
        "CERTIFICATE_UNOBTAINABLE": 111, "CLOSE_NOTIFY": 0, "DECODE_ERROR": 50, "DECOMPRESSION_FAILURE": 30,
        "DECRYPT_ERROR": 51, "HANDSHAKE_FAILURE": 40, "ILLEGAL_PARAMETER": 47, "INSUFFICIENT_SECURITY": 71,
        "INTERNAL_ERROR": 80, "NO_RENEGOTIATION": 100, "PROTOCOL_VERSION": 70, "RECORD_OVERFLOW": 22,
        "UNEXPECTED_MESSAGE": 10, "UNKNOWN_CA": 48, "UNKNOWN_PSK_IDENTITY": 115, "UNRECOGNIZED_NAME": 112,
        "UNSUPPORTED_CERTIFICATE": 43, "UNSUPPORTED_EXTENSION": 110, "USER_CANCELLED": 90,
    },
    "CERT_": {"NONE": 0, "OPTIONAL": 1, "REQUIRED": 2},
    "ENCODING_": {"DER": 2, "PEM": 1},
    "HAS_": {
        "ALPN": True, "ECDH": True, "NPN": False, "PSK": False, "SNI": True, "SSLv2": False, "SSLv3": False,
        "TLS_UNIQUE": False, "TLSv1": False, "TLSv1_1": False, "TLSv1_2": True, "TLSv1_3": True,
    },
    "HOSTFLAG_": {
        "ALWAYS_CHECK_SUBJECT": 1, "MULTI_LABEL_WILDCARDS": 8, "NEVER_CHECK_SUBJECT": 32, "NO_PARTIAL_WILDCARDS": 4,
        "NO_WILDCARDS": 2, "SINGLE_LABEL_SUBDOMAINS": 16,
    },
    "OP_": {
        "ALL": 0x80000050, "CIPHER_SERVER_PREFERENCE": 1 << 22, "ENABLE_KTLS": 1 << 3, "ENABLE_MIDDLEBOX_COMPAT": 1 << 20,
        "IGNORE_UNEXPECTED_EOF": 1 << 7, "LEGACY_SERVER_CONNECT": 1 << 2, "NO_COMPRESSION": 1 << 17,
        "NO_RENEGOTIATION": 1 << 30, "NO_SSLv2": 0, "NO_SSLv3": 1 << 25, "NO_TICKET": 1 << 14, "NO_TLSv1": 1 << 26,
        "NO_TLSv1_1": 1 << 28, "NO_TLSv1_2": 1 << 27, "NO_TLSv1_3": 1 << 29, "SINGLE_DH_USE": 0, "SINGLE_ECDH_USE": 0,
    },
    "PROTOCOL_": {"SSLv23": 2, "TLS": 2, "TLS_CLIENT": 16, "TLS_SERVER": 17, "TLSv1": 3, "TLSv1_1": 4, "TLSv1_2": 5},
    "PROTO_": {
        "MAXIMUM_SUPPORTED": -1, "MINIMUM_SUPPORTED": -2, "SSLv3": 0x300, "TLSv1": 0x301, "TLSv1_1": 0x302, "TLSv1_2": 0x303,
        "TLSv1_3": 0x304,
    },
    "SSL_ERROR_": {
        "EOF": 8, "INVALID_ERROR_CODE": 10, "SSL": 1, "SYSCALL": 5, "WANT_CONNECT": 7, "WANT_READ": 2, "WANT_WRITE": 3,
        "WANT_X509_LOOKUP": 4, "ZERO_RETURN": 6,
    },
    "VERIFY_": {
        "ALLOW_PROXY_CERTS": 64, "CRL_CHECK_CHAIN": 12, "CRL_CHECK_LEAF": 4, "DEFAULT": 0, "X509_PARTIAL_CHAIN": 1 << 19,
        "X509_STRICT": 32, "X509_TRUSTED_FIRST": 1 << 15,
    },
}

_NONE, _REQUIRED = 0, 2
_CLIENT, _SERVER = 16, 17


class SSLError(OSError):
    """An error of TLS."""

    def __str__(self) -> str:
        return self.strerror if isinstance(self.strerror, str) else str(self.args)


class SSLZeroReturnError(SSLError):
    """TLS has been ended."""


class SSLWantReadError(SSLError):
    """Does not occur here."""


class SSLWantWriteError(SSLError):
    """Does not occur here."""


class SSLSyscallError(SSLError):
    """Does not occur here."""


class SSLEOFError(SSLError):
    """The connection has ended without an end of TLS."""


class SSLCertVerificationError(SSLError, ValueError):
    """The server does not prove who it is."""


def _unsupported(what: str) -> NoReturn:
    raise SSLError(errno.EOPNOTSUPP, f"{what}: TLS is spoken by the host of the sandbox, which knows no other settings")


class _SSLContext:
    """What was set. Of it only that counts which the host would not do."""

    def __new__(cls, protocol: int, *_: object) -> _SSLContext:
        if protocol not in (2, 5, _CLIENT):
            _unsupported("this version of TLS, or a server")
        self = super().__new__(cls)
        self._protocol = int(protocol)
        self._verify_mode = _REQUIRED if protocol == _CLIENT else _NONE
        self._check_hostname = protocol == _CLIENT
        self._settings = {"options": 0x82020050, "verify_flags": 1 << 15, "minimum_version": 0x303, "maximum_version": -1}
        self._host_flags = 4
        self.keylog_filename = None
        self.post_handshake_auth = False
        self.sni_callback = None
        self.num_tickets = 2
        self.security_level = 2
        return self

    def _setting(name: str) -> Any:  # type: ignore[misc]  # noqa: N805
        def get(self: _SSLContext) -> int:
            return self._settings[name]

        def set(self: _SSLContext, value: int) -> None:
            self._settings[name] = int(value)

        return property(get, set)

    options = _setting("options")
    verify_flags = _setting("verify_flags")
    minimum_version = _setting("minimum_version")
    maximum_version = _setting("maximum_version")
    del _setting

    @property
    def protocol(self) -> int:
        return self._protocol

    @property
    def verify_mode(self) -> int:
        return self._verify_mode

    @verify_mode.setter
    def verify_mode(self, value: int) -> None:
        if value == _NONE and self._check_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._verify_mode = int(value)

    @property
    def check_hostname(self) -> bool:
        return self._check_hostname

    @check_hostname.setter
    def check_hostname(self, value: bool) -> None:
        self._check_hostname = bool(value)
        if value and self._verify_mode == _NONE:
            self._verify_mode = _REQUIRED

    @property
    def _msg_callback(self) -> None:
        return None

    @_msg_callback.setter
    def _msg_callback(self, value: object) -> None:
        pass

    def load_verify_locations(self, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        for path in (cafile, capath):
            if path is not None and not os.fsdecode(path).startswith("/etc/ssl/"):  # what the system trusts, the host knows
                os.stat(path)

    def load_cert_chain(self, certfile: Any, keyfile: Any = None, password: Any = None) -> None:
        _unsupported("a certificate of the client's own")

    def load_dh_params(self, path: Any) -> None:
        _unsupported("parameters of Diffie-Hellman")

    def set_ciphers(self, ciphers: str) -> None:
        pass

    def get_ciphers(self) -> list[dict[str, Any]]:
        return []

    def set_ecdh_curve(self, name: str) -> None:
        pass

    def set_default_verify_paths(self) -> None:
        pass

    def _set_alpn_protocols(self, protocols: bytes) -> None:
        pass

    def _set_npn_protocols(self, protocols: bytes) -> None:
        pass

    def cert_store_stats(self) -> dict[str, int]:
        return {"x509": 1, "crl": 0, "x509_ca": 1}

    def get_ca_certs(self, binary_form: bool = False) -> list[Any]:
        return []

    def session_stats(self) -> dict[str, int]:
        return {}

    def _wrap_socket(
        self, sock: Any, server_side: bool, server_hostname: str | None = None, *, owner: Any = None, session: Any = None
    ) -> _SSLSocket:
        if server_side:
            _unsupported("a server")
        return _SSLSocket(self, sock, server_hostname, owner)

    def _wrap_bio(self, *_: object, **__: object) -> NoReturn:
        _unsupported("TLS without a socket")


class _SSLSocket:
    """A connection whose request is to go out through TLS."""

    session = None
    session_reused = False
    server_side = False

    def __init__(self, context: _SSLContext, sock: Any, server_hostname: str | None, owner: Any) -> None:
        self.context, self.server_hostname, self.owner = context, server_hostname, owner
        self._number = sock.fileno()

    def do_handshake(self) -> None:
        """The host does it when the request leaves."""
        connection = connection_of(self._number)
        name = self.server_hostname
        if name is not None and name.rstrip(".").lower() != _ascii(connection.host).rstrip(".").lower():
            raise SSLCertVerificationError(
                1, f"the certificate of {connection.host} is checked for that name, and not for {name}"
            )
        connection.tls = True

    def write(self, data: Any) -> int:
        connection = connection_of(self._number)
        with memoryview(data) as view, view.cast("B") as octets:
            connection.write(octets, self.owner.gettimeout())
            return len(octets)

    def read(self, size: int = 1024, buffer: Any = None) -> Any:
        connection = connection_of(self._number)
        target = bytearray(size) if buffer is None else buffer
        with memoryview(target) as view, view.cast("B") as octets, octets[: size or None] as part:
            count = connection.readinto(part, self.owner.gettimeout())
        return bytes(target[:count]) if buffer is None else count

    def pending(self) -> int:
        return 0

    def shutdown(self) -> Any:
        return self.owner

    def getpeercert(self, binary_form: bool = False) -> Any:
        """Not the server's, which is not there before the answer: what the host will have it prove, its name."""
        if binary_form:
            return None
        if self.context.verify_mode == _NONE:
            return {}
        host = _ascii(connection_of(self._number).host)
        kind = "IP Address" if ":" in host or host.rpartition(".")[2].isdigit() else "DNS"
        return {"subject": ((("commonName", host),),), "subjectAltName": ((kind, host),)}

    def cipher(self) -> tuple[str, str, int]:
        return "TLS_AES_128_GCM_SHA256", "TLSv1.3", 128

    def version(self) -> str:
        return "TLSv1.3"

    def _nothing(self, *_: object) -> None:
        return None

    shared_ciphers = compression = selected_alpn_protocol = get_channel_binding = _nothing
    get_verified_chain = get_unverified_chain = _nothing

    def verify_client_post_handshake(self) -> NoReturn:
        _unsupported("a certificate of the client's own")


class MemoryBIO:
    """Bytes between TLS and what carries it, which do not occur here."""

    def __new__(cls) -> NoReturn:
        _unsupported("TLS without a socket")


class SSLSession:
    """Does not occur here."""


class Certificate:
    """Does not occur here."""


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _txt2obj(text: str, name: bool = False) -> tuple[int, str, str, str]:
    known = {
        "1.3.6.1.5.5.7.3.1": (129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1"),
        "1.3.6.1.5.5.7.3.2": (130, "clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2"),
    }
    for oid, entry in known.items():
        if text == oid or name and text in entry[1:3]:
            return entry
    raise ValueError(f"unknown object {text!r}")


def create(name: str) -> ModuleType:
    """The module `_ssl`."""
    module = type(sys)(name, __doc__)
    for prefix, numbers in _NUMBERS.items():
        vars(module).update({prefix + suffix: number for suffix, number in numbers.items()})
    classes = (
        SSLError, SSLZeroReturnError, SSLWantReadError, SSLWantWriteError, SSLSyscallError, SSLEOFError,
        SSLCertVerificationError, _SSLContext, _SSLSocket, MemoryBIO, SSLSession, Certificate,
    )
    for made in classes:
        if issubclass(made, Exception):
            made.__module__ = "ssl"
        setattr(module, made.__name__, made)
    vars(module).update(
        OPENSSL_VERSION="OpenSSL 3.0.0 (its place is taken by the host of the sandbox)",
        OPENSSL_VERSION_INFO=(3, 0, 0, 0, 0),
        OPENSSL_VERSION_NUMBER=0x30000000,
        _OPENSSL_API_VERSION=(3, 0, 0, 0, 0),
        _DEFAULT_CIPHERS=_CIPHERS,
        RAND_add=lambda text, entropy: None,
        RAND_bytes=os.urandom,
        RAND_status=lambda: True,
        txt2obj=_txt2obj,
        nid2obj=lambda nid: _txt2obj({129: "serverAuth", 130: "clientAuth"}.get(nid, ""), True),
        get_default_verify_paths=lambda: ("SSL_CERT_FILE", "/lib/ssl/cert.pem", "SSL_CERT_DIR", "/lib/ssl/certs"),
    )
    return module
