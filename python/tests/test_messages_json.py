"""Messages as protobuf's JSON."""

import json
import unittest

from google.protobuf import json_format, struct_pb2, wrappers_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from kinds import Kinds
from mattermost_plugin.grpc.post_pb2 import Post


def everything():
    return Kinds(
        double_field=float("inf"), float_field=0.1, int32_field=-1, int64_field=2**53 + 1, uint64_field=2**64 - 1,
        bool_field=True,
        string_field="é", bytes_field=b"\xff\xfe", enum_field="BLUE", repeated_enum=[1, 99],
        repeated_double=[float("nan"), 1],
        map_int64={"a": 5}, map_child={-1: {"int32_field": 1}}, flags={True: 1}, child={}, choice_text="",
        struct={"a": [1, None]}, value=struct_pb2.Value(null_value=0), list_value=[True],
    )  # fmt: skip


AS_DICT = {
    "double_field": "Infinity", "float_field": 0.1, "int32_field": -1, "int64_field": "9007199254740993",
    "uint64_field": "18446744073709551615", "bool_field": True, "string_field": "é", "bytes_field": "//4=",
    "enum_field": "BLUE",
    "repeated_enum": ["RED", 99], "repeated_double": ["NaN", 1.0], "map_int64": {"a": "5"},
    "map_child": {"-1": {"int32_field": 1}},
    "flags": {"true": 1}, "child": {}, "choice_text": "", "struct": {"a": [1.0, None]}, "value": None,
    "list_value": [True],
}  # fmt: skip


class Printing(unittest.TestCase):
    def test_every_kind_of_field(self):
        self.assertEqual(json_format.MessageToDict(everything(), preserving_proto_field_name=True), AS_DICT)

    def test_text_and_its_options(self):
        post = Post(create_at=1, message="é", is_pinned=True)
        self.assertEqual(
            json_format.MessageToJson(post), '{\n  "createAt": "1",\n  "isPinned": true,\n  "message": "\\u00e9"\n}'
        )
        text = json_format.MessageToJson(post, indent=None, ensure_ascii=False, preserving_proto_field_name=True)
        self.assertEqual(text, '{"create_at": "1", "is_pinned": true, "message": "é"}')

    def test_defaults_are_shown_when_asked_for(self):
        for option in ("including_default_value_fields", "always_print_fields_with_no_presence"):
            shown = json_format.MessageToDict(Post(), **{option: True})
            self.assertEqual(
                (shown["id"], shown["createAt"], shown["fileIds"], shown["isPinned"]), ("", "0", [], False)
            )
            self.assertNotIn("remoteId", shown)
            self.assertNotIn("metadata", shown)

    def test_enums_as_numbers_and_shorter_floats(self):
        self.assertEqual(json_format.MessageToDict(Kinds(enum_field=2), use_integers_for_enums=True), {"enumField": 2})
        self.assertEqual(json_format.MessageToDict(Kinds(double_field=1 / 3), float_precision=2), {"doubleField": 0.33})

    def test_well_known_types_stand_for_themselves(self):
        self.assertEqual(json_format.MessageToDict(wrappers_pb2.Int64Value(value=5)), "5")
        self.assertEqual(json_format.MessageToDict(Timestamp(seconds=1)), "1970-01-01T00:00:01Z")
        self.assertEqual(json_format.MessageToDict(struct_pb2.Struct()), {})

    def test_a_number_that_json_does_not_have_is_refused(self):
        with self.assertRaises(json_format.SerializeToJsonError):
            json_format.MessageToDict(struct_pb2.Value(number_value=float("nan")))


class Parsing(unittest.TestCase):
    def test_every_kind_of_field_comes_back(self):
        message = json_format.ParseDict(AS_DICT, Kinds())
        message.repeated_double[0] = 0
        expected = everything()
        expected.repeated_double[0] = 0
        self.assertEqual(message, expected)
        camel = json_format.MessageToJson(everything())
        self.assertEqual(json_format.MessageToJson(json_format.Parse(camel, Kinds())), camel)

    def test_numbers_may_be_strings_and_strings_numbers(self):
        message = json_format.ParseDict(
            {"int32_field": "5", "int64_field": 6, "double_field": "1.5e1", "uint32_field": 7.0}, Kinds()
        )
        self.assertEqual(
            (message.int32_field, message.int64_field, message.double_field, message.uint32_field), (5, 6, 15.0, 7)
        )
        self.assertEqual(str(json_format.Parse('{"doubleField": -0}', Kinds()).double_field), "-0.0")

    def test_null_unsets_but_for_a_value(self):
        message = json_format.ParseDict(
            {"int32_field": None, "child": None, "children": None, "value": None}, Kinds(int32_field=5)
        )
        self.assertEqual(message, Kinds(value=struct_pb2.Value(null_value=0)))

    def test_it_merges_and_returns_the_message(self):
        message = Kinds(int32_field=1, repeated_int32=[1])
        self.assertIs(json_format.ParseDict({"int64Field": 2, "repeatedInt32": [2]}, message), message)
        self.assertEqual((message.int32_field, message.int64_field, message.repeated_int32), (1, 2, [1, 2]))

    def test_bytes_in_either_alphabet(self):
        for text in ("//4=", "__4", "__4=", "//4"):
            self.assertEqual(json_format.ParseDict({"bytes_field": text}, Kinds()).bytes_field, b"\xff\xfe")

    def test_unknown_fields_and_enum_names_may_be_ignored(self):
        value = {"nothing": 1, "enum_field": "GREEN", "repeated_enum": ["RED", "GREEN"], "child": {"nothing": 1}}
        message = json_format.ParseDict(value, Kinds(), ignore_unknown_fields=True)
        self.assertEqual((message.enum_field, message.repeated_enum, message.HasField("child")), (0, [1], True))

    def test_what_is_wrong_is_refused_with_its_place(self):
        cases = (
            ({"nothing": 1}, 'Kinds has no field "nothing"'), ({"child": {"nothing": 1}}, "Kinds.child has no field"),
            ({"int32_field": "x"}, "Kinds.int32_field: couldn't parse integer"),
            ({"int32_field": 1.5}, "couldn't parse"),
            ({"int32_field": True}, "couldn't parse"), ({"int32_field": 2**31}, "out of range"),
            ({"string_field": 5}, "expected str"),
            ({"bool_field": 1}, "expected bool"), ({"double_field": "x"}, "couldn't parse float"),
            ({"float_field": 1e39}, "out of range"),
            ({"bytes_field": "!"}, "bytes_field"), ({"enum_field": "GREEN"}, "invalid enum value"),
            ({"children": {}}, "needs an array"),
            ({"children": [None]}, "null is not allowed"), ({"map_string": []}, "needs an object"),
            ({"flags": {"yes": 1}}, '"true" or "false"'),
            ({"int32_field": 1, "int32Field": 2}, "given twice"),
            ({"choice_int": 1, "choice_text": ""}, "more than one field"),
            ({"child": 5}, "expected an object"), ([], "expected an object"),
        )  # fmt: skip
        for value, reason in cases:
            with self.subTest(value), self.assertRaisesRegex(json_format.ParseError, reason):
                json_format.ParseDict(value, Kinds())
        for text in ("", "{", '{"int32Field": 1, "int32Field": 2}', "[" * 100_000):
            with self.assertRaises(json_format.ParseError):
                json_format.Parse(text, Kinds())

    def test_nesting_is_limited(self):
        value = {}
        for _ in range(200):
            value = {"child": value}
        with self.assertRaisesRegex(json_format.ParseError, "too deep"):
            json_format.ParseDict(value, Kinds())
        json_format.ParseDict(value, Kinds(), max_recursion_depth=300)

    def test_json_text_may_be_bytes(self):
        post = Post(message="é", props={"a": {"b": [1.5, "x"]}})
        self.assertEqual(json_format.Parse(json_format.MessageToJson(post).encode(), Post()), post)
        self.assertEqual(json.loads(json_format.MessageToJson(post))["props"], {"a": {"b": [1.5, "x"]}})


if __name__ == "__main__":
    unittest.main()
