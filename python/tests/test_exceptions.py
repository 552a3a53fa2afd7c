import pickle
import unittest

import _mmpy
from mattermost_plugin import (
    AlreadyExistsError,
    NotFoundError,
    PermissionDeniedError,
    PluginAPIError,
    UnavailableError,
    ValidationError,
    convert_grpc_error,
)
from mattermost_plugin.exceptions import convert_app_error, convert_status_error
from mattermost_plugin.grpc.common_pb2 import AppError


class Texts(unittest.TestCase):
    def test_str_has_message_id_and_status(self):
        error = NotFoundError("no user", error_id="app.user.missing", status_code=404)
        self.assertEqual(str(error), "no user [app.user.missing] (HTTP 404)")
        self.assertEqual(str(PluginAPIError("oops")), "oops")

    def test_repr_has_what_is_known(self):
        self.assertEqual(repr(ValidationError("bad", status_code=400)), "ValidationError('bad', status_code=400)")

    def test_they_survive_pickling(self):
        error = pickle.loads(pickle.dumps(NotFoundError("no", error_id="x", status_code=404)))
        self.assertEqual((type(error), str(error)), (NotFoundError, "no [x] (HTTP 404)"))


class FromAppErrors(unittest.TestCase):
    def test_the_status_chooses_the_class(self):
        classes = {
            400: ValidationError,
            401: PermissionDeniedError,
            403: PermissionDeniedError,
            404: NotFoundError,
            409: AlreadyExistsError,
            429: UnavailableError,
            503: UnavailableError,
            500: PluginAPIError,
            0: PluginAPIError,
        }
        for status, expected in classes.items():
            with self.subTest(status):
                self.assertIs(type(convert_app_error(AppError(message="m", status_code=status))), expected)

    def test_every_field_is_kept(self):
        message = AppError(
            id="app.x", message="m", detailed_error="d", request_id="r", status_code=500, where="W", params={"n": 1}
        )
        error = convert_app_error(message)
        self.assertEqual(
            (error.error_id, error.message, error.detailed_error, error.request_id, error.status_code, error.where),
            ("app.x", "m", "d", "r", 500, "W"),
        )
        self.assertEqual(error.params, {"n": 1})

    def test_an_error_without_a_text_shows_its_id(self):
        self.assertEqual(convert_app_error(AppError(id="app.x")).message, "app.x")


class FromTheHost(unittest.TestCase):
    def test_the_status_chooses_the_class(self):
        classes = {
            -1: PermissionDeniedError,
            -2: UnavailableError,
            -3: ValidationError,
            -4: UnavailableError,
            -5: UnavailableError,
            -6: PluginAPIError,
            -7: PluginAPIError,
            -99: PluginAPIError,
        }
        for status, expected in classes.items():
            with self.subTest(status):
                source = _mmpy.StatusError("GetUser: no")
                source.method, source.status = "GetUser", status
                error = convert_status_error(source)
                self.assertIs(type(error), expected)
                self.assertEqual(error.where, "GetUser")
                self.assertIn("GetUser: no", str(error))


class FromGRPC(unittest.TestCase):
    def test_code_and_details(self):
        class Code:
            name = "NOT_FOUND"

        class RpcError(Exception):
            def code(self):
                return Code

            def details(self):
                return "gone"

        error = convert_grpc_error(RpcError())
        self.assertEqual((type(error), error.message, error.code), (NotFoundError, "gone", Code))

    def test_any_other_exception(self):
        self.assertEqual(str(convert_grpc_error(OSError("x"))), "x")
        known = NotFoundError("n")
        self.assertIs(convert_grpc_error(known), known)
