"""Single fields of messages: what they take, what they give, and when they are set."""

import math
import unittest

from kinds import NUMBERS, Colour, Kinds, Later

RANGES = {
    "int32": (-(2**31), 2**31 - 1), "sint32": (-(2**31), 2**31 - 1), "sfixed32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1), "sint64": (-(2**63), 2**63 - 1), "sfixed64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1), "fixed32": (0, 2**32 - 1), "uint64": (0, 2**64 - 1), "fixed64": (0, 2**64 - 1),
    "enum": (-(2**31), 2**31 - 1),
}  # fmt: skip

DEFAULTS = {"double": 0.0, "float": 0.0, "bool": False, "string": "", "bytes": b"", "enum": 0}


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Values(unittest.TestCase):
    def test_an_unset_field_gives_the_default_of_its_type(self):
        for kind in NUMBERS:
            value = getattr(Kinds(), f"{kind}_field")
            self.assertEqual(value, DEFAULTS.get(kind, 0))
            self.assertIs(type(value), type(DEFAULTS.get(kind, 0)))

    def test_integers_take_their_range_and_nothing_beyond(self):
        for kind, (least, greatest) in RANGES.items():
            message = Kinds()
            for value in (least, greatest, 0):
                setattr(message, f"{kind}_field", value)
                self.assertEqual(getattr(message, f"{kind}_field"), value)
            for value in (least - 1, greatest + 1, 2**100):
                with self.assertRaises(ValueError, msg=kind):
                    setattr(message, f"{kind}_field", value)

    def test_integers_take_bools_and_what_has_an_index_and_keep_plain_ints(self):
        for kind in RANGES:
            message = Kinds(**{f"{kind}_field": True, f"optional_{kind}": Index(7)})
            self.assertIs(type(getattr(message, f"{kind}_field")), int)
            self.assertEqual(getattr(message, f"optional_{kind}"), 7)

    def test_integers_refuse_everything_else(self):
        for kind in RANGES:
            for value in (1.0, b"1", None, [1]) + (("1",) if kind != "enum" else ()):
                with self.assertRaises(TypeError, msg=(kind, value)):
                    setattr(Kinds(), f"{kind}_field", value)

    def test_floats_take_numbers_and_refuse_text(self):
        for kind in ("double", "float"):
            message = Kinds(**{f"{kind}_field": 3})
            self.assertIs(type(getattr(message, f"{kind}_field")), float)
            for value in ("1", b"1", None, [1]):
                with self.assertRaises(TypeError):
                    setattr(message, f"{kind}_field", value)

    def test_a_float_has_the_precision_of_32_bits(self):
        message = Kinds(float_field=0.1, double_field=0.1)
        self.assertNotEqual(message.float_field, 0.1)
        self.assertAlmostEqual(message.float_field, 0.1, 7)
        self.assertEqual(message.double_field, 0.1)
        message.float_field = 1e300
        self.assertEqual(message.float_field, math.inf)

    def test_a_bool_takes_integers_and_refuses_the_rest(self):
        for value, stored in ((1, True), (0, False), (2, True), (True, True)):
            self.assertIs(Kinds(bool_field=value).bool_field, stored)
        for value in ("", "true", 1.0, []):
            with self.assertRaises(TypeError):
                Kinds().bool_field = value

    def test_a_string_takes_str_and_bytes_in_utf8(self):
        class Text(str):
            pass

        for value in ("", "é€\U0001f600\0", Text("text")):
            self.assertEqual(Kinds(string_field=value).string_field, value)
            self.assertIs(type(Kinds(string_field=value).string_field), str)
            self.assertEqual(Kinds(string_field=value.encode()).string_field, value)
        for value in (1, None, [], bytearray(b"x")):
            with self.assertRaises(TypeError):
                Kinds().string_field = value
        for value in (b"\xff", "\ud800"):
            with self.assertRaises(ValueError):
                Kinds().string_field = value

    def test_bytes_take_bytes_only(self):
        self.assertEqual(Kinds(bytes_field=b"\0\xff").bytes_field, b"\0\xff")
        for value in ("x", 1, None, [1]):
            with self.assertRaises(TypeError):
                Kinds().bytes_field = value

    def test_an_enum_takes_names_and_unknown_numbers(self):
        self.assertEqual(Kinds(enum_field="BLUE").enum_field, 2)
        self.assertEqual(Kinds(enum_field=99).enum_field, 99)
        with self.assertRaises(ValueError):
            Kinds(enum_field="GREEN")

    def test_a_field_that_is_not_there_is_no_attribute(self):
        with self.assertRaises(AttributeError):
            Kinds().nothing  # noqa: B018
        with self.assertRaises(AttributeError):
            Kinds().nothing = 1
        with self.assertRaises(AttributeError):
            del Kinds().int32_field

    def test_messages_and_containers_cannot_be_assigned(self):
        for name, value in (
            ("child", Kinds()),
            ("repeated_int32", [1]),
            ("children", []),
            ("map_string", {"a": "b"}),
            ("child", None),
        ):
            with self.assertRaises(AttributeError):
                setattr(Kinds(), name, value)

    def test_errors_name_the_field(self):
        with self.assertRaisesRegex(TypeError, "int32_field: 'x' has type str, but expected int"):
            Kinds(int32_field="x")
        with self.assertRaisesRegex(ValueError, "uint32_field: value out of range: -1"):
            Kinds(uint32_field=-1)

    def test_a_type_that_is_never_defined_is_named(self):
        with self.assertRaisesRegex(TypeError, "tests.NeverDefined is not defined"):
            Later().never  # noqa: B018

    def test_a_field_is_of_its_own_type_only(self):
        with self.assertRaises(TypeError):
            Kinds.int32_field.__get__(Later(), Later)
        with self.assertRaises(TypeError):
            Kinds.int32_field.__set__(Later(), 1)


class Presence(unittest.TestCase):
    def test_a_field_without_presence_has_none_to_ask_for(self):
        for name in ("int32_field", "repeated_int32", "map_string", "children", "nothing"):
            with self.assertRaises(ValueError):
                Kinds().HasField(name)

    def test_an_optional_field_is_set_by_its_default_too(self):
        for kind in NUMBERS:
            message, name = Kinds(), f"optional_{kind}"
            self.assertFalse(message.HasField(name))
            setattr(message, name, DEFAULTS.get(kind, 0))
            self.assertTrue(message.HasField(name))
            self.assertTrue(Kinds.FromString(message.SerializeToString()).HasField(name))
            message.ClearField(name)
            self.assertFalse(message.HasField(name))
            self.assertEqual(message.SerializeToString(), b"")

    def test_reading_a_message_does_not_set_it(self):
        message = Kinds()
        self.assertEqual(message.child.child.int32_field, 0)
        self.assertEqual(list(message.child.children), [])
        self.assertFalse(message.HasField("child"))
        self.assertEqual(message.SerializeToString(), b"")
        self.assertEqual(message, Kinds())

    def test_a_change_sets_all_messages_above(self):
        changes = {
            "a field": lambda m: setattr(m, "int32_field", 1),
            "a default": lambda m: setattr(m, "int32_field", 0),
            "append": lambda m: m.repeated_int32.append(1),
            "extend by nothing": lambda m: m.repeated_int32.extend([]),
            "add": lambda m: m.children.add(),
            "a map's key": lambda m: m.map_string.update(a="b"),
            "a map's missing key": lambda m: m.map_child[1],
            "a part of a map's message": lambda m: setattr(m.map_child[1].child, "int32_field", 1),
            "Clear": lambda m: m.Clear(),
            "ClearField": lambda m: m.ClearField("int32_field"),
            "MergeFrom": lambda m: m.MergeFrom(Kinds()),
            "CopyFrom": lambda m: m.CopyFrom(Kinds()),
            "ParseFromString": lambda m: m.ParseFromString(b""),
            "SetInParent": lambda m: m.SetInParent(),
        }
        for name, change in changes.items():
            with self.subTest(name):
                message = Kinds()
                change(message.child.child)
                self.assertTrue(message.HasField("child"))
                self.assertTrue(message.child.HasField("child"))

    def test_the_same_object_is_read_again(self):
        message = Kinds()
        for name in ("child", "children", "repeated_int32", "map_string"):
            self.assertIs(getattr(message, name), getattr(message, name))
        child = message.child
        child.int32_field = 1
        self.assertIs(message.child, child)

    def test_a_cleared_message_lives_on_by_itself(self):
        for clear in (lambda m: m.ClearField("child"), lambda m: m.Clear(), lambda m: m.ParseFromString(b"")):
            message = Kinds(child={"int32_field": 7})
            child, unset = message.child, message.child.child
            clear(message)
            unset.int32_field = child.int64_field = 1
            self.assertEqual(child.int32_field, 7)
            self.assertEqual(message, Kinds())
            self.assertIsNot(message.child, child)

    def test_parts_outlive_their_message(self):
        message = Kinds(child={"int32_field": 7}, children=[{}])
        unset, child, numbers, element, texts = (
            message.optional_child, message.child, message.repeated_int32, message.children[0], message.map_string
        )  # fmt: skip
        del message
        unset.int32_field = child.int64_field = element.int32_field = 1
        numbers.append(1)
        texts["a"] = "b"
        self.assertEqual((child.int32_field, unset.int32_field, list(numbers), dict(texts)), (7, 1, [1], {"a": "b"}))

    def test_of_a_oneof_the_last_one_set_counts(self):
        message = Kinds()
        self.assertIsNone(message.WhichOneof("choice"))
        self.assertFalse(message.HasField("choice"))
        message.choice_int = 0
        self.assertEqual(message.WhichOneof("choice"), "choice_int")
        message.choice_text = "x"
        self.assertEqual((message.choice_int, message.WhichOneof("choice")), (0, "choice_text"))
        self.assertEqual(message.choice_child.int32_field, 0)
        self.assertEqual(message.WhichOneof("choice"), "choice_text")
        kept = message.choice_child
        kept.int32_field = 3
        self.assertEqual((message.choice_text, message.WhichOneof("choice")), ("", "choice_child"))
        message.choice_int = 5
        self.assertEqual((kept.int32_field, message.choice_child.int32_field), (3, 0))
        self.assertTrue(message.HasField("choice"))
        message.ClearField("choice")
        self.assertIsNone(message.WhichOneof("choice"))

    def test_names_that_are_not_there_are_refused(self):
        for call in ("WhichOneof", "ClearField", "HasField"):
            for name in ("nothing", "", 5):
                with self.assertRaises(ValueError):
                    getattr(Kinds(), call)(name)
        with self.assertRaises(ValueError):
            Kinds().WhichOneof("int32_field")


class Enums(unittest.TestCase):
    def test_names_and_numbers(self):
        self.assertEqual((Colour.Name(1), Colour.Value("BLUE"), Colour.NEGATIVE), ("RED", 2, -7))
        self.assertEqual(Colour.items(), [("NONE", 0), ("RED", 1), ("BLUE", 2), ("NEGATIVE", -7)])
        self.assertEqual((Colour.keys()[0], Colour.values()[3]), ("NONE", -7))
        for call, value, error in (
            (Colour.Name, 9, ValueError),
            (Colour.Name, "RED", TypeError),
            (Colour.Value, "X", ValueError),
        ):
            with self.assertRaises(error):
                call(value)
        with self.assertRaises(AttributeError):
            Colour.GREEN  # noqa: B018

    def test_its_descriptor(self):
        self.assertEqual(Colour.DESCRIPTOR.full_name, "tests.Colour")
        self.assertEqual(Colour.DESCRIPTOR.values_by_number[1].name, "RED")


if __name__ == "__main__":
    unittest.main()
