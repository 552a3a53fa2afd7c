import asyncio
import io
import unittest

import _mmpy
from mattermost_plugin import AsyncPluginAPIClient, NotFoundError, PluginAPIClient, UnavailableError
from mattermost_plugin._internal.wrappers import FileInfo, UploadSession
from mattermost_plugin.grpc import api_file_bot_pb2, api_kv_config_pb2, api_remaining_pb2, api_shared_channels_pb2
from mattermost_plugin.testing import MockTransport
from streams import UNAVAILABLE, FakeHost, Stream, status_error

LARGE = 1024 * 1024 + 1


class Uploads(unittest.TestCase):
    def setUp(self):
        self.host = FakeHost()
        self.api = PluginAPIClient()

    def sent(self, number=100):
        return b"".join(self.host.streams[number].written)

    def test_a_file_goes_through_a_pipe(self):
        self.host.answer = lambda *_: api_file_bot_pb2.UploadDataResponse(file_info={"id": "f"}).SerializeToString()
        with self.host:
            info = self.api.upload_data(UploadSession(id="s"), io.BytesIO(b"data" * 50000))
        self.assertEqual(info.id, "f")
        [(method, request, state)] = self.host.calls
        self.assertEqual((method, request.upload_session.id, request.data, state), ("UploadData", "s", b"", "collected"))
        self.assertEqual((request.data_stream, self.sent(), self.host.streams[100].closed), (100, b"data" * 50000, "whole"))

    def test_so_do_many_bytes_and_few_are_in_the_message(self):
        with self.host:
            self.api.upload_data(UploadSession(), bytearray(LARGE))
        self.assertEqual(len(self.sent()), LARGE)
        transport = MockTransport({"UploadData": None})
        PluginAPIClient(transport=transport).upload_data(UploadSession(), memoryview(b"few"))
        self.assertEqual(transport.requests("UploadData")[0].data, b"few")

    def test_a_test_s_transport_gets_the_whole(self):
        transport = MockTransport({"UploadData": None})
        PluginAPIClient(transport=transport).upload_data(UploadSession(), io.BytesIO(bytes(LARGE)))
        [request] = transport.requests("UploadData")
        self.assertEqual((len(request.data), request.data_stream), (LARGE, 0))

    def test_bundles_and_shared_files_go_alike(self):
        with self.host:
            self.api.install_plugin(io.BytesIO(b"bundle"), force=True)
            self.api.receive_shared_channel_attachment_sync_msg("r", "c", FileInfo(id="f"), io.BytesIO(b"file"))
        (_, install, _), (_, receive, _) = self.host.calls
        self.assertEqual((install.replace, install.file_stream, self.sent(100)), (True, 100, b"bundle"))
        self.assertEqual((receive.remote_id, receive.channel_id, receive.file_info.id), ("r", "c", "f"))
        self.assertEqual((receive.data_stream, self.sent(101)), (101, b"file"))

    def test_an_answer_before_the_end_is_the_result(self):
        error = {"id": "app.upload", "message": "too large", "status_code": 404}
        self.host.answer = lambda *_: api_file_bot_pb2.UploadDataResponse(error=error).SerializeToString()
        stream_pipe = self.host.stream_pipe

        def short_pipe():
            number = stream_pipe()
            self.host.streams[number].write_limit = 1
            return number

        self.host.stream_pipe = short_pipe
        with self.host, self.assertRaisesRegex(NotFoundError, "too large"):
            self.api.upload_data(UploadSession(), io.BytesIO(bytes(LARGE)))
        self.assertEqual(self.host.calls[0][2], "collected")

    def test_a_file_that_fails_gives_the_call_up(self):
        class Broken(io.RawIOBase):
            def read(self, size=-1):
                raise BrokenPipeError("the file's own")

        with self.host, self.assertRaisesRegex(BrokenPipeError, "the file's own"):
            self.api.upload_data(UploadSession(), Broken())
        self.assertEqual((self.host.streams[100].closed, self.host.calls[0][2]), ("failed", "forgotten"))

    def test_what_is_no_content_is_told(self):
        with self.host:
            with self.assertRaisesRegex(TypeError, "binary mode"):
                self.api.upload_data(UploadSession(), io.StringIO("text"))
            with self.assertRaisesRegex(TypeError, "bytes-like"):
                self.api.upload_data(UploadSession(), "text")

    def test_a_host_that_fails_is_the_api_s_error(self):
        def collect(ticket, response_type=None, method=None):
            raise status_error("UploadData", UNAVAILABLE)

        self.host.collect = collect
        with self.host, self.assertRaises(UnavailableError):
            self.api.upload_data(UploadSession(), io.BytesIO(b"x"))


class AsyncUploads(unittest.TestCase):
    def setUp(self):
        self.host = FakeHost()
        self.api = AsyncPluginAPIClient()

    def run_on_host(self, coroutine):
        with self.host:
            return asyncio.run(coroutine)

    def test_a_file_and_an_iterator_go_through_a_pipe(self):
        async def words():
            for word in (b"one", b"two"):
                await asyncio.sleep(0)
                yield word

        for number, content in ((100, io.BytesIO(b"onetwo")), (101, words())):
            with self.subTest(number):
                self.run_on_host(self.api.upload_data(UploadSession(id="s"), content))
                stream = self.host.streams[number]
                self.assertEqual((b"".join(stream.written), stream.closed), (b"onetwo", "whole"))
                self.assertEqual((self.host.calls[-1][1].data_stream, self.host.calls[-1][2]), (number, "collected"))

    def test_other_tasks_go_on_while_it_is_sent(self):
        turns = []

        async def other():
            for _ in range(10):
                turns.append(len(self.host.streams[100].written) if self.host.streams else 0)
                await asyncio.sleep(0)

        async def main():
            await asyncio.gather(self.api.upload_data(UploadSession(), io.BytesIO(bytes(8 * 65536))), other())

        self.run_on_host(main())
        self.assertGreater(len(set(turns)), 3, turns)

    def test_an_iterator_that_fails_gives_the_call_up(self):
        async def broken():
            yield b"some"
            raise RuntimeError("no more")

        with self.assertRaisesRegex(RuntimeError, "no more"):
            self.run_on_host(self.api.upload_data(UploadSession(), broken()))
        self.assertEqual((self.host.streams[100].closed, self.host.calls[0][2]), ("failed", "forgotten"))

    def test_a_test_s_transport_gets_the_whole(self):
        async def words():
            yield b"one"
            yield b"two"

        transport = MockTransport({"UploadData": None})
        asyncio.run(AsyncPluginAPIClient(transport=transport).upload_data(UploadSession(), words()))
        self.assertEqual(transport.requests("UploadData")[0].data, b"onetwo")


class PluginHTTP(unittest.TestCase):
    answer = {
        "status_code": 201,
        "headers": {"X-A": "1, 2"},
        "headers_exact": [{"key": "X-A", "values": ["1", "2"]}],
        "body": b"pong",
    }

    def test_the_result_is_the_tuple_that_plugins_know_and_more(self):
        transport = MockTransport({"PluginHTTP": self.answer})
        result = PluginAPIClient(transport=transport).plugin_http("POST", "/p/x", {"A": "1", "B": ["2", "3"]}, b"ping")
        self.assertEqual(result, (201, {"X-A": "1, 2"}, b"pong"))
        status, headers, body = result
        self.assertEqual((result.status_code, result.headers, result.body), (status, headers, body))
        self.assertEqual(result.all_headers, {"X-A": ["1", "2"]})
        [request] = transport.requests("PluginHTTP")
        self.assertEqual((request.method, request.url, request.body, request.stream_response), ("POST", "/p/x", b"ping", False))
        self.assertEqual(dict(request.headers), {"A": "1", "B": "2, 3"})
        self.assertEqual({one.key: list(one.values) for one in request.headers_exact}, {"A": ["1"], "B": ["2", "3"]})

    def test_plain_headers_travel_as_they_did(self):
        transport = MockTransport({"PluginHTTP": None})
        PluginAPIClient(transport=transport).plugin_http("GET", "/p/x", {"A": "1"})
        [request] = transport.requests("PluginHTTP")
        self.assertEqual((dict(request.headers), len(request.headers_exact)), ({"A": "1"}, 0))

    def test_a_response_is_read_as_it_arrives(self):
        host = FakeHost(s7=Stream([b"one\n", b"two"]))
        response = api_remaining_pb2.PluginHTTPResponse(status_code=200, body_stream=7, content_length=7)
        host.answer = lambda *_: response.SerializeToString()
        with host, PluginAPIClient().plugin_http_stream("PUT", "/p/x", body=io.BytesIO(b"sent")) as received:
            self.assertEqual((received.status_code, received.content_length), (200, 7))
            self.assertEqual((received.readline(), list(received)), (b"one\n", [b"two"]))
            received.close()
            self.assertEqual(host.streams[7].closed, "whole")
        self.assertTrue(host.calls[0][1].stream_response)

    def test_a_mocked_response_streams_alike(self):
        transport = MockTransport({"PluginHTTP": self.answer})
        with PluginAPIClient(transport=transport).plugin_http_stream("GET", "/p/x") as received:
            self.assertEqual((received.get_all_headers("x-a"), received.content_length), (["1", "2"], -1))
            self.assertEqual((received.read(2), received.body), (b"po", b"ng"))
