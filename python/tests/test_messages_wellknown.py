"""Struct, Value, ListValue, Timestamp: messages that behave as Python values."""

import copy
import unittest
from collections.abc import MutableMapping, MutableSequence
from datetime import UTC, datetime, timedelta, timezone

from google.protobuf.struct_pb2 import ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp
from kinds import Kinds
from mattermost_plugin.grpc.post_pb2 import Post

PLAIN = {
    "none": None,
    "yes": True,
    "number": 1.5,
    "text": "x",
    "list": [1, [None], {"deep": False}],
    "dict": {"a": {"b": []}},
}


class Structs(unittest.TestCase):
    def test_it_is_made_from_a_dict_wherever_one_is_given(self):
        post = Post(props=PLAIN)
        assigned = Post()
        assigned.props = PLAIN
        updated = Post()
        updated.props.update(PLAIN)
        one_by_one = Post()
        for key, value in PLAIN.items():
            one_by_one.props[key] = value
        for other in (assigned, updated, one_by_one, Post.FromString(post.SerializeToString()), copy.deepcopy(post)):
            self.assertEqual(other, post)
            self.assertEqual(other.props, PLAIN)
        self.assertTrue(Post(props={}).HasField("props"))

    def test_values_are_plain_or_structs_and_lists(self):
        props = Post(props=PLAIN).props
        self.assertIsNone(props["none"])
        self.assertIs(props["yes"], True)
        self.assertEqual((props["number"], props["text"]), (1.5, "x"))
        self.assertEqual(type(props["dict"]), Struct)
        self.assertEqual(type(props["list"]), ListValue)
        self.assertEqual(props["list"][2]["deep"], False)
        self.assertEqual(props["dict"]["a"]["b"], [])

    def test_methods_of_dicts(self):
        props = Struct()
        props.update({"a": 1}, b="x")
        self.assertEqual((len(props), sorted(props), "a" in props, "z" in props), (2, ["a", "b"], True, False))
        self.assertEqual(
            (props.keys(), props.values(), props.items()), ({"a", "b"}, [1.0, "x"], [("a", 1.0), ("b", "x")])
        )
        self.assertEqual((props.get("a"), props.get("z"), props.get("z", 5)), (1.0, None, 5))
        self.assertEqual((props.setdefault("a", 9), props.setdefault("c", {"d": 1})), (1.0, {"d": 1}))
        self.assertEqual((props.pop("c"), props.pop("c", None), len(props)), ({"d": 1}, None, 2))
        del props["a"]
        self.assertEqual(dict(props), {"b": "x"})
        self.assertIsInstance(props, MutableMapping)

    def test_a_missing_key_is_both_a_key_error_and_a_value_error(self):
        for error in (KeyError, ValueError):
            with self.assertRaises(error):
                Struct()["a"]
        with self.assertRaises(KeyError):
            del Struct()["a"]
        with self.assertRaises(ValueError):
            Struct(fields={"a": Value()})["a"]

    def test_parts_are_made_on_demand(self):
        props = Struct()
        props.get_or_create_struct("a").get_or_create_struct("b")["c"] = 1
        props.get_or_create_list("l").extend([1, 2])
        props.get_or_create_struct("empty")
        props.get_or_create_list("none")
        self.assertEqual(props, {"a": {"b": {"c": 1}}, "l": [1, 2], "empty": {}, "none": []})
        props["a"]["b"]["c"] = 2
        self.assertEqual(props["a"]["b"]["c"], 2)

    def test_structs_values_and_lists_may_be_put_in(self):
        props = Struct()
        inner = Struct()
        inner["a"] = 1
        props["struct"], props["list"], props["value"] = (
            inner,
            ListValue(values=[{"bool_value": True}]),
            Value(string_value="v"),
        )
        inner["a"] = 2
        self.assertEqual(props, {"struct": {"a": 1}, "list": [True], "value": "v"})
        props["struct"] = props["struct"]
        props.update({"more": props["list"], "tuple": (1, 2)})
        self.assertEqual(props, {"struct": {"a": 1}, "list": [True], "value": "v", "more": [True], "tuple": [1, 2]})

    def test_what_has_no_json_is_refused(self):
        for value in (b"x", object(), {1, 2}):
            with self.assertRaises(ValueError):
                Struct()["a"] = value
        for key in (5, None):
            with self.assertRaises(TypeError):
                Struct()[key] = 1

    def test_only_dicts_are_assigned(self):
        for value in (5, "x", [("a", 1)], None):
            with self.assertRaises(AttributeError):
                Post().props = value
        with self.assertRaises(TypeError):
            Post(props=5)

    def test_assigning_replaces_what_was_there(self):
        post = Post(props={"a": 1})
        post.props = {"b": 2}
        self.assertEqual(post.props, {"b": 2})
        post.props = {}
        self.assertTrue(post.HasField("props"))

    def test_comparison_is_as_strict_as_types(self):
        self.assertEqual(Post(props={"a": 1}).props, {"a": 1})
        self.assertNotEqual(Post(props={"a": True}).props, {"a": 1})
        self.assertNotEqual(Post(props={"a": 1}).props, {"a": 1, "b": None})
        self.assertNotEqual(Post(props={"a": 1}).props, 5)

    def test_a_oneof_notices(self):
        value = Value()
        value.struct_value["a"] = 1
        self.assertEqual(value.WhichOneof("kind"), "struct_value")
        value.list_value.append(1)
        self.assertEqual(value.WhichOneof("kind"), "list_value")


class Lists(unittest.TestCase):
    def test_methods_of_lists(self):
        values = ListValue()
        values.append(1)
        values.extend(["x", None, [True], {"a": 1}])
        self.assertEqual(values, [1, "x", None, [True], {"a": 1}])
        self.assertEqual((values[0], values[-1]["a"], values[1:3], len(values)), (1.0, 1.0, ["x", None], 5))
        values[0] = {"b": []}
        del values[1]
        values.add_struct()["c"] = 1
        values.add_list().append(2)
        self.assertEqual(list(values), [{"b": []}, None, [True], {"a": 1}, {"c": 1}, [2]])
        self.assertEqual(list(values.items()), list(values))
        with self.assertRaises(IndexError):
            values[9]
        self.assertIsInstance(values, MutableSequence)

    def test_it_is_assigned_from_a_list(self):
        message = Kinds(list_value=[1, [2]])
        message.list_value.extend(message.list_value)
        self.assertEqual(message.list_value, [1, [2], 1, [2]])
        message.list_value = ("a",)
        self.assertEqual(message.list_value, ["a"])
        with self.assertRaises(AttributeError):
            message.list_value = {"a": 1}

    def test_the_field_named_values_is_still_there(self):
        self.assertEqual(ListValue(values=[Value(bool_value=True)]).values[0].bool_value, True)


class Timestamps(unittest.TestCase):
    MOMENT = datetime(2024, 5, 6, 7, 8, 9, 123456, UTC)

    def test_datetimes_there_and_back(self):
        stamp = Timestamp()
        for moment in (self.MOMENT, datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), datetime(1, 1, 1, tzinfo=UTC)):
            stamp.FromDatetime(moment)
            self.assertEqual((stamp.ToDatetime(), stamp.ToDatetime(UTC)), (moment.replace(tzinfo=None), moment))
            self.assertTrue(0 <= stamp.nanos < 10**9)
        stamp.FromDatetime(self.MOMENT.astimezone(timezone(timedelta(hours=2))))
        self.assertEqual(stamp.ToDatetime(UTC), self.MOMENT)

    def test_units(self):
        stamp = Timestamp()
        for unit, number in (
            ("Seconds", 5),
            ("Milliseconds", 5_001),
            ("Microseconds", -1),
            ("Nanoseconds", 10**18 + 1),
        ):
            getattr(stamp, f"From{unit}")(number)
            self.assertEqual(getattr(stamp, f"To{unit}")(), number)

    def test_rfc_3339(self):
        stamp = Timestamp()
        for text in (
            "1970-01-01T00:00:00Z",
            "2024-05-06T07:08:09.120Z",
            "2024-05-06T07:08:09.000001Z",
            "0001-01-01T00:00:00.000000001Z",
        ):
            stamp.FromJsonString(text)
            self.assertEqual(stamp.ToJsonString(), text)
        stamp.FromJsonString("2024-05-06T07:08:09.5+02:00")
        self.assertEqual(stamp.ToJsonString(), "2024-05-06T05:08:09.500Z")
        for text in (
            "",
            "2024-05-06",
            "2024-05-06T07:08:09",
            "2024-05-06T07:08:09.Z",
            "2024-05-06T07:08:09.1234567890Z",
        ):
            with self.assertRaises(ValueError):
                stamp.FromJsonString(text)


if __name__ == "__main__":
    unittest.main()
