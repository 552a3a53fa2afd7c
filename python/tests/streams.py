"""A host with streams, in the place of the one that the interpreter has."""

import unittest.mock

import _mmpy

INVALID, CANCELLED, UNAVAILABLE = -3, -4, -5


def status_error(method, status):
    error = _mmpy.StatusError(f"{method}: status {status}")
    error.method, error.status = method, status
    return error


class Stream:
    """What the host has behind a number: the chunks to read, and what was written to it."""

    def __init__(self, chunks=(), read_error=None, write_limit=None):
        self.chunks = list(chunks)
        self.read_error = read_error  # the status after the chunks
        self.write_limit = write_limit  # how many writes are taken
        self.written = []
        self.closed = None  # "failed" or "whole"


class FakeHost:
    """The stream functions of `_mmpy`; as a context manager it takes their place."""

    def __init__(self, **streams):
        self.streams = {int(name.removeprefix("s")): stream for name, stream in streams.items()}
        self.calls = []  # the API calls that were submitted: [method, request, collected]
        self.answer = lambda method, request: b""
        self._patches = []

    def stream_read(self, number, size):
        stream = self._stream("stream_read", number)
        if not stream.chunks:
            if stream.read_error:
                raise status_error("stream_read", stream.read_error)
            return b""
        chunk = stream.chunks.pop(0)
        if len(chunk) > size:
            stream.chunks.insert(0, chunk[size:])
        return chunk[:size]

    def stream_readinto(self, number, buffer):
        chunk = self.stream_read(number, len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def stream_write(self, number, data):
        stream = self._stream("stream_write", number)
        if stream.write_limit is not None and len(stream.written) >= stream.write_limit:
            raise status_error("stream_write", UNAVAILABLE)
        stream.written.append(bytes(data))
        return len(data)

    def stream_control(self, number, message):
        stream = self._stream("stream_control", number)
        if stream.write_limit is not None and len(stream.written) >= stream.write_limit:
            raise status_error("stream_control", UNAVAILABLE)
        stream.written.append(message)

    def stream_close(self, number, failed=False):
        self._stream("stream_close", number).closed = "failed" if failed else "whole"

    def stream_pipe(self):
        number = len(self.streams) + 100
        self.streams[number] = Stream()
        return number

    def submit(self, method, request, wake=False):
        self.calls.append([method, request, None])
        return len(self.calls)

    def wait(self, tickets, timeout):
        return list(tickets)

    def collect(self, ticket, response_type=None, method=None):
        call = self.calls[ticket - 1]
        call[2] = "collected"
        return response_type.FromString(self.answer(*call[:2]))

    def forget(self, ticket):
        self.calls[ticket - 1][2] = "forgotten"

    def _stream(self, function, number):
        stream = self.streams.get(number)
        if stream is None or stream.closed:
            raise status_error(function, INVALID)
        return stream

    def __enter__(self):
        for name in dir(FakeHost):
            if name.startswith("stream_") or name in ("submit", "wait", "collect", "forget"):
                patch = unittest.mock.patch.object(_mmpy, name, getattr(self, name), create=True)
                patch.start()
                self._patches.append(patch)
        return self

    def __exit__(self, *_):
        for patch in self._patches:
            patch.stop()
