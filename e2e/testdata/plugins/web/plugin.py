"""Answers HTTP requests to /plugins/org.mmpy.web/…"""

import zlib
from urllib.parse import parse_qs, urlsplit

from mattermost_plugin import HookName, Plugin, hook, run_plugin

BLOCK = bytes(range(256)) * 256  # 64 KiB


class Web(Plugin):
    def __init__(self):
        self.written = 0  # by the large download
        self.abandoned = False  # it, by the client

    @hook(HookName.ServeHTTP)
    def serve(self, context, response, request):
        path = urlsplit(request.url).path
        routes = {
            ("GET", "/whoami"): self.whoami,
            ("POST", "/echo"): self.echo,
            ("GET", "/large"): self.large,
            ("GET", "/progress"): self.progress,
            ("POST", "/count"): self.count,
            ("GET", "/boom"): self.boom,
        }
        handler = routes.get((request.method, path))
        if handler is None:
            response.write_json({"error": f"no {request.method} {path} here"}, 404)
        else:
            handler(response, request)

    def whoami(self, response, request):
        response.write_json(
            {
                "user": request.get_header("Mattermost-User-Id"),
                "plugin": request.get_header("Mattermost-Plugin-ID"),
                "authorization": request.get_header("Authorization"),
                "session": bool(request.plugin_context.session_id),
                "agent": request.get_header("User-Agent"),
                "query": parse_qs(urlsplit(request.url).query),
            }
        )

    def echo(self, response, request):
        for value in reversed(request.get_all_headers("X-Tag")):
            response.add_header("X-Tag", value)
        response.add_header("Set-Cookie", "a=1; Path=/")
        response.add_header("Set-Cookie", "b=2; Path=/")
        response.write_json({"got": request.json(), "type": request.get_header("Content-Type")}, 201)

    def large(self, response, request):
        """As many blocks as are asked for, each sent when it is there."""
        blocks = int(parse_qs(urlsplit(request.url).query)["blocks"][0])
        response.set_header("Content-Type", "application/octet-stream")
        response.set_header("Content-Length", str(blocks * len(BLOCK)))
        self.written, self.abandoned = 0, False
        try:
            for _ in range(blocks):
                self.written += response.write(BLOCK)
        except BrokenPipeError:
            self.abandoned = True
            raise

    def progress(self, response, request):
        response.write_json({"written": self.written, "abandoned": self.abandoned})

    def count(self, response, request):
        """Reads a body piece by piece."""
        size = crc = largest = 0
        for chunk in request:
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            largest = max(largest, len(chunk))
        response.write_json({"size": size, "crc": crc, "largest": largest})

    def boom(self, response, request):
        raise ValueError("the handler is broken")


if __name__ == "__main__":
    run_plugin(Web)
