"""The wire form of messages: what is written, what is read, what is refused."""

import unittest

from google.protobuf.message import DecodeError, EncodeError, Error
from kinds import Kinds


def nested(levels):
    data = b""
    for _ in range(levels):
        data = b"\x8a\x05" + varint(len(data)) + data
    return data


def varint(number):
    result = bytearray()
    while number > 127:
        result.append(number & 127 | 128)
        number >>= 7
    return bytes([*result, number])


class Encoding(unittest.TestCase):
    def test_each_kind_of_field(self):
        wire = {
            "double_field": (1.5, b"\x09\0\0\0\0\0\0\xf8\x3f"), "float_field": (1.5, b"\x15\0\0\xc0\x3f"),
            "int32_field": (-1, b"\x18" + b"\xff" * 9 + b"\x01"), "int64_field": (300, b"\x20\xac\x02"),
            "uint32_field": (2**32 - 1, b"\x28\xff\xff\xff\xff\x0f"),
            "uint64_field": (2**64 - 1, b"\x30" + b"\xff" * 9 + b"\x01"),
            "sint32_field": (-1, b"\x38\x01"), "sint64_field": (-(2**63), b"\x40" + b"\xff" * 9 + b"\x01"),
            "fixed32_field": (1, b"\x4d\x01\0\0\0"), "fixed64_field": (1, b"\x51\x01\0\0\0\0\0\0\0"),
            "sfixed32_field": (-1, b"\x5d\xff\xff\xff\xff"), "sfixed64_field": (-2, b"\x61\xfe" + b"\xff" * 7),
            "bool_field": (True, b"\x68\x01"), "string_field": ("é", b"\x72\x02\xc3\xa9"),
            "bytes_field": (b"\xff", b"\x7a\x01\xff"),
            "enum_field": (-7, b"\x80\x01\xf9" + b"\xff" * 8 + b"\x01"), "far": (1, b"\xf8\xff\xff\xff\x0f\x01"),
            "repeated_int32": ([1, 300], b"\xda\x02\x03\x01\xac\x02"),
            "repeated_string": (["a", ""], b"\xb2\x03\x01a\xb2\x03\x00"),
            "map_string": ({"k": "v"}, b"\xd2\x04\x06\x0a\x01k\x12\x01v"),
            "child": ({"bool_field": True}, b"\x8a\x05\x02\x68\x01"),
            "flags": ({False: 0}, b"\xaa\x05\x04\x08\x00\x10\x00"),
        }  # fmt: skip
        for name, (value, data) in wire.items():
            with self.subTest(name):
                message = Kinds(**{name: value})
                self.assertEqual(message.SerializeToString(), data)
                self.assertEqual(message.ByteSize(), len(data))
                self.assertEqual(Kinds.FromString(data), message)

    def test_zeros_are_left_out_but_for_minus_zero(self):
        message = Kinds(
            int32_field=0, string_field="", bool_field=False, double_field=0.0, bytes_field=b"", enum_field=0
        )
        self.assertEqual(message.SerializeToString(), b"")
        self.assertEqual(Kinds(double_field=-0.0).SerializeToString(), b"\x09\0\0\0\0\0\0\0\x80")

    def test_fields_come_by_number_and_unknown_ones_last(self):
        message = Kinds.FromString(b"\xa0\x1f\x01\x20\x02\x18\x01")
        self.assertEqual(message.SerializeToString(), b"\x18\x01\x20\x02\xa0\x1f\x01")

    def test_deterministic_output_has_maps_in_order(self):
        message = Kinds(map_string={"b": "", "é": "", "a": ""}, map_child={5: {}, -1: {}})
        again = Kinds(map_string={"é": "", "a": "", "b": ""}, map_child={-1: {}, 5: {}})
        self.assertEqual(message.SerializeToString(deterministic=True), again.SerializeToString(deterministic=True))
        for call in (lambda: message.SerializeToString(True), lambda: message.SerializeToString(sure=True)):
            with self.assertRaises(TypeError):
                call()

    def test_large_messages_outgrow_the_stack(self):
        message = Kinds(string_field="x" * 5_000, children=[{"bytes_field": b"y" * n} for n in range(300)])
        self.assertEqual(Kinds.FromString(message.SerializeToString()), message)

    def test_more_than_100_levels_are_refused(self):
        message = Kinds.FromString(nested(100))
        self.assertEqual(message.SerializeToString(), nested(100))
        with self.assertRaises(EncodeError):
            Kinds(child=message).SerializeToString()
        with self.assertRaises(EncodeError):
            Kinds(child=message).ByteSize()


class Decoding(unittest.TestCase):
    def test_it_takes_anything_with_bytes(self):
        for data in (b"\x18\x05", bytearray(b"\x18\x05"), memoryview(b"\x18\x05")):
            message = Kinds()
            self.assertEqual((message.ParseFromString(data), message.int32_field), (2, 5))
            self.assertEqual(message.MergeFromString(b"\x20\x06"), 2)
            self.assertEqual((message.int32_field, message.int64_field), (5, 6))
            self.assertEqual(message.ParseFromString(b""), 0)
            self.assertEqual(message, Kinds())
        for data in ("text", 5, None, [1]):
            with self.assertRaises(TypeError):
                Kinds.FromString(data)

    def test_later_values_replace_or_are_merged(self):
        self.assertEqual(Kinds.FromString(b"\x18\x05\x18\x06").int32_field, 6)
        self.assertEqual(
            Kinds.FromString(b"\x8a\x05\x02\x18\x05\x8a\x05\x02\x20\x06").child, Kinds(int32_field=5, int64_field=6)
        )
        self.assertEqual(Kinds.FromString(b"\xd8\x05\x01\xe2\x05\x01x").WhichOneof("choice"), "choice_text")

    def test_packed_and_unpacked_numbers(self):
        self.assertEqual(Kinds.FromString(b"\xda\x02\x02\x01\x02\xd8\x02\x03\xda\x02\x00").repeated_int32, [1, 2, 3])
        fixed = b"\x01" + b"\0" * 7
        self.assertEqual(Kinds.FromString(b"\x91\x03" + fixed + b"\x92\x03\x08" + fixed).repeated_fixed64, [1, 1])
        self.assertEqual(Kinds.FromString(b"\x90\x03\x01").repeated_fixed64, [])

    def test_map_entries_may_lack_key_or_value(self):
        self.assertEqual(Kinds.FromString(b"\xd2\x04\x00").map_string, {"": ""})
        self.assertEqual(Kinds.FromString(b"\xa2\x05\x02\x08\x07").map_child[7], Kinds())

    def test_unknown_fields_are_kept_until_they_are_discarded(self):
        unknown = (
            b"\xa0\x1f\x01"
            + b"\xa1\x1f"
            + b"\1" * 8
            + b"\xa2\x1f\x01x"
            + b"\xa5\x1f"
            + b"\1" * 4
            + b"\xa3\x1f\x08\x01\xa4\x1f"
        )
        data = unknown + b"\x8a\x05\x03\xa0\x1f\x01"
        message = Kinds.FromString(data)
        self.assertEqual(message.SerializeToString(), b"\x8a\x05\x03\xa0\x1f\x01" + unknown)
        self.assertEqual(str(message), "child {\n}\n")
        self.assertNotEqual(message, Kinds(child={}))
        merged = Kinds()
        merged.MergeFrom(message)
        merged.MergeFrom(Kinds.FromString(unknown))
        self.assertEqual(merged.SerializeToString(), b"\x8a\x05\x03\xa0\x1f\x01" + unknown + unknown)
        message.DiscardUnknownFields()
        self.assertEqual(message, Kinds(child={}))

    def test_a_known_field_of_another_wire_type_is_unknown(self):
        message = Kinds.FromString(b"\x1d\1\2\3\4\x70\x05")
        self.assertEqual((message.int32_field, message.string_field), (0, ""))
        self.assertEqual(message.SerializeToString(), b"\x1d\1\2\3\4\x70\x05")

    def test_malformed_data_is_refused_with_the_reason(self):
        cases = {
            b"\x18": "truncated", b"\x18\x80": "truncated", b"\x4d\1\2\3": "truncated", b"\x51\1": "truncated",
            b"\x72\x05abc": "truncated", b"\x72" + b"\xff" * 9 + b"\x01": "truncated",
            b"\xda\x02\x02\x01\x80": "truncated",
            b"\x8a\x05\x02\x18": "truncated", b"\xd2\x04\x02\x0a\x05": "truncated",
            b"\x18" + b"\xff" * 9 + b"\x02": "more than 64 bits", b"\x18" + b"\xff" * 11: "more than 64 bits",
            b"\x72\x01\xff": "not UTF-8", b"\x72\x03\xed\xa0\x80": "not UTF-8",
            b"\xd2\x04\x03\x0a\x01\xff": "not UTF-8",
            b"\x00\x00": "field number", b"\x80\x80\x80\x80\x10\x00": "field number",
            b"\x1e": "wire type", b"\x1f": "wire type", b"\x1c": "wire type",
            b"\xa3\x1f\xac\x1f": "another number", b"\xa3\x1f": "truncated",
            nested(101): "nested too deeply", nested(5_000): "nested too deeply", b"\x0b" * 5_000: "nested too deeply",
        }  # fmt: skip
        for data, reason in cases.items():
            with self.subTest(data[:12]), self.assertRaisesRegex(DecodeError, reason):
                Kinds.FromString(data)
        self.assertTrue(issubclass(DecodeError, Error))

    def test_every_way_to_cut_a_message_short_is_survived(self):
        data = Kinds(
            string_field="text",
            repeated_int32=[1, 300],
            map_child={1: {"struct": {"a": [1, {"b": None}]}}},
            children=[{}, {"far": 1}],
        ).SerializeToString()
        for length in range(len(data)):
            try:
                Kinds.FromString(data[:length])
            except DecodeError:
                pass

    def test_many_small_parts_take_time_in_proportion(self):
        for part in (b"\xa0\x1f\x01", b"\x8a\x05\x00", b"\xd8\x05\x01\xea\x05\x00", b"\xd2\x04\x00", b"\x72\x01a"):
            self.assertEqual(Kinds.FromString(part * 100_000).ByteSize() > 0, True)


if __name__ == "__main__":
    unittest.main()
