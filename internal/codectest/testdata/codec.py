"""The guest's side of the codec's tests.

A hook's id is the number of the operation, below 256, plus 256 times that of the message type. Its answer is a byte
that says whether the guest accepted the request, and the result, or the reason why not.
"""

import random
import struct
import sys

import _mmpy
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

TYPES: list = []


def load(argument):
    """Takes the names of the message types, after the modules to import, each on a line."""
    modules, _, names = argument.partition("\n\n")
    for module in modules.split("\n"):
        __import__(module)
    TYPES.extend(_mmpy._message_types[name] for name in names.split("\n"))
    return b""


def dispatch(id, request):
    try:
        return b"\1" + OPERATIONS[id % 256](TYPES[id // 256], request)
    except (DecodeError, json_format.Error) as error:
        return b"\0" + str(error).encode()


def recode(message_type, request):
    message = message_type.FromString(request)
    encoded = message.SerializeToString()
    if message.ByteSize() != len(encoded):
        raise AssertionError("ByteSize is not the size of the wire form")
    return encoded


def rebuild(message_type, request):
    """A message built anew, field by field, with assignments and the methods of containers."""
    message = message_type()
    assign(message, message_type.FromString(request))
    return message.SerializeToString(deterministic=True)


def assign(target, source):
    for field, value in source.ListFields():
        if isinstance(value, Message):
            getattr(target, field.name).SetInParent()
            assign(getattr(target, field.name), value)
        elif not field.is_repeated:
            setattr(target, field.name, value)
        elif not field.message_type:
            for element in value:
                getattr(target, field.name).append(element)
        elif not field.message_type.GetOptions().map_entry:
            for element in value:
                assign(getattr(target, field.name).add(), element)
        elif field.message_type.fields_by_name["value"].message_type:
            for key in value:
                assign(getattr(target, field.name)[key], value[key])
        else:
            for key in value:
                getattr(target, field.name)[key] = value[key]


def construct(message_type, request):
    """A message built anew by its constructor, from dicts and lists all the way down."""
    return message_type(**arguments(message_type.FromString(request))).SerializeToString()


def arguments(message):
    def plain(value):
        if not isinstance(value, Message) or value.DESCRIPTOR.full_name.startswith("google.protobuf."):
            return value
        return arguments(value)

    result = {}
    for field, value in message.ListFields():
        if not field.is_repeated:
            result[field.name] = plain(value)
        elif field.message_type and field.message_type.GetOptions().map_entry:
            result[field.name] = {key: plain(value[key]) for key in value}
        else:
            result[field.name] = [plain(element) for element in value]
    return result


def merge(message_type, request):
    """The merger of the two halves of a request, which have their lengths in front."""
    (length,) = struct.unpack_from("<I", request)
    message = message_type.FromString(request[4 : 4 + length])
    message.MergeFrom(message_type.FromString(request[4 + length :]))
    return message.SerializeToString()


def to_json(message_type, request):
    return json_format.MessageToJson(message_type.FromString(request), preserving_proto_field_name=True).encode()


def from_json(message_type, request):
    return json_format.Parse(request, message_type()).SerializeToString()


def invent(message_type, request):
    """A random message, made by Python: the length of its JSON form, that, and its wire form."""
    message = message_type()
    fill(message, random.Random(request), 3)
    as_json = json_format.MessageToJson(message, preserving_proto_field_name=True).encode()
    return struct.pack("<I", len(as_json)) + as_json + message.SerializeToString()


def fill(message, dice, depth):
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Struct":
        message.update({text(dice): plain(dice, depth) for _ in range(dice.randrange(3))})
    elif name == "google.protobuf.ListValue":
        message.extend(plain(dice, depth) for _ in range(dice.randrange(3)))
    elif name == "google.protobuf.Value":
        message.string_value = text(dice)
    elif name == "google.protobuf.Timestamp":
        message.FromNanoseconds(dice.randrange(-(10**18), 10**19))
    else:
        fields = message.DESCRIPTOR.fields
        for field in dice.sample(fields, dice.randrange(min(len(fields), 12) + 1)):
            fill_field(message, field, dice, depth)


def fill_field(message, field, dice, depth):
    entry = field.message_type
    if entry and entry.GetOptions().map_entry:
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        for _ in range(dice.randrange(3)):
            target = getattr(message, field.name)
            if value.message_type:
                fill(target[scalar(key, dice)], dice, depth - 1) if depth else None
            else:
                target[scalar(key, dice)] = scalar(value, dice)
    elif field.is_repeated:
        for _ in range(dice.randrange(4)):
            if not entry:
                getattr(message, field.name).append(scalar(field, dice))
            elif depth:
                fill(getattr(message, field.name).add(), dice, depth - 1)
    elif not entry:
        setattr(message, field.name, scalar(field, dice))
    elif depth:
        getattr(message, field.name).SetInParent()
        fill(getattr(message, field.name), dice, depth - 1)


def text(dice):
    return "".join(dice.choice('aZ 0\n"\\\0é€\U0001f600') for _ in range(dice.randrange(6)))


def plain(dice, depth):
    kinds = [None, True, False, dice.randrange(-9, 10**12), dice.random(), text(dice)]
    if depth:
        kinds += [[plain(dice, depth - 1)], {text(dice): plain(dice, depth - 1)}]
    return dice.choice(kinds)


def scalar(field, dice):
    if field.type in (field.TYPE_DOUBLE, field.TYPE_FLOAT):
        return dice.choice([0.0, -0.0, 1.5, 0.1, float("inf"), float("-inf"), float("nan"), dice.random(), 1e30])
    if field.type == field.TYPE_BOOL:
        return dice.random() < 0.5
    if field.type == field.TYPE_STRING:
        return text(dice)
    if field.type == field.TYPE_BYTES:
        return dice.randbytes(dice.randrange(6))
    if field.type == field.TYPE_ENUM:
        return dice.choice([*field.enum_type.values_by_number, 77])
    bits = 64 if field.cpp_type in (field.CPPTYPE_INT64, field.CPPTYPE_UINT64) else 32
    signed = field.cpp_type in (field.CPPTYPE_INT64, field.CPPTYPE_INT32)
    least, greatest = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return dice.choice([0, 1, 127, 128, 300, least, greatest, dice.randint(least, greatest)])


def measure(message_type, request):
    """How long decoding and encoding of a message take in Python at best, in nanoseconds, as two 64-bit integers."""
    from time import perf_counter_ns

    def best(work):
        times = []
        for _ in range(40):
            start = perf_counter_ns()
            for _ in range(500):
                work()
            times.append((perf_counter_ns() - start) // 500)
        return min(times)

    message = message_type.FromString(request)
    return struct.pack("<qq", best(lambda: message_type.FromString(request)), best(message.SerializeToString))


OPERATIONS = (recode, rebuild, construct, merge, to_json, from_json, invent, measure)
sys.setrecursionlimit(10_000)
