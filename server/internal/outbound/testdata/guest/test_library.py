"""The library's own clients, as they are."""

import gzip
import hashlib
import http.client
import http.cookiejar
import io
import json
import socket
import ssl
import unittest
import urllib.error
import urllib.parse
import urllib.request

from mattermost_plugin import PermissionDeniedError
from servers import CLOSED, DENIED, INSIDE, NOWHERE, PORTS, SECURE, WEB, WRONG, Zeros

MB = 1 << 20


class URLLib(unittest.TestCase):
    def test_get(self):
        for base, tls in ((WEB, False), (SECURE, True)):
            with urllib.request.urlopen(base + "/echo?x=1", timeout=10) as answer:
                seen = json.load(answer)
                self.assertEqual((answer.status, answer.reason, answer.geturl()), (200, "OK", base + "/echo?x=1"))
                self.assertEqual(answer.headers.get_content_type(), "application/json")
            self.assertEqual((seen["method"], seen["url"], seen["tls"]), ("GET", "/echo?x=1", tls))
            self.assertRegex(seen["headers"]["User-Agent"][0], "^Python-urllib/3")

    def test_post(self):
        request = urllib.request.Request(WEB + "/echo", data=urllib.parse.urlencode({"a": "b c"}).encode(), headers={"X-Own": "1"})
        with urllib.request.urlopen(request) as answer:
            seen = json.load(answer)
        self.assertEqual((seen["method"], seen["body"], seen["headers"]["X-Own"], seen["length"]), ("POST", "a=b+c", ["1"], 5))

    def test_methods_and_statuses(self):
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            with urllib.request.urlopen(urllib.request.Request(WEB + "/echo", method=method)) as answer:
                self.assertEqual(json.load(answer)["method"], method)
        with urllib.request.urlopen(urllib.request.Request(WEB + "/big?size=1000&length", method="HEAD")) as answer:
            self.assertEqual((answer.headers["Content-Length"], answer.read()), ("1000", b""))
        with urllib.request.urlopen(WEB + "/status/204") as answer:
            self.assertEqual((answer.status, answer.read()), (204, b""))
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(WEB + "/status/404")
        with caught.exception as error:
            self.assertEqual((error.code, error.read()), (404, b"this is 404"))

    def test_redirects_and_cookies(self):
        with urllib.request.urlopen(f"{WEB}/redirect?to={SECURE}/echo") as answer:
            self.assertEqual((answer.geturl(), json.load(answer)["tls"]), (SECURE + "/echo", True))
        jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=True))
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        with opener.open(WEB + "/cookies"), opener.open(WEB + "/echo") as answer:
            self.assertEqual(json.load(answer)["headers"]["Cookie"], ["a=1; b=2"])

    def test_what_goes_wrong(self):
        for url, kind, text in (
            (DENIED, PermissionError, "https://denied.test is not granted: the manifest does not ask for it"),
            (f"{WEB}/redirect?to={DENIED}", PermissionError, "denied.test is not granted"),
            (INSIDE, PermissionError, "its address is not one of the public"),
            (CLOSED, ConnectionRefusedError, "cannot be reached"),
            (NOWHERE, socket.gaierror, "no such host"),
            (WRONG, ssl.SSLCertVerificationError, "valid for secure.test, not wrong.test"),
            (WEB.replace("http:", "https:"), ssl.SSLError, "does not speak TLS"),
        ):
            with self.subTest(url), self.assertRaisesRegex(urllib.error.URLError, text) as caught:
                urllib.request.urlopen(url)
            self.assertIsInstance(caught.exception.reason, kind)
            if kind is PermissionError:
                self.assertIsInstance(caught.exception.reason.__cause__, PermissionDeniedError)

    def test_a_server_that_lets_wait(self):
        with self.assertRaises(TimeoutError):
            urllib.request.urlopen(WEB + "/hang", timeout=0.2)
        with urllib.request.urlopen(WEB + "/stop", timeout=0.2) as answer:
            self.assertEqual(answer.read(5), b"begin")
            with self.assertRaises(TimeoutError):
                answer.read()
        with urllib.request.urlopen(WEB + "/broken") as answer, self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            answer.read()

    def test_more_than_the_memory_passes_both_ways(self):
        size, expected = 120 * MB, hashlib.sha256()
        for _ in range(size // MB):
            expected.update(bytes(MB))
        for headers in ({"Content-Length": str(size)}, {}):  # the other one in chunks
            with urllib.request.urlopen(urllib.request.Request(SECURE + "/upload", data=Zeros(size), headers=headers)) as answer:
                seen = json.load(answer)
            self.assertEqual((seen["size"], seen["sha256"], seen["failed"]), (size, expected.hexdigest(), False))
            self.assertEqual(seen["length"], size if headers else -1)
        count = 0
        with urllib.request.urlopen(f"{SECURE}/big?size={size}") as answer:
            while chunk := answer.read(MB):
                count += len(chunk)
        self.assertEqual(count, size)


class HTTPClient(unittest.TestCase):
    def test_connections_are_opened_anew(self):
        for connection in (
            http.client.HTTPConnection("web.test", PORTS["web"], timeout=10),
            http.client.HTTPSConnection("secure.test", PORTS["secure"], timeout=10, context=ssl.create_default_context()),
        ):
            for n in range(3):
                connection.request("POST", f"/echo?{n}", body=b"x" * n, headers={"X-Own": str(n)})
                answer = connection.getresponse()
                seen = json.loads(answer.read())
                self.assertEqual((seen["url"], seen["body"], seen["headers"]["X-Own"]), (f"/echo?{n}", "x" * n, [str(n)]))
            connection.close()

    def test_headers(self):
        connection = http.client.HTTPConnection("web.test", PORTS["web"])
        connection.request("GET", "/cookies")
        answer = connection.getresponse()
        self.assertEqual(answer.headers.get_all("Set-Cookie"), ["a=1", "b=2"])
        self.assertEqual(answer.headers["X-Latin"], "café")
        self.assertEqual(answer.read(), b"")

    def test_a_body_in_pieces(self):
        connection = http.client.HTTPConnection("web.test", PORTS["web"])
        connection.request("PUT", "/echo", body=iter([b"pie", b"ces"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        seen = json.loads(connection.getresponse().read())
        self.assertEqual((seen["body"], seen["encoding"] or seen["length"]), ("pieces", 6))
        connection.putrequest("PUT", "/echo")
        connection.putheader("Content-Length", "6")
        connection.endheaders()
        for piece in (b"p", b"iec", b"es"):
            connection.send(piece)
        self.assertEqual(json.loads(connection.getresponse().read())["body"], "pieces")

    def test_an_answer_before_the_end_of_the_request(self):
        connection = http.client.HTTPConnection("web.test", PORTS["web"])
        connection.request("PUT", "/early", body=Zeros(50 * MB), headers={"Content-Length": str(50 * MB)})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (413, b"too much"))

    def test_a_denied_host_cannot_be_connected_with(self):
        connection = http.client.HTTPSConnection("denied.test")
        with self.assertRaisesRegex(PermissionError, "https://denied.test is not granted"):
            connection.connect()

    def test_a_proxy_of_the_plugins_own_is_refused(self):
        connection = http.client.HTTPSConnection("web.test", PORTS["web"])
        connection.set_tunnel("secure.test", 443)
        with self.assertRaisesRegex(OSError, "the host chooses the way"):
            connection.request("GET", "/")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": WEB}))
        with self.assertRaisesRegex(urllib.error.URLError, "for a proxy"):
            opener.open("http://secure.test/")

    def test_what_is_packed_stays_packed(self):
        request = urllib.request.Request(WEB + "/packed", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as answer:
            self.assertEqual(answer.headers["Content-Encoding"], "gzip")
            self.assertEqual(gzip.GzipFile(fileobj=io.BytesIO(answer.read())).read(), b"unpacked")
        with urllib.request.urlopen(WEB + "/packed") as answer:
            self.assertEqual(answer.read(), b"as it is")


class XMLRPC(unittest.TestCase):
    def test_another_client_of_the_library(self):
        import xmlrpc.client

        with self.assertRaises(xmlrpc.client.ProtocolError) as caught:
            xmlrpc.client.ServerProxy(WEB + "/status/404").anything()
        self.assertEqual(caught.exception.errcode, 404)
