import unittest

from mattermost_plugin import Plugin, hook, testing
from mattermost_plugin._internal.dispatch import Dispatcher
from mattermost_plugin._internal.streams import CHUNK_SIZE as CHUNK
from mattermost_plugin.grpc.hooks_message_pb2 import FileWillBeUploadedRequest, FileWillBeUploadedResponse
from streams import FakeHost, Stream


def upload(handler, host=None, **request):
    """The answer to a file: the host's stream 1, its new content stream 2; or request's file_content."""
    plugin = type("Sample", (Plugin,), {"handle": hook("FileWillBeUploaded")(lambda self, *args: handler(*args))})()
    dispatcher = Dispatcher(plugin)
    if host is None:
        message = FileWillBeUploadedRequest(**request)
        return FileWillBeUploadedResponse.FromString(dispatcher.dispatch(0, message.SerializeToString()))
    message = FileWillBeUploadedRequest(file_stream=1, output_stream=2, **request)
    with host:
        return FileWillBeUploadedResponse.FromString(dispatcher.dispatch(0, message.SerializeToString()))


class Files(unittest.TestCase):
    def test_a_file_is_read_and_another_written_in_its_place(self):
        def handler(context, info, file, output):
            self.assertEqual((context.session_id, info.name), ("s", "a.txt"))
            for chunk in file:
                output.write(chunk.upper())

        host = FakeHost(s1=Stream([b"one", b"two"]), s2=Stream())
        answer = upload(handler, host, plugin_context={"session_id": "s"}, file_info={"name": "a.txt"})
        self.assertEqual((answer.modified_content, host.streams[2].written), (b"ONETWO", []))

    def test_much_of_it_leaves_while_it_is_written(self):
        def handler(context, info, file, output):
            output.write(bytes(CHUNK))
            output.write(b"rest")
            info.name = "b.txt"
            return info

        host = FakeHost(s1=Stream(), s2=Stream())
        answer = upload(handler, host)
        self.assertEqual((host.streams[2].written, answer.modified_content), ([bytes(CHUNK)], b"rest"))
        self.assertEqual(answer.modified_file_info.name, "b.txt")

    def test_a_handler_may_close_what_it_writes(self):
        def handler(context, info, file, output):
            with output:
                output.write(b"all")

        host = FakeHost(s1=Stream(), s2=Stream())
        self.assertEqual((upload(handler, host).modified_content, host.streams[2].written), (b"", [b"all"]))

    def test_whole_files_and_bytes_as_the_result(self):
        answer = upload(lambda context, info, file, output: file.read()[::-1], file_content=b"abc")
        self.assertEqual(answer.modified_content, b"cba")
        answer = upload(lambda context, info, file, output: (None, "no such files"), file_content=b"abc")
        self.assertEqual((answer.rejection_reason, answer.modified_content), ("no such files", b""))

    def test_nothing_leaves_it_as_it_is(self):
        self.assertEqual(upload(lambda *args: None, file_content=b"abc").ByteSize(), 0)

    def test_the_file_ends_with_the_hook(self):
        kept = []
        host = FakeHost(s1=Stream([b"abc"]), s2=Stream())
        upload(lambda context, info, file, output: kept.extend([file, output]), host)
        with host:
            for use in (kept[0].read, lambda: kept[1].write(bytes(CHUNK))):
                with self.assertRaises(ValueError):
                    use()

    def test_in_a_plugin_s_own_tests(self):
        class Shout(Plugin):
            @hook
            def FileWillBeUploaded(self, context, info, file, output):
                output.write(file.read().upper())

        answer = testing.load(Shout).file_will_be_uploaded({"name": "a"}, b"loud")
        self.assertEqual(answer.modified_content, b"LOUD")
