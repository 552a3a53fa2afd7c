import io
import json
import shutil
import unittest

from mattermost_plugin import Plugin, hook
from mattermost_plugin._internal.dispatch import Dispatcher
from mattermost_plugin.grpc.hooks_http_pb2 import ServeHTTPRequest, ServeHTTPResponse
from mattermost_plugin.servicers.hooks_servicer import HTTPRequest, HTTPResponseWriter
from streams import FakeHost, Stream

CHUNK = HTTPResponseWriter.MAX_CHUNK_SIZE


def request_of(url="/", headers=None, body=b"", **fields):
    values = {"method": "GET", "proto": "HTTP/1.1", "host": "h", "remote_addr": "", "request_uri": url} | fields
    request = HTTPRequest(
        values["method"], url, values["proto"], 1, 1, headers or {}, values["host"], values["remote_addr"],
        values["request_uri"], len(body),
    )
    if body:
        request.body = body
    return request


class Requests(unittest.TestCase):
    def test_path_and_query_are_decoded(self):
        request = request_of("/files/a%20b?x=1&x=2&empty=&u=%C3%A4")
        self.assertEqual((request.path, request.query_string), ("/files/a b", "x=1&x=2&empty=&u=%C3%A4"))
        self.assertEqual(request.query, {"x": ["1", "2"], "empty": [""], "u": ["ä"]})
        self.assertEqual((request.get_query("x"), request.get_query("none", "-")), ("1", "-"))

    def test_headers_are_found_whatever_their_case(self):
        request = request_of(headers={"Mattermost-User-Id": ["u"], "Content-Type": ["Text/HTML; charset=latin-1"]})
        self.assertEqual((request.user_id, request.content_type), ("u", "text/html"))
        self.assertEqual(request_of().user_id, "")

    def test_the_body_as_what_it_is(self):
        self.assertEqual(request_of(body=b'{"a": 1}').json(), {"a": 1})
        self.assertEqual(request_of(body=b"a=1&b=x+y&a=2").form(), {"a": ["1", "2"], "b": ["x y"]})
        self.assertEqual(request_of(body="ä".encode()).text, "ä")
        self.assertEqual(request_of(body=b"\xe4", headers={"content-type": 'text/plain; charset="latin-1"'}).text, "ä")
        self.assertEqual(request_of(body=b"\xff", headers={"content-type": "text/plain; charset=klingon"}).text, "\ufffd")
        with self.assertRaises(ValueError):
            request_of(body=b"{").json()

    def test_the_body_can_be_read_as_a_file_and_then_as_the_rest(self):
        request = request_of(body=b"one\ntwo\nthree")
        self.assertEqual((request.readline(), request.read(2)), (b"one\n", b"tw"))
        self.assertEqual(request.body, b"one\ntwo\nthree", "it was set as a whole")
        self.assertEqual(b"".join(request), b"o\nthree")

    def test_without_a_body_there_is_an_empty_one(self):
        request = request_of()
        self.assertEqual((request.read(), request.body, request.text, list(request)), (b"", b"", "", []))


class Writers(unittest.TestCase):
    def test_headers_keep_their_values(self):
        writer = HTTPResponseWriter()
        writer.add_header("Vary", "a")
        writer.add_header("vary", "b")
        writer.set_header("X-Count", 3)
        self.assertEqual(writer.headers, {"Vary": ["a", "b"], "X-Count": ["3"]})
        writer.del_header("VARY")
        self.assertEqual((writer.get_header("Vary", "-"), writer.get_header("x-count")), ("-", "3"))

    def test_headers_that_http_cannot_send_are_refused(self):
        for name, value in (("", "x"), ("a b", "x"), ("a:", "x"), ("ü", "x"), ("a", "x\r\nb: c"), ("a", "x\0")):
            with self.subTest(name=name, value=value), self.assertRaises(ValueError):
                HTTPResponseWriter().set_header(name, value)
            with self.subTest(name=name, value=value), self.assertRaises(ValueError):
                HTTPResponseWriter().add_header(name, value)

    def test_json_and_redirects(self):
        writer = HTTPResponseWriter()
        writer.write_json({"a": ["ä"]}, 201)
        self.assertEqual((writer.status_code, writer.get_header("Content-Type")), (201, "application/json"))
        self.assertEqual(json.loads(writer.get_body()), {"a": ["ä"]})
        writer = HTTPResponseWriter()
        writer.redirect("/a b/ä?x=%20#y", 303)
        self.assertEqual((writer.status_code, writer.get_header("Location")), (303, "/a%20b/%C3%A4?x=%20#y"))
        with self.assertRaises(ValueError):
            writer.set_header("Location", "/\r\nSet-Cookie: a=b")

    def test_it_is_a_file(self):
        writer = HTTPResponseWriter()
        with writer:
            shutil.copyfileobj(io.BytesIO(b"copied "), writer)
            writer.writelines(["and ", b"written ", bytearray(b"so")])
        self.assertEqual(writer.get_body(), b"copied and written so")
        with self.assertRaises(ValueError):
            writer.write(b"more")
        self.assertEqual((writer.writable(), writer.readable(), writer.seekable()), (True, False, False))

    def test_alone_it_keeps_what_was_written(self):
        writer = HTTPResponseWriter()
        writer.write(b"one")
        writer.write(memoryview(b"two"))
        self.assertEqual(writer.get_pending_writes(), [b"one", b"two"])
        writer.clear_pending_writes()
        writer.write(bytes(CHUNK))
        writer.flush()
        self.assertEqual(writer.get_pending_writes(), [bytes(CHUNK)])
        self.assertEqual(writer.get_body(), b"onetwo" + bytes(CHUNK))


class Streams(unittest.TestCase):
    def serve(self, handler, host, method="POST", **init):
        """The answer to a request whose body is the host's stream 1 and whose response goes to its stream 2."""
        plugin = type("Sample", (Plugin,), {"handle": hook("ServeHTTP")(lambda self, *args: handler(*args))})()
        init = {"method": method, "url": "/", "body_stream": 1, "response_stream": 2, "content_length": -1} | init
        request = ServeHTTPRequest(init=init)
        with host:
            return ServeHTTPResponse.FromString(Dispatcher(plugin).dispatch(0, request.SerializeToString()))

    def test_a_short_response_is_the_answer(self):
        host = FakeHost(s1=Stream([b"ab", b"cd"]), s2=Stream())
        answer = self.serve(lambda context, writer, request: writer.write(request.body.upper()), host)
        self.assertEqual((answer.init.status_code, answer.body_chunk, answer.body_complete), (200, b"ABCD", True))
        self.assertEqual(host.streams[2].written, [], "nothing crosses before the end")
        self.assertIsNone(host.streams[1].closed, "the host ends the streams of a hook")

    def test_a_long_response_leaves_in_chunks_and_its_rest_is_the_answer(self):
        def handler(context, writer, request):
            writer.set_header("X-A", "1")
            writer.write_header(206)
            for _ in range(CHUNK // 1000 + 1):
                writer.write(bytes(1000))
            writer.write(bytes(2 * CHUNK))
            self.assertEqual(writer.get_body(), b"", "what has left is forgotten")
            writer.write(b"rest")

        host = FakeHost(s1=Stream(), s2=Stream())
        answer = self.serve(handler, host)
        head, *chunks = host.streams[2].written
        self.assertEqual((head.init.status_code, head.init.headers[0].key, head.body_chunk), (206, "X-A", b""))
        self.assertEqual([len(chunk) for chunk in chunks], [CHUNK, 1000 * (CHUNK // 1000 + 1) - CHUNK, CHUNK, CHUNK])
        self.assertEqual((answer.HasField("init"), answer.body_chunk), (False, b"rest"))

    def test_a_flush_sends_head_and_body_at_once(self):
        def handler(context, writer, request):
            for word in (b"one", b"two"):
                writer.write(word)
                writer.flush()

        host = FakeHost(s1=Stream(), s2=Stream())
        answer = self.serve(handler, host)
        first, second = host.streams[2].written
        self.assertEqual((first.init.status_code, first.body_chunk, first.flush), (200, b"one", True))
        self.assertEqual((second.HasField("init"), second.body_chunk, second.flush), (False, b"two", True))
        self.assertEqual((answer.HasField("init"), answer.body_chunk), (False, b""))

    def test_a_response_may_begin_before_the_body_was_read(self):
        host = FakeHost(s1=Stream([b"body"]), s2=Stream())

        def handler(context, writer, request):
            writer.write(b"early")
            writer.flush()
            self.assertEqual(host.streams[1].chunks, [b"body"])
            writer.write(request.read())

        answer = self.serve(handler, host)
        self.assertEqual((host.streams[2].written[0].body_chunk, answer.body_chunk), (b"early", b"body"))

    def test_a_client_that_is_gone_is_an_error_for_who_writes(self):
        errors = []

        def handler(context, writer, request):
            for write in (lambda: writer.write(bytes(CHUNK)), lambda: writer.write(bytes(CHUNK)), writer.flush):
                try:
                    write()
                except BrokenPipeError as error:
                    errors.append(error)

        self.serve(handler, FakeHost(s1=Stream(), s2=Stream(write_limit=2)))
        self.assertEqual(len(errors), 2)

    def test_neither_outlives_the_hook(self):
        kept = []
        host = FakeHost(s1=Stream([b"one", b"two"]), s2=Stream())
        self.serve(lambda context, writer, request: kept.extend([writer, request, request.read1(3)]), host)
        writer, request, _ = kept
        with host:
            for use in (lambda: writer.write(b"late"), lambda: request.read(3)):
                with self.assertRaises(ValueError):
                    use()
        self.assertEqual((host.streams[1].chunks, host.streams[2].written), ([b"two"], []))

    def test_async_handlers_use_the_same(self):
        async def handler(context, writer, request):
            for chunk in request:
                writer.write(chunk.upper())
                writer.flush()

        host = FakeHost(s1=Stream([b"one", b"two"]), s2=Stream())
        self.serve(handler, host)
        self.assertEqual([part.body_chunk for part in host.streams[2].written], [b"ONE", b"TWO"])

    def test_an_exception_comes_out_and_what_has_not_left_is_dropped(self):
        def handler(context, writer, request):
            writer.write(bytes(CHUNK))
            writer.write(b"not any more")
            raise RuntimeError("no")

        host = FakeHost(s1=Stream(), s2=Stream())
        with self.assertRaisesRegex(RuntimeError, "no"):
            self.serve(handler, host)
        self.assertEqual(host.streams[2].written[1:], [bytes(CHUNK)])
