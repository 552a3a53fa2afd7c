import unittest
import wsgiref.validate

from mattermost_plugin import HookName, Plugin, testing, wsgi


def plugin_of(application, **options):
    return testing.load(type("Web", (Plugin,), {"serve": wsgi.mount(application, **options)}))


def valid(application):
    """A plugin with an application behind the standard library's validator, which checks both sides of WSGI."""
    return plugin_of(wsgiref.validate.validator(application))


class Environ(unittest.TestCase):
    def environ(self, *args, **kwargs):
        seen = {}

        def application(environ, start_response):
            seen.update(environ)
            start_response("204 No Content", [])
            return []

        self.assertEqual(valid(application).request(*args, **kwargs).status_code, 204)
        return seen

    def test_the_request_is_in_it(self):
        environ = self.environ(
            "POST", "/a%20b/%C3%A4?x=%201", b"12345", user_id="u1",
            headers={"Content-Type": "text/plain", "X-Two": ["1", "2"], "Cookie": ["a=1", "b=2"]},
        )
        for name, value in {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "/plugins/test",
            "PATH_INFO": "/a b/\xc3\xa4",
            "QUERY_STRING": "x=%201",
            "CONTENT_TYPE": "text/plain",
            "CONTENT_LENGTH": "5",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8065",
            "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_USER": "u1",
            "HTTP_MATTERMOST_USER_ID": "u1",
            "HTTP_X_TWO": "1,2",
            "HTTP_COOKIE": "a=1; b=2",
            "HTTP_HOST": "localhost:8065",
            "wsgi.url_scheme": "http",
        }.items():
            self.assertEqual(environ[name], value, name)
        self.assertNotIn("HTTP_CONTENT_TYPE", environ)
        self.assertIsInstance(environ["mattermost.plugin"], Plugin)
        self.assertEqual(environ["mattermost.request"].user_id, "u1")

    def test_no_header_can_pass_for_the_user_id(self):
        environ = self.environ(headers={"Mattermost_User_Id": "admin", "MATTERMOST_USER-ID": "admin"})
        self.assertNotIn("HTTP_MATTERMOST_USER_ID", environ)
        self.assertNotIn("REMOTE_USER", environ)

    def test_a_proxy_says_the_scheme(self):
        self.assertEqual(self.environ(headers={"X-Forwarded-Proto": "https"})["wsgi.url_scheme"], "https")

    def test_a_server_in_a_subpath_is_part_of_the_script_s_name(self):
        from mattermost_plugin.servicers.hooks_servicer import HTTPRequest

        for uri, name in (("/chat/plugins/x/a?b", "/chat/plugins/x"), ("/plugins/x/a", "/plugins/x"), ("?", "/plugins/")):
            request = HTTPRequest("GET", "/a?b", "HTTP/1.1", 1, 1, {}, "[::1]:80", "[::1]:99", uri, 0)
            environ = wsgi.make_environ(request)
            self.assertEqual(environ["SCRIPT_NAME"], name)
            self.assertEqual((environ["SERVER_NAME"], environ["SERVER_PORT"], environ["REMOTE_ADDR"]), ("[::1]", "80", "::1"))


class Responses(unittest.TestCase):
    def test_an_application_answers(self):
        def application(environ, start_response):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            start_response("201 Created", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
            return [body.upper(), b"!"]

        answer = valid(application).request("POST", "/", b"hello")
        self.assertEqual((answer.status_code, answer.body), (201, b"HELLO!"))
        self.assertEqual(answer.get_all_headers("set-cookie"), ["a=1", "b=2"])

    def test_the_input_gives_lines(self):
        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [line[::-1] for line in environ["wsgi.input"]]

        self.assertEqual(valid(application).request("POST", "/", b"ab\ncd").body, b"\nbadc")

    def test_write_and_a_generator(self):
        closed = []

        def application(environ, start_response):
            write = start_response("200 OK", [("Content-Type", "text/plain")])
            write(b"first ")

            def rest():
                try:
                    yield b"second "
                    yield b""
                    yield b"third"
                finally:
                    closed.append(True)

            return rest()

        self.assertEqual(valid(application).request().body, b"first second third")
        self.assertEqual(closed, [True])

    def test_what_is_yielded_leaves_at_once(self):
        class Recorder:
            MAX_CHUNK_SIZE = 8

            def __init__(self):
                self.calls = []

            def __getattr__(self, name):
                return lambda *args: self.calls.append((name, *args))

        recorder = Recorder()

        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"one"
            self.assertEqual(recorder.calls[-2:], [("write", b"one"), ("flush",)])
            yield b"large enough"
            self.assertEqual(recorder.calls[-1], ("write", b"large enough"))

        wsgi.serve(application, {}, recorder)

    def test_an_error_replaces_the_head_until_the_body_has_begun(self):
        import sys

        def application(environ, start_response, begun):
            write = start_response("200 OK", [("Content-Type", "text/plain")])
            if begun:
                write(b"half")
            try:
                raise KeyError("gone")
            except KeyError:
                start_response("500 Oops", [("Content-Type", "text/html")], sys.exc_info())
            return [b"sorry"]

        answer = valid(lambda environ, start: application(environ, start, False)).request()
        self.assertEqual((answer.status_code, answer.get_header("Content-Type"), answer.body), (500, "text/html", b"sorry"))
        with self.assertRaises(KeyError):
            valid(lambda environ, start: application(environ, start, True)).request()

    def test_wrong_applications_are_told(self):
        def twice(environ, start_response):
            start_response("200 OK", [])
            start_response("200 OK", [])

        for application in (twice, lambda environ, start_response: [b"x"], lambda environ, start_response: []):
            with self.assertRaises(AssertionError):
                plugin_of(application).request()

    def test_metrics_can_be_an_application(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            return [b"up 1\n"]

        web = plugin_of(application, hook_name=HookName.ServeMetrics)
        self.assertEqual(web.request(hook="ServeMetrics").body, b"up 1\n")
