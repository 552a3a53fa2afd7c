"""A Struct that was read stays in its wire form until somebody looks into it: nobody can tell."""

import copy
import pickle
import unittest

from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import Struct, Value
from mattermost_plugin._internal.structs import struct_to_dict
from mattermost_plugin.grpc.post_pb2 import Post

PROPS = {"text": "a text that is long enough to be worth it", "list": [1, 2.5, None, True, {"deep": ["x"]}], "größe": "ö"}


def made() -> Post:
    post = Post(id="p")
    post.props.update(PROPS)
    return post


def read() -> Post:
    return Post.FromString(made().SerializeToString(deterministic=True))


class Deferred(unittest.TestCase):
    def test_it_is_equal_to_one_that_was_made(self):
        self.assertEqual(read(), made())
        self.assertEqual(read(), read())
        other = made()
        other.props["text"] = "another"
        self.assertNotEqual(read(), other)

    def test_it_is_written_as_it_came(self):
        post = read()
        self.assertEqual(post.SerializeToString(), made().SerializeToString(deterministic=True))
        self.assertEqual(post.ByteSize(), made().ByteSize())
        self.assertEqual(Post.FromString(post.SerializeToString()), made())

    def test_a_deterministic_form_is_in_order(self):
        value = made().props.fields["text"].SerializeToString()
        reverse = b"".join(
            b"\x0a" + bytes([len(key) + len(value) + 4]) + b"\x0a" + bytes([len(key)]) + key + b"\x12" + bytes([len(value)]) + value
            for key in (b"b", b"a")
        )
        field = next(descriptor.number for descriptor, _ in made().ListFields() if descriptor.name == "props")
        struct = Post.FromString(bytes([field << 3 & 0x7F | 0x82, field >> 4]) + bytes([len(reverse)]) + reverse)
        self.assertEqual(list(struct.props.fields), ["b", "a"])
        again = Post.FromString(struct.SerializeToString(deterministic=True))
        self.assertEqual(list(again.props.fields), ["a", "b"])

    def test_every_look_sees_it(self):
        self.assertTrue(read().HasField("props"))
        self.assertEqual(read().props["text"], PROPS["text"])
        self.assertEqual(sorted(read().props.fields), sorted(PROPS))
        self.assertEqual(len(read().props), len(PROPS))
        self.assertEqual([d.name for d, _ in read().props.ListFields()], ["fields"])
        self.assertEqual(str(read()), str(Post.FromString(read().SerializeToString())))
        self.assertIn("worth it", str(read()))
        self.assertEqual(struct_to_dict(read().props), PROPS)
        self.assertEqual(struct_to_dict(made().props), PROPS)

    def test_it_can_be_changed(self):
        post = read()
        post.props["more"] = "x"
        self.assertEqual(struct_to_dict(post.props), PROPS | {"more": "x"})
        post = read()
        del post.props.fields["text"]
        self.assertNotIn("text", post.props.fields)
        post = read()
        post.props.Clear()
        self.assertEqual(struct_to_dict(post.props), {})
        self.assertTrue(post.HasField("props"))
        post.ClearField("props")
        self.assertEqual(post.SerializeToString(), b"\x0a\x01p")

    def test_copies_are_apart(self):
        for copied in (copy.copy, copy.deepcopy, lambda post: pickle.loads(pickle.dumps(post)), self.copied, self.merged):
            post = read()
            other = copied(post)
            self.assertEqual(other, post)
            other = copied(read())
            other.props["text"] = "changed"
            self.assertEqual(post.props["text"], PROPS["text"])
            self.assertNotEqual(other, post)

    @staticmethod
    def copied(post: Post) -> Post:
        other = Post()
        other.CopyFrom(post)
        return other

    @staticmethod
    def merged(post: Post) -> Post:
        other = Post()
        other.MergeFrom(post)
        return other

    def test_what_is_there_is_merged(self):
        post = Post()
        post.props["mine"] = "x"
        post.MergeFrom(read())
        self.assertEqual(struct_to_dict(post.props), PROPS | {"mine": "x"})
        post = read()
        post.MergeFromString(made().SerializeToString().replace(b"list", b"LIST"))
        self.assertEqual(struct_to_dict(post.props), PROPS | {"LIST": PROPS["list"]})

    def test_what_is_malformed_inside_is_refused_at_once(self):
        data = made().SerializeToString(deterministic=True)
        self.assertGreater(data.index(b"worth"), 0)
        for bad in (
            data.replace(b"worth", b"w\xffrth"),
            data.replace(b"gr\xc3\xb6", b"gr\xc3\x28"),
            data[: data.index(b"\x0a\x04text")] + b"\x0a\x05text" + data[data.index(b"\x0a\x04text") + 6 :],
        ):
            with self.assertRaises(DecodeError):
                Post.FromString(bad)

    def test_a_field_that_it_does_not_know_is_kept_and_can_be_discarded(self):
        inner = made().props.SerializeToString() + b"\xfa\x3e\x05later"
        outer = Value()
        outer.struct_value.CopyFrom(Struct.FromString(inner))
        data = outer.SerializeToString()
        again = Value.FromString(data)
        self.assertIn(b"later", again.SerializeToString())
        self.assertEqual(again.struct_value["text"], PROPS["text"])
        self.assertIn(b"later", again.SerializeToString())
        again = Value.FromString(data)
        again.DiscardUnknownFields()
        self.assertNotIn(b"later", again.SerializeToString())


if __name__ == "__main__":
    unittest.main()
