"""requests and urllib3 as they are, where there are any: MMPY_GUEST_PACKAGES names the folder that they lie in."""

import importlib
import io
import json
import unittest

from servers import CLOSED, DENIED, NOWHERE, SECURE, WEB, WRONG

MB = 1 << 20


def package(name):
    """The package of that name, or pip's own copy of it."""
    for module in (name, f"pip._vendor.{name}"):
        try:
            return importlib.import_module(module)
        except ImportError:
            pass
    raise unittest.SkipTest(f"there is no {name}")


class Requests(unittest.TestCase):
    def setUp(self):
        self.requests = package("requests")

    def test_requests(self):
        with self.requests.Session() as session:
            for base in (WEB, SECURE):
                for n in range(3):
                    answer = session.post(base + "/echo", params={"x": "a b"}, json={"n": n}, headers={"X-Own": "1"}, timeout=10)
                    seen = answer.json()
                    self.assertEqual((seen["url"], json.loads(seen["body"]), seen["tls"]), ("/echo?x=a+b", {"n": n}, base == SECURE))
            session.get(WEB + "/cookies")
            self.assertEqual(session.cookies.get_dict(), {"a": "1", "b": "2"})
            self.assertEqual(session.get(WEB + "/packed").text, "unpacked")
            answer = session.get(f"{WEB}/redirect?to={SECURE}/echo")
            self.assertEqual((answer.url, len(answer.history)), (SECURE + "/echo", 1))
            self.assertEqual(session.get(WEB + "/status/404").status_code, 404)
            self.assertEqual(session.head(WEB + "/big?size=10&length").headers["Content-Length"], "10")

    def test_bodies(self):
        size = 20 * MB
        seen = self.requests.put(WEB + "/upload", data=(bytes(MB) for _ in range(20))).json()
        self.assertEqual((seen["size"], seen["encoding"]), (size, ["chunked"]))
        self.assertEqual(self.requests.put(SECURE + "/upload", data=bytes(size)).json()["length"], size)
        self.assertEqual(self.requests.post(WEB + "/upload", files={"file": ("a.txt", b"content")}).json()["failed"], False)
        with self.requests.get(f"{SECURE}/big?size={size}", stream=True) as answer:
            self.assertEqual(sum(map(len, answer.iter_content(100_000))), size)

    def test_what_goes_wrong(self):
        errors = self.requests.exceptions
        for url, kind, text in (
            (DENIED, errors.ConnectionError, "denied.test is not granted"),
            (f"{WEB}/redirect?to={DENIED}", errors.ConnectionError, "denied.test is not granted"),
            (CLOSED, errors.ConnectionError, "cannot be reached"),
            (NOWHERE, errors.ConnectionError, "no such host"),
            (WRONG, errors.SSLError, "valid for secure.test"),
            (WEB + "/hang", errors.ReadTimeout, ""),
        ):
            with self.subTest(url), self.assertRaisesRegex(kind, text):
                self.requests.get(url, timeout=0.5)
        with self.assertRaises(errors.SSLError):
            self.requests.get(WRONG, verify=False)


class URLLib3(unittest.TestCase):
    def setUp(self):
        self.urllib3 = package("urllib3")

    def test_pools(self):
        pool = self.urllib3.PoolManager(maxsize=2, timeout=10)
        for base in (WEB, SECURE):
            for n in range(3):
                answer = pool.request("POST", base + "/echo", body=b"x" * n, preload_content=n % 2 == 0)
                self.assertEqual(json.loads(answer.data)["body"], "x" * n)
                answer.release_conn()
        answer = pool.request("GET", WEB + "/big?size=1000000", preload_content=False)
        self.assertEqual(sum(map(len, answer.stream(1000))), 1_000_000)
        self.assertEqual(json.loads(pool.request("PUT", WEB + "/upload", body=io.BytesIO(bytes(3 * MB)), chunked=True).data)["size"], 3 * MB)
        self.assertEqual(pool.request("GET", WEB + "/packed", headers={"Accept-Encoding": "gzip"}).data, b"unpacked")

    def test_what_goes_wrong(self):
        for url, text in ((DENIED, "denied.test is not granted"), (CLOSED, "cannot be reached"), (WRONG, "secure.test"), (WEB + "/hang", "timed out|has come")):
            with self.subTest(url), self.assertRaisesRegex(self.urllib3.exceptions.MaxRetryError, text):
                self.urllib3.PoolManager(retries=1, timeout=0.5).request("GET", url)
