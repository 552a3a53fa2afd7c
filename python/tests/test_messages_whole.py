"""Whole messages: construction, copies, comparison, text, descriptors, pickles."""

import copy
import gc
import pickle
import sys
import unittest
from itertools import pairwise

from _mmpy import message_type
from google.protobuf.message import DecodeError, EncodeError, Message
from kinds import Kinds
from mattermost_plugin.grpc import post_pb2


def full():
    return Kinds(
        int32_field=1, string_field="text", optional_bool=False, repeated_int32=[1, 2], repeated_string=["a"],
        map_string={"k": "v"}, child={"child": {"double_field": 0.5}}, children=[{"int32_field": 1}, {}],
        map_child={3: {"bytes_field": b"x"}}, choice_child={}, struct={"a": [1, None]},
    )  # fmt: skip


class Definition(unittest.TestCase):
    def test_a_table_that_makes_no_sense_is_refused(self):
        wrong = (
            ("a", 1, "text"), ("a", 0, "int32"), ("a", 1 << 29, "int32"), ("a", 1, "enum"), ("a", 1, "message"),
            ("a", 1, "message", int), ("a", 1, "enum", Kinds), ("a", 1, "map", ("float", "int32")), ("a", 1, "map"),
            ("a", 1, "map", ("string", "int32"), "repeated"), ("a", 1, "int32", None, "required"),
        )  # fmt: skip
        for field in wrong:
            with self.assertRaises(ValueError, msg=field):
                message_type("tests.Wrong", __name__, (field,))
        with self.assertRaises(ValueError):
            message_type("tests.Wrong", __name__, (("a", 1, "int32"), ("b", 1, "int32")))
        for field in ((), ("a", 1), ("a", "b", "int32"), (1, 1, "int32"), ["a", 1, "int32"]):
            with self.assertRaises(TypeError, msg=field):
                message_type("tests.Wrong", __name__, (field,))

    def test_numbers_far_apart_are_found(self):
        numbers = (1, 2, 100, 101, 5_000, 70_000, (1 << 29) - 1)
        type_ = message_type("tests.Sparse", __name__, tuple((f"f{n}", n, "int32") for n in reversed(numbers)))
        message = type_(**{f"f{n}": i + 1 for i, n in enumerate(numbers)})
        self.assertEqual(type_.FromString(message.SerializeToString()), message)
        self.assertEqual([field.number for field, _ in message.ListFields()], list(numbers))


class Construction(unittest.TestCase):
    def test_fields_by_name_from_dicts_lists_and_messages(self):
        message = Kinds(
            child=Kinds(int32_field=1), children=[Kinds(int32_field=2), {"int32_field": 3}], repeated_int32=range(3)
        )
        self.assertEqual((message.child.int32_field, [c.int32_field for c in message.children]), (1, [2, 3]))
        self.assertEqual(message.repeated_int32, [0, 1, 2])

    def test_none_leaves_a_field_unset(self):
        names = ("int32_field", "optional_int32", "child", "children", "repeated_int32", "map_string", "struct")
        self.assertEqual(Kinds(**dict.fromkeys(names)), Kinds())
        self.assertFalse(Kinds(optional_int32=None).HasField("optional_int32"))

    def test_an_empty_message_is_set(self):
        for value in ({}, Kinds()):
            self.assertTrue(Kinds(child=value).HasField("child"))

    def test_what_is_wrong_is_refused(self):
        wrong = (
            {"int32_field": "x"}, {"child": 5}, {"child": []}, {"child": post_pb2.Post()}, {"children": 5},
            {"children": [5]}, {"children": [None]}, {"repeated_int32": 5}, {"repeated_string": [1]},
            {"map_string": 5}, {"map_string": {"a": 1}}, {"map_child": {1: 5}},
        )  # fmt: skip
        for arguments in wrong:
            with self.assertRaises(TypeError, msg=arguments):
                Kinds(**arguments)
        for arguments in ({"nothing": 1}, {"child": {"nothing": 1}}, {"child": {5: 1}}, {"uint32_field": -1}):
            with self.assertRaises(ValueError, msg=arguments):
                Kinds(**arguments)
        with self.assertRaises(TypeError):
            Kinds(5)

    def test_only_message_types_with_fields_have_instances(self):
        class Mine(Message):
            pass

        for type_ in (Message, Mine):
            with self.assertRaises(TypeError):
                type_()
        with self.assertRaises(TypeError):
            type("Mine", (Kinds,), {})

    def test_a_dict_that_changes_while_it_is_read_does_no_harm(self):
        class Meddler:
            def __index__(self):
                fields.clear()
                return 1

        fields = {"int32_field": Meddler(), "int64_field": 2}
        self.assertEqual(Kinds(child=fields).child, Kinds(int32_field=1, int64_field=2))


class Copies(unittest.TestCase):
    def test_every_kind_of_copy_is_equal_and_apart(self):
        message, copied, merged = full(), Kinds(int64_field=5), Kinds()
        copied.CopyFrom(message)
        merged.MergeFrom(message)
        pickled = pickle.loads(pickle.dumps(message))
        for other in (
            copied,
            merged,
            pickled,
            copy.copy(message),
            copy.deepcopy(message),
            Kinds.FromString(message.SerializeToString()),
        ):
            self.assertEqual(other, message)
            other.child.child.int32_field = 9
            other.children[0].int32_field = 9
            other.map_child[3].int32_field = 9
            other.repeated_int32.append(9)
            other.struct["a"].append(9)
        self.assertEqual(message, full())

    def test_merging_appends_lists_and_merges_the_rest(self):
        message = Kinds(
            int32_field=1, int64_field=2, repeated_int32=[1], map_string={"a": "1", "b": "2"}, child={"int32_field": 1}
        )
        message.MergeFrom(Kinds(int32_field=5, repeated_int32=[2], map_string={"a": "3"}, child={"int64_field": 6}))
        self.assertEqual((message.int32_field, message.int64_field), (5, 2))
        self.assertEqual((message.repeated_int32, message.map_string), ([1, 2], {"a": "3", "b": "2"}))
        self.assertEqual(message.child, Kinds(int32_field=1, int64_field=6))

    def test_a_message_may_be_merged_into_itself_or_its_part(self):
        message = Kinds(repeated_int32=[1], child={"int32_field": 1})
        message.MergeFrom(message)
        self.assertEqual(message.repeated_int32, [1, 1])
        message.CopyFrom(message)
        message.child.CopyFrom(message)
        self.assertEqual((message.child.repeated_int32, message.child.child.int32_field), ([1, 1], 1))
        message.CopyFrom(message.child.child)
        self.assertEqual(message, Kinds(int32_field=1))

    def test_other_types_are_refused(self):
        for other in (post_pb2.Post(), {}, None, 5):
            for call in (Kinds().CopyFrom, Kinds().MergeFrom):
                with self.assertRaises(TypeError):
                    call(other)


class Comparison(unittest.TestCase):
    def test_equal_means_equal_fields_of_one_type(self):
        self.assertEqual(full(), full())
        for change in (
            lambda m: m.ClearField("optional_bool"),
            lambda m: m.map_child[3].Clear(),
            lambda m: m.children.pop(),
        ):
            other = full()
            change(other)
            self.assertNotEqual(other, full())
        self.assertNotEqual(Kinds(), post_pb2.Post())
        self.assertFalse(Kinds() == 5)
        self.assertFalse(Kinds() == {})
        self.assertNotEqual(Kinds(child={}), Kinds())
        self.assertNotEqual(Kinds(double_field=float("nan")), Kinds(double_field=float("nan")))

    def test_there_is_no_order_and_no_hash(self):
        with self.assertRaises(TypeError):
            Kinds() < Kinds()  # noqa: B015
        with self.assertRaises(TypeError):
            hash(Kinds())


class Text(unittest.TestCase):
    def test_text_format(self):
        message = Kinds(
            int32_field=-1, double_field=1, float_field=0.1, bool_field=True, enum_field=1, repeated_enum=[2, 99]
        )
        self.assertEqual(
            str(message),
            "double_field: 1\nfloat_field: 0.1\nint32_field: -1\nbool_field: true\nenum_field: RED\n"
            "repeated_enum: BLUE\nrepeated_enum: 99\n",
        )
        nested = Kinds(child={"child": {}}, map_string={"k": "v"}, children=[{"int32_field": 1}])
        self.assertEqual(str(nested), 'map_string {\n  key: "k"\n  value: "v"\n}\nchild {\n  child {\n  }\n}\n'
                                      "children {\n  int32_field: 1\n}\n")  # fmt: skip
        self.assertEqual(repr(nested), str(nested))
        self.assertEqual(str(Kinds()), "")

    def test_special_numbers_and_escapes(self):
        message = Kinds(
            double_field=float("nan"), float_field=float("-inf"), string_field="\"'\\\n\x01é", bytes_field=b"\xff\x00a"
        )
        self.assertEqual(str(message), "double_field: nan\nfloat_field: -inf\nstring_field: \"\\\"\\'\\\\\\n\\001é\"\n"
                                       'bytes_field: "\\377\\000a"\n')  # fmt: skip


class Deep(unittest.TestCase):
    """Trees that Python code makes deeper than any stack."""

    def make(self, descend):
        root = message = Kinds()
        for _ in range(200_000):
            message = descend(message)
        message.int32_field = 1
        return root

    def test_they_are_freed_and_refused_without_a_crash(self):
        for descend in (lambda m: m.child, lambda m: m.children.add(), lambda m: m.map_child[1]):
            root = self.make(descend)
            other = Kinds()
            with self.assertRaises(EncodeError):
                root.SerializeToString()
            self.assertIn("# nested too deeply to be shown", repr(root))
            for work in (copy.copy, lambda r: r.DiscardUnknownFields(), other.MergeFrom):
                with self.assertRaises(RecursionError):
                    work(root)
            del root, other

    def test_two_are_not_compared(self):
        with self.assertRaises(RecursionError):
            self.assertNotEqual(self.make(lambda m: m.child), self.make(lambda m: m.child))


def refused(work, *arguments):
    try:
        work(*arguments)
    except (TypeError, ValueError, AttributeError, DecodeError):
        return
    raise AssertionError("not refused")


def become_a_part():
    message = full()
    message.MergeFrom(message)
    message.CopyFrom(message.child)


class Memory(unittest.TestCase):
    def test_none_is_lost(self):
        data = full().SerializeToString() + b"\xa0\x1f\x01"
        wrong = {
            "int32_field": 1.5,
            "string_field": b"\xff",
            "child": 5,
            "repeated_string": ["a", 5],
            "map_string": {"a": 5},
            "nothing": 1,
        }
        works = {
            "decode": lambda: Kinds.FromString(data).DiscardUnknownFields(),
            "decode in vain": lambda: [
                refused(Kinds.FromString, data[:length] + b"\x07") for length in (0, 20, 40, 60)
            ],
            "encode": lambda: full().SerializeToString(),
            "pickle": lambda: pickle.loads(pickle.dumps(full())),
            "copy": lambda: copy.deepcopy(full()) == full(),
            "merge": become_a_part,
            "show": lambda: repr(full()),
            "list": lambda: full().ListFields(),
            "construct in vain": lambda: [refused(lambda: Kinds(**{name: value})) for name, value in wrong.items()],
            "assign in vain": lambda: [refused(setattr, full(), name, value) for name, value in wrong.items()],
            "extend in vain": lambda: refused(full().repeated_int32.extend, [1, "x"]),
        }
        for name, work in works.items():
            counts = []
            for _ in range(4):
                for _ in range(300):
                    work()
                gc.collect()  # what earlier tests have left in cycles
                counts.append(sys.getallocatedblocks())
            growth = min(after - before for before, after in pairwise(counts))  # what is lost is lost in every round
            with self.subTest(name):
                self.assertLess(growth, 100)


class Descriptors(unittest.TestCase):
    def test_names_numbers_and_types(self):
        descriptor = post_pb2.Post.DESCRIPTOR
        self.assertEqual((descriptor.full_name, descriptor.name), ("mattermost.pluginapi.v1.Post", "Post"))
        self.assertIs(post_pb2.Post().DESCRIPTOR, descriptor)
        field = descriptor.fields_by_name["create_at"]
        self.assertEqual(
            (field.number, field.type, field.json_name, field.is_repeated), (2, field.TYPE_INT64, "createAt", False)
        )
        self.assertEqual(descriptor.fields_by_name["props"].message_type.full_name, "google.protobuf.Struct")
        entry = Kinds.DESCRIPTOR.fields_by_name["map_child"].message_type
        self.assertTrue(entry.GetOptions().map_entry)
        self.assertIs(entry.fields_by_name["value"].message_type, Kinds.DESCRIPTOR)
        self.assertEqual(Kinds.DESCRIPTOR.fields_by_name["enum_field"].enum_type.full_name, "tests.Colour")

    def test_presence_and_oneofs(self):
        fields = Kinds.DESCRIPTOR.fields_by_name
        present = {
            name
            for name in ("int32_field", "optional_int32", "child", "children", "choice_int")
            if fields[name].has_presence
        }
        self.assertEqual(present, {"optional_int32", "child", "choice_int"})
        oneof = Kinds.DESCRIPTOR.oneofs_by_name["choice"]
        self.assertEqual([field.name for field in oneof.fields], ["choice_int", "choice_text", "choice_child"])
        self.assertIs(fields["choice_int"].containing_oneof, oneof)

    def test_field_numbers(self):
        self.assertEqual(
            (Kinds.INT32_FIELD_FIELD_NUMBER, Kinds().FAR_FIELD_NUMBER, post_pb2.Post.ID_FIELD_NUMBER), (3, 536870911, 1)
        )

    def test_list_fields_gives_what_is_set_by_number(self):
        fields = [(field.name, value) for field, value in full().ListFields()]
        self.assertEqual(
            [name for name, _ in fields][:4], ["int32_field", "string_field", "optional_bool", "repeated_int32"]
        )
        self.assertEqual(dict(fields)["optional_bool"], False)
        self.assertEqual(Kinds(int32_field=0, child=None).ListFields(), [])

    def test_a_type_knows_its_module_and_name(self):
        self.assertEqual(
            (post_pb2.Post.__module__, post_pb2.Post.__name__), ("mattermost_plugin.grpc.post_pb2", "Post")
        )

    def test_all_messages_of_the_contract_are_there(self):
        from mattermost_plugin.grpc import api_pb2, hooks_pb2  # noqa: F401

        self.assertIsInstance(post_pb2.Post(), Message)


if __name__ == "__main__":
    unittest.main()
