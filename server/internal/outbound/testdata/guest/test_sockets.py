"""What packages do with sockets and contexts themselves."""

import errno
import io
import json
import socket
import ssl
import unittest
import warnings

from servers import PORTS

REQUEST = b"GET /echo HTTP/1.1\r\nHost: %s\r\n\r\n"
WEB_HOST = b"web.test:%d" % PORTS["web"]
SECURE_HOST = b"secure.test:%d" % PORTS["secure"]


def answer_of(sock):
    """What comes until the end."""
    received = bytearray()
    while chunk := sock.recv(1000):
        received += chunk
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    return head, body


class Sockets(unittest.TestCase):
    def test_a_socket_speaks_http(self):
        with socket.create_connection(("web.test", PORTS["web"]), timeout=10) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self.assertEqual((sock.gettimeout(), sock.getpeername()), (10, ("web.test", PORTS["web"])))
            sock.sendall(REQUEST % WEB_HOST)
            head, body = answer_of(sock)
        self.assertRegex(head, rb"^HTTP/1\.1 200 OK\r\n")
        self.assertRegex(head, rb"\r\nConnection: close")
        self.assertEqual(json.loads(body)["url"], "/echo")
        self.assertEqual(sock.fileno(), -1)

    def test_byte_by_byte(self):
        with socket.create_connection(("web.test", PORTS["web"])) as sock:
            request = b"PUT /echo HTTP/1.1\r\nHost: web.test:%d\r\nTransfer-Encoding: chunked\r\n\r\n" % PORTS["web"]
            for octet in request + b"3\r\nabc\r\n02;x=y\r\nde\r\n0\r\nX: y\r\n\r\n":
                self.assertEqual(sock.send(bytes((octet,))), 1)
            self.assertEqual(json.loads(answer_of(sock)[1])["body"], "abcde")

    def test_as_packages_connect(self):
        for entry in socket.getaddrinfo("secure.test", PORTS["secure"], socket.AF_UNSPEC, socket.SOCK_STREAM):
            family, kind, protocol, _, address = entry
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(10)
            sock.connect(address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.set_alpn_protocols(["http/1.1"])
        context.load_default_certs()
        with context.wrap_socket(sock, server_hostname="secure.test") as wrapped:
            self.assertEqual((sock.fileno(), wrapped.gettimeout(), wrapped.version()), (-1, 10, "TLSv1.3"))
            self.assertIsNone(wrapped.selected_alpn_protocol())
            self.assertEqual(wrapped.getpeercert()["subjectAltName"], (("DNS", "secure.test"),))
            file = wrapped.makefile("rwb", 0)
            file.write(REQUEST % SECURE_HOST)
            body = io.BufferedReader(file).read().partition(b"\r\n\r\n")[2]
        self.assertTrue(json.loads(body)["tls"])

    def test_nothing_but_http(self):
        with socket.create_connection(("web.test", PORTS["web"])) as sock:
            with self.assertRaisesRegex(OSError, "a request comes first"):
                sock.recv(100)
            with self.assertRaisesRegex(OSError, "only HTTP leaves the sandbox"):
                sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        for text in (b"EHLO web.test\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/2.0\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with socket.create_connection(("web.test", PORTS["web"])) as sock, self.assertRaises(OSError):
                sock.sendall(text)
        for data in (b"Content-Length: x\r\n\r\n", b"Content-Length: -1\r\n\r\n", b"nothing\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with socket.create_connection(("web.test", PORTS["web"])) as sock, self.assertRaises(OSError):
                sock.sendall(b"PUT / HTTP/1.1\r\n" + data)
        with socket.create_connection(("web.test", PORTS["web"])) as sock, self.assertRaises(OSError):
            sock.sendall(b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000)

    def test_one_request_a_connection(self):
        with socket.create_connection(("web.test", PORTS["web"])) as sock:
            sock.sendall(REQUEST % WEB_HOST)
            with self.assertRaises(BrokenPipeError):
                sock.sendall(REQUEST % WEB_HOST)

    def test_the_rest_of_sockets(self):
        with self.assertRaises(OSError):
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket() as sock:
            for refused in (lambda: sock.bind(("", 0)), sock.listen, sock.accept):
                with self.assertRaisesRegex(OSError, "ServeHTTP"):
                    refused()
            with self.assertRaises(OSError):
                sock.getpeername()
            with self.assertRaises(OSError):
                sock.recv(1)
            self.assertEqual(sock.connect_ex(("denied.test", 443)), errno.EACCES)
        with self.assertRaises(OSError):
            sock.send(b"x")
        with self.assertRaises(socket.gaierror):
            socket.gethostbyname("web.test")
        self.assertEqual(socket.gethostbyname("127.0.0.1"), "127.0.0.1")
        with self.assertRaises(OSError):
            socket.create_connection(("web.test", PORTS["web"]), source_address=("", 1))

    def test_contexts(self):
        context = ssl.create_default_context()
        self.assertEqual((context.verify_mode, context.check_hostname), (ssl.CERT_REQUIRED, True))
        with self.assertRaises(ValueError):
            context.verify_mode = ssl.CERT_NONE
        with self.assertRaises(FileNotFoundError):
            context.load_verify_locations("/plugin/no.pem")
        context.load_verify_locations("/plugin/ports.json")
        context.load_verify_locations("/etc/ssl/certs/ca-certificates.crt")  # as Debian's packages do
        with self.assertRaisesRegex(ssl.SSLError, "a certificate of the client's own"):
            context.load_cert_chain("/plugin/client.pem")
        with self.assertRaisesRegex(ssl.SSLError, "without a socket"):
            ssl.MemoryBIO()
        with self.assertRaises(ValueError):
            context.wrap_socket(socket.create_connection(("secure.test", PORTS["secure"])))
        self.assertTrue(ssl.OPENSSL_VERSION.startswith("OpenSSL "))
        self.assertTrue(ssl.HAS_SNI and ssl.HAS_NEVER_CHECK_COMMON_NAME)

    def test_no_context_makes_less_secure(self):
        with warnings.catch_warnings(action="ignore"):
            context = ssl._create_unverified_context()
        sock = socket.create_connection(("wrong.test", PORTS["secure"]))
        with context.wrap_socket(sock, server_hostname="wrong.test") as wrapped, self.assertRaises(ssl.SSLCertVerificationError):
            wrapped.sendall(REQUEST % (b"wrong.test:%d" % PORTS["secure"]))
        sock = socket.create_connection(("wrong.test", PORTS["secure"]))
        with self.assertRaisesRegex(ssl.SSLCertVerificationError, "is checked for that name"):
            ssl.create_default_context().wrap_socket(sock, server_hostname="secure.test")

    def test_sockets_are_given_back(self):
        from mattermost_plugin._internal import host_sockets

        before = len(host_sockets._sockets)
        for _ in range(10):
            sock = socket.create_connection(("web.test", PORTS["web"]))
            sock.close()
            socket.create_connection(("web.test", PORTS["web"]))  # which is forgotten
        self.assertEqual(len(host_sockets._sockets), before)
