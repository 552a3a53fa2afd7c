import asyncio
import hashlib
import io
import time
import unittest

from mattermost_plugin import PermissionDeniedError, PluginAPIError, UnavailableError, ValidationError, http
from mattermost_plugin._internal import hook_runner
from servers import CLOSED, DENIED, INSIDE, NOWHERE, PATTERN, PORTS, SECURE, WEB, WRONG, Zeros

MB = 1 << 20


class Request(unittest.TestCase):
    def test_an_answer(self):
        answer = http.request("get", SECURE + "/echo?x=1", headers={"X-Own": ["1", "2"]}, params={"y": "a b"})
        seen = answer.json()
        self.assertEqual((seen["method"], seen["url"], seen["tls"], seen["length"]), ("GET", "/echo?x=1&y=a+b", True, 0))
        self.assertEqual(seen["headers"], {"X-Own": ["1", "2"], "User-Agent": ["mattermost_plugin"]})
        self.assertEqual((answer.status_code, answer.status, answer.ok, answer.reason), (200, 200, True, "OK"))
        self.assertEqual((answer.content_type, answer.url), ("application/json", SECURE + "/echo?x=1&y=a+b"))
        self.assertIs(answer.raise_for_status(), answer)

    def test_bodies(self):
        for data, body, content_type in (
            (b"\x00bytes", "\x00bytes", None),
            (bytearray(b"array"), "array", None),
            ("täxt", "täxt", "text/plain; charset=utf-8"),
            ({"a": 1, "b": ["x", "y z"]}, "a=1&b=x&b=y+z", "application/x-www-form-urlencoded"),
            (io.BytesIO(b"file"), "file", None),
            ([b"pie", b"", b"ces"], "pieces", None),
            ((piece for piece in (b"gene", b"rator")), "generator", None),
        ):
            seen = http.request("POST", WEB + "/echo", data=data).json()
            self.assertEqual((seen["body"], seen["headers"].get("Content-Type", [None])[0]), (body, content_type))
        seen = http.request("PUT", WEB + "/echo", json={"a": [1, None]}, headers={"content-type": "application/own"}).json()
        self.assertEqual((seen["body"], seen["headers"]["Content-Type"]), ('{"a": [1, null]}', ["application/own"]))
        self.assertEqual(http.request("POST", WEB + "/echo", data=io.BytesIO(b"file")).json()["length"], 4)
        self.assertEqual(http.request("POST", WEB + "/echo", data=[b"pieces"]).json()["encoding"], ["chunked"])
        with self.assertRaises(TypeError):
            http.request("POST", WEB, data=b"", json={})

    def test_a_status_is_no_exception_unless_it_is_asked_for(self):
        answer = http.request("GET", WEB + "/status/404")
        self.assertEqual((answer.ok, answer.text), (False, "this is 404"))
        with self.assertRaisesRegex(http.HTTPStatusError, "/status/404 answers 404 Not Found") as caught:
            answer.raise_for_status()
        self.assertEqual((caught.exception.status_code, caught.exception.response), (404, answer))
        self.assertEqual(http.request("GET", WEB + "/status/204").content, b"")
        self.assertEqual(http.request("HEAD", WEB + "/big?size=1000&length").headers["Content-Length"], ["1000"])

    def test_headers_come_one_by_one(self):
        headers = http.request("GET", WEB + "/cookies").headers
        self.assertEqual((headers["Set-Cookie"], headers["X-Latin"]), (["a=1", "b=2"], ["café"]))

    def test_redirects(self):
        answer = http.request("GET", f"{WEB}/redirect?to={SECURE}/echo")
        self.assertEqual((answer.url, answer.json()["tls"]), (SECURE + "/echo", True))
        answer = http.request("GET", f"{WEB}/redirect?to={DENIED}", follow_redirects=False)
        self.assertEqual((answer.status_code, answer.get_header("location")), (302, DENIED))
        with self.assertRaisesRegex(PermissionDeniedError, "https://denied.test is not granted"):
            http.request("GET", f"{WEB}/redirect?to={DENIED}")

    def test_a_denied_host_is_named_and_so_is_who_denies_it(self):
        with self.assertRaises(PermissionDeniedError) as caught:
            http.request("GET", DENIED + "/x")
        self.assertRegex(str(caught.exception), r"^https://denied.test is not granted: the manifest does not ask for it \[mmpy.denied\] \(HTTP 403\)$")
        with self.assertRaisesRegex(PermissionDeniedError, "inside.test:.* is not granted: its address is not one of the public"):
            http.request("GET", INSIDE)

    def test_what_goes_wrong(self):
        for url, kind, error_id, text in (
            (CLOSED, UnavailableError, "mmpy.http.unreachable", "cannot be reached"),
            (NOWHERE, UnavailableError, "mmpy.http.unknown_host", "no such host"),
            (WRONG, PluginAPIError, "mmpy.http.untrusted", "valid for secure.test, not wrong.test"),
            (WEB.replace("http:", "https:"), PluginAPIError, "mmpy.http.untrusted", "does not speak TLS"),
            (WEB + "/broken", PluginAPIError, "mmpy.http.garbled", "in the middle"),
            ("ftp://web.test/", ValidationError, "mmpy.invalid", "neither http nor https"),
            ("http://user:secret@web.test/", ValidationError, "mmpy.invalid", "Authorization"),
        ):
            with self.subTest(url), self.assertRaisesRegex(kind, text) as caught:
                http.request("GET", url)
            self.assertEqual(caught.exception.error_id, error_id)
        with self.assertRaisesRegex(ValueError, "line break"):
            http.request("GET", WEB, headers={"X": "1\r\nY: 2"})

    def test_a_server_that_lets_wait(self):
        begin = time.monotonic()
        with self.assertRaises(UnavailableError) as caught:
            http.request("GET", WEB + "/hang", timeout=0.2)
        self.assertEqual(caught.exception.error_id, "mmpy.http.timeout")
        self.assertLess(time.monotonic() - begin, 5)
        with http.request("GET", WEB + "/stop", timeout=0.2, stream=True) as answer, self.assertRaises(ConnectionResetError):
            answer.read()

    def test_while_the_file_is_loaded_there_is_no_network(self):
        hook_runner.loading = True
        try:
            with self.assertRaisesRegex(PermissionDeniedError, "still being loaded; ask from OnActivate on"):
                http.request("GET", WEB)
        finally:
            hook_runner.loading = False

    def test_more_than_the_memory_passes_both_ways(self):
        size, expected = 150 * MB, hashlib.sha256()
        for _ in range(size // MB):
            expected.update(bytes(MB))
        source = Zeros(size)
        seen = http.request("PUT", SECURE + "/upload", data=source).json()
        self.assertEqual((seen["size"], seen["sha256"], seen["failed"]), (size, expected.hexdigest(), False))
        self.assertGreater(source.reads, 1000)
        got = hashlib.sha256()
        count = 0
        with http.request("GET", f"{SECURE}/big?size={size}", stream=True) as answer:
            for chunk in answer:
                got.update(chunk)
                count += len(chunk)
        expected = hashlib.sha256()
        for _ in range(size // len(PATTERN)):
            expected.update(PATTERN)
        self.assertEqual((count, got.hexdigest()), (size, expected.hexdigest()))

    def test_an_answer_before_the_end_of_the_request(self):
        answer = http.request("PUT", WEB + "/early", data=Zeros(50 * MB))
        self.assertEqual((answer.status_code, answer.text), (413, "too much"))

    def test_a_source_that_fails(self):
        def pieces():
            yield b"begin"
            raise LookupError("no more")

        with self.assertRaisesRegex(LookupError, "no more"):
            http.request("PUT", WEB + "/upload", data=pieces())
        self.assertEqual(http.request("GET", WEB + "/echo").status_code, 200)

    def test_streams_are_given_back(self):
        for _ in range(300):  # more than there are
            with http.request("GET", WEB + "/big?size=100000", stream=True) as answer:
                answer.read(10)
        for _ in range(300):
            http.request("GET", WEB + "/big?size=10")


class Async(unittest.IsolatedAsyncioTestCase):
    async def test_requests_overlap(self):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(http.request_async("GET", WEB + "/meet?of=16")) for _ in range(16)]
        self.assertEqual({task.result().text for task in tasks}, {"all are there"})

    async def test_bodies(self):
        async def pieces():
            for piece in (b"asyn", b"chronous"):
                await asyncio.sleep(0)
                yield piece

        self.assertEqual((await http.request_async("POST", WEB + "/echo", data=pieces())).json()["body"], "asynchronous")
        self.assertEqual((await http.request_async("POST", WEB + "/echo", json=[1])).json()["body"], "[1]")
        size = 20 * MB
        seen = (await http.request_async("PUT", WEB + "/upload", data=Zeros(size))).json()
        self.assertEqual((seen["size"], seen["failed"]), (size, False))
        count = 0
        with await http.request_async("GET", f"{WEB}/big?size={size}", stream=True) as answer:
            async for chunk in answer:
                count += len(chunk)
        self.assertEqual(count, size)

    async def test_what_goes_wrong(self):
        with self.assertRaisesRegex(PermissionDeniedError, "denied.test is not granted"):
            await http.request_async("GET", DENIED)
        with self.assertRaises(UnavailableError):
            await http.request_async("GET", WEB + "/hang", timeout=0.2)

    async def test_a_cancelled_request(self):
        with self.assertRaises(TimeoutError):
            async with asyncio.timeout(0.2):
                await http.request_async("GET", WEB + "/hang")
        for _ in range(3):
            self.assertEqual((await http.request_async("GET", WEB + "/echo")).status_code, 200)
