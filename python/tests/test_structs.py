import unittest

from google.protobuf.struct_pb2 import Struct
from mattermost_plugin._internal.structs import fill_struct, struct_to_dict


def there_and_back(mapping):
    struct = Struct()
    fill_struct(struct, mapping, "props")
    return struct_to_dict(Struct.FromString(struct.SerializeToString()))


class Structs(unittest.TestCase):
    def test_every_json_value_comes_back(self):
        mapping = {
            "none": None,
            "yes": True,
            "whole": 7,
            "part": 2.5,
            "text": "Grüße",
            "list": [1, [2, {"deep": None}], []],
            "object": {"a": {"b": "c"}, "empty": {}},
        }
        self.assertEqual(there_and_back(mapping), mapping)

    def test_whole_numbers_are_int_and_bools_stay_bool(self):
        back = there_and_back({"one": 1.0, "true": True})
        self.assertIs(type(back["one"]), int)
        self.assertIs(back["true"], True)

    def test_tuples_become_lists(self):
        self.assertEqual(there_and_back({"pair": (1, 2)}), {"pair": [1, 2]})

    def test_a_value_that_json_does_not_have_is_named(self):
        with self.assertRaisesRegex(TypeError, r"props\['a'\]\[1\]\['b'\]: .* not bytes"):
            there_and_back({"a": [0, {"b": b"raw"}]})
        with self.assertRaisesRegex(TypeError, "keys must be str, not 3"):
            there_and_back({3: "x"})
