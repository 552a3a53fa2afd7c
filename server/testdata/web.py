import asyncio, io, time
from mattermost_plugin import AsyncPluginAPIClient, Plugin, hook, HookName, wsgi
from mattermost_plugin.exceptions import PluginAPIError
from mattermost_plugin._internal.wrappers import FileInfo, UploadSession

class Web(Plugin):
    @hook(HookName.ServeHTTP)
    def serve(self, context, writer, request):
        return getattr(self, request.path.strip("/"))(writer, request)

    def echo(self, writer, request):
        writer.set_header("Content-Type", request.get_header("Content-Type", "text/plain"))
        for chunk in request:
            writer.write(chunk)
            writer.flush()

    def shout(self, writer, request):
        writer.write(request.body.upper())

    def early(self, writer, request):
        writer.write_header(403)
        writer.write("no need to read this")

    def wait_for(self, key):
        while not self.api.kv_get(key):
            time.sleep(0.005)

    def events(self, writer, request):
        for name in ("first", "second"):
            writer.write(name)
            writer.flush()
            self.wait_for(name)
        writer.write("third")

    def forever(self, writer, request):
        try:
            while True:
                writer.write(bytes(65536))
        except BrokenPipeError as error:
            self.api.kv_set("gone", b"writing")
            raise

    def count(self, writer, request):
        count = 0
        try:
            for chunk in request:
                count += len(chunk)
                self.api.kv_set("begun", b"yes")
        except ConnectionResetError:
            self.api.kv_set("gone", b"reading")
            raise
        writer.write(str(count))

    def fail(self, writer, request):
        writer.set_header("Content-Length", "1000000")
        writer.write(b"x" * 70000)
        writer.flush()
        raise ValueError("half-way")

    def stall(self, writer, request):
        while True:
            writer.write(bytes(65536))

    def slow(self, writer, request):
        for number in range(10):
            time.sleep(0.1)
            writer.write(str(number))
            writer.flush()

    def spin(self, writer, request):
        writer.write("before")
        writer.flush()
        while True:
            pass

    def overfull(self, writer, request):
        writer.set_header("Content-Length", "3")
        try:
            writer.write(bytes(65536))
        except OSError as error:
            self.api.kv_set("error", str(error).encode())
            raise

    def upload(self, writer, request):
        session = UploadSession(id="session", file_size=request.content_length)
        writer.write(self.api.upload_data(session, request).name)

    async def upload_while(self, writer, request):
        async def chunks():
            for chunk in request:
                yield chunk
        api = AsyncPluginAPIClient()
        upload = api.upload_data(UploadSession(id="async"), chunks())
        info, version = await asyncio.gather(upload, api.get_server_version())
        writer.write(f"{info.name} {version}")

    def install(self, writer, request):
        try:
            writer.write(self.api.install_plugin(request, force=True))
        except PluginAPIError as error:
            writer.write_header(error.status_code)
            writer.write(error.message)

    def receive(self, writer, request):
        info = FileInfo(id="f", name="shared.txt")
        writer.write(self.api.receive_shared_channel_attachment_sync_msg("remote", "channel", info, request).name)

    def failing_upload(self, writer, request):
        class Broken(io.RawIOBase):
            chunks = [b"some"]
            def read(self, size=-1):
                if self.chunks:
                    return self.chunks.pop()
                raise OSError("the disk is gone")
        try:
            self.api.upload_data(UploadSession(id="session"), Broken())
        except OSError as error:
            writer.write(str(error))

    def proxy(self, writer, request):
        with self.api.plugin_http_stream("POST", "/other/path?q", {"X-Many": ["1", "2"]}, request) as response:
            writer.write_header(response.status_code)
            for value in response.get_all_headers("Set-Cookie"):
                writer.add_header("Set-Cookie", value)
            for chunk in response:
                writer.write(chunk)
                writer.flush()

    def abandon(self, writer, request):
        with self.api.plugin_http_stream("GET", "/other/path") as response:
            writer.write(response.read(5))

    def whole(self, writer, request):
        status, headers, body = self.api.plugin_http("POST", "/other/path", {"X-One": "1"}, b"ping")
        writer.write_json([status, headers, body.decode()])

    @hook(HookName.ServeMetrics)
    async def metrics(self, context, writer, request):
        writer.write("up 1\n")

    @hook(HookName.FileWillBeUploaded)
    def uploaded(self, context, info, file, output):
        if info.name == "bad.exe":
            return None, "no programs here"
        if info.name == "half":
            output.write(file.read(100000))
            output.flush()
            raise ValueError("half-way")
        if info.name == "shout.txt":
            for chunk in file:
                output.write(chunk.upper())
            info.mime_type = "text/loud"
            return info, ""
