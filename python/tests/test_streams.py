import io
import unittest
from unittest.mock import patch

from mattermost_plugin._internal import hook_runner
from mattermost_plugin._internal.files import Input, Output, open_input
from mattermost_plugin._internal.streams import CHUNK_SIZE as CHUNK
from mattermost_plugin._internal.streams import HostReader, HostWriter
from streams import CANCELLED, INVALID, UNAVAILABLE, FakeHost, Stream


class Readers(unittest.TestCase):
    def test_what_has_arrived_is_read_at_once(self):
        with FakeHost(s1=Stream([b"one", b"two"])):
            with HostReader(1) as reader:
                read = [reader.read(100), reader.read(2), reader.read(100), reader.read(100)]
                self.assertEqual(read, [b"one", b"tw", b"o", b""])

    def test_an_input_waits_for_what_was_asked_for(self):
        with FakeHost(s1=Stream([b"one", b"two", b"three"])), open_input(1, b"") as source:
            read = source.read(5), source.read1(100), source.read(), source.read()
            self.assertEqual(read, (b"onetw", b"o", b"three", b""))

    def test_iteration_gives_chunks_and_not_lines(self):
        with FakeHost(s1=Stream([b"a\nb", b"\nc"])):
            with open_input(1, b"") as source:
                self.assertEqual(list(source), [b"a\nb", b"\nc"])
        self.assertEqual(list(open_input(0, b"a\nb\n")), [b"a\nb\n"])

    def test_lines_go_over_chunks(self):
        with FakeHost(s1=Stream([b"a\nb", b"b\nc"])), open_input(1, b"") as source:
            self.assertEqual(source.readlines(), [b"a\n", b"bb\n", b"c"])

    def test_a_buffer_is_filled(self):
        with FakeHost(s1=Stream([b"one", b"two"])):
            buffer = bytearray(5)
            with open_input(1, b"") as source:
                self.assertEqual((source.readinto(buffer), bytes(buffer)), (5, b"onetw"))

    def test_other_files_wrap_it(self):
        with FakeHost(s1=Stream([b"\xc3", b"\xa4\n"])), io.TextIOWrapper(open_input(1, b""), "utf-8") as text:
            self.assertEqual(text.read(), "ä\n")

    def test_the_end_of_the_other_end_is_an_error(self):
        for status, error in ((UNAVAILABLE, ConnectionResetError), (INVALID, OSError), (-2, OSError), (-7, OSError)):
            with self.subTest(status), FakeHost(s1=Stream([b"some"], read_error=status)), open_input(1, b"") as source:
                self.assertEqual(source.read1(4), b"some")
                with self.assertRaises(error):
                    source.read1(4)

    def test_the_end_of_the_hook_s_time_is_its_timeout(self):
        with FakeHost(s1=Stream(read_error=CANCELLED)), patch.object(hook_runner, "_running", ["ServeHTTP"]):
            with HostReader(1) as reader, self.assertRaisesRegex(hook_runner.HookTimeoutError, "ServeHTTP"):
                reader.read(1)

    def test_a_closed_one_tells_the_host_once_and_reads_no_more(self):
        host = FakeHost(s1=Stream([b"data"]))
        with host:
            reader = HostReader(1)
            reader.close()
            self.assertEqual(host.streams[1].closed, "whole")
            reader.close()
            with self.assertRaises(ValueError):
                reader.read(1)


class Writers(unittest.TestCase):
    def test_large_data_goes_in_chunks(self):
        with FakeHost(s1=Stream()) as host:
            self.assertEqual(HostWriter(1).write(memoryview(bytes(3 * CHUNK + 1))), 3 * CHUNK + 1)
        self.assertEqual([len(chunk) for chunk in host.streams[1].written], [CHUNK, CHUNK, CHUNK, 1])

    def test_nobody_to_take_it_is_a_broken_pipe(self):
        with FakeHost(s1=Stream(write_limit=1)):
            writer = HostWriter(1)
            writer.write(b"one")
            with self.assertRaises(BrokenPipeError):
                writer.write(b"two")

    def test_an_error_inside_of_with_gives_it_up(self):
        for error, closed in ((None, "whole"), (RuntimeError, "failed")):
            with self.subTest(closed), FakeHost(s1=Stream()) as host:
                try:
                    with HostWriter(1):
                        if error:
                            raise error
                except RuntimeError:
                    pass
                self.assertEqual(host.streams[1].closed, closed)

    def test_an_output_gathers_small_writes(self):
        with FakeHost(s1=Stream()) as host:
            output = Output(HostWriter(1))
            for _ in range(CHUNK // 1024 + 1):
                output.write(b"x" * 1024)
            self.assertEqual([len(chunk) for chunk in host.streams[1].written], [CHUNK])
            output.write(bytes(2 * CHUNK))
            self.assertEqual([len(chunk) for chunk in host.streams[1].written], [CHUNK, 1024, CHUNK, CHUNK])
            output.end()

    def test_an_output_without_a_stream_keeps_all(self):
        with Output(None) as output:
            output.write(b"one")
            output.write(bytes(CHUNK))
        self.assertEqual(len(output.take()), 3 + CHUNK)

    def test_an_input_is_no_output(self):
        with self.assertRaises(io.UnsupportedOperation):
            Input(io.BytesIO()).write(b"x")
