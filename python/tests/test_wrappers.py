import dataclasses
import unittest

from mattermost_plugin._internal import wrappers
from mattermost_plugin.grpc import api_remaining_pb2, api_user_team_pb2, channel_pb2, post_pb2, team_pb2
from surface import SURFACE


def message_type(cls):
    module, name = cls._message.split(".")
    return getattr(__import__(f"mattermost_plugin.grpc.{module}", fromlist=[name]), name)


def sample(name, annotation):
    """A value of that annotation which is not its default."""
    kind = annotation.removesuffix(" | None")
    if name == "type" and kind == "str":
        return "O"
    return {
        "str": f"<{name}>",
        "int": 7,
        "bool": True,
        "bytes": b"\x00\xff",
        "object": {"k": [1, 2**60 + 1]},
        "dict[str, str]": {"k": "v"},
        "dict[str, bool]": {"k": True},
        "dict[str, object]": {"k": [1, None, "v", 2**60 + 1]},
        "dict[str, list[str]]": {"k": ["v", "w"]},
        "list[str]": ["a", "b"],
        "list[dict[str, str]]": [{"text": "t", "value": "v"}],
    }.get(kind)


def filled(cls, depth=0):
    """A record with no field at its default, nested records included."""
    values = {}
    for field in dataclasses.fields(cls):
        kind = field.type.removesuffix(" | None")
        inner = kind.removeprefix("list[").removeprefix("dict[str, ").removesuffix("]")
        value = sample(field.name, field.type)
        if value is None and depth == 2:
            continue
        if value is None:
            value = filled(getattr(wrappers, inner), depth + 1)
            value = [value] if kind.startswith("list[") else {"key": value} if kind.startswith("dict[") else value
        values[field.name] = value
    if cls is wrappers.AutocompleteArg:  # its data is of one kind
        values = {name: value for name, value in values.items() if name not in ("text", "static_list", "dynamic_list")}
    if cls is wrappers.TeamMemberWithError:
        values["error"] = values["app_error"].message
    return cls(**values)


class WrappersKeepTheirSurface(unittest.TestCase):
    def test_fields_their_order_and_defaults(self):
        self.assertEqual(len(SURFACE["wrappers"]), 43)
        for name, surface in SURFACE["wrappers"].items():
            with self.subTest(name):
                fields = dataclasses.fields(getattr(wrappers, name))
                known, further = fields[: len(surface["fields"])], fields[len(surface["fields"]) :]
                self.assertEqual([field.name for field in known], [field for field, _ in surface["fields"]])
                for field, (_, default) in zip(known, surface["fields"]):
                    if default is None:
                        self.assertIs(field.default, dataclasses.MISSING)
                    elif "default_factory" in default:
                        self.assertEqual(field.default_factory(), {} if "dict" in default else [])
                    else:
                        self.assertEqual(repr(field.default), default)
                for field in further:
                    missing = (field.default, field.default_factory) == (dataclasses.MISSING, dataclasses.MISSING)
                    self.assertFalse(missing, f"{field.name} needs a default, since plugins do not give it")

    def test_conversions(self):
        for name, surface in SURFACE["wrappers"].items():
            for method in surface["methods"]:
                self.assertTrue(callable(getattr(getattr(wrappers, name), method)), f"{name}.{method}")

    def test_enums_compare_with_their_letters(self):
        self.assertEqual(wrappers.TeamType.INVITE, "I")
        self.assertEqual([one.value for one in wrappers.ChannelType], ["O", "P", "D", "G"])


class WrappersTravel(unittest.TestCase):
    def test_a_record_survives_the_way_there_and_back(self):
        for name in SURFACE["wrappers"]:
            cls = getattr(wrappers, name)
            if name == "PluginInfo":  # mirrors no message
                continue
            with self.subTest(name):
                record = filled(cls)
                data = record.to_proto().SerializeToString()
                self.assertEqual(cls.from_proto(message_type(cls).FromString(data)), record)

    def test_an_empty_message_gives_the_defaults(self):
        for name in SURFACE["wrappers"]:
            cls = getattr(wrappers, name)
            if name == "PluginInfo":
                continue
            with self.subTest(name):
                record = cls.from_proto(message_type(cls)())
                for field in dataclasses.fields(cls):
                    value = getattr(record, field.name)
                    zero = {"str": "", "int": 0, "bool": False}
                    self.assertEqual(value, None if "None" in field.type else zero.get(field.type, value or value))

    def test_unset_is_not_the_same_as_empty(self):
        self.assertIsNone(wrappers.Post.from_proto(post_pb2.Post()).remote_id)
        self.assertEqual(wrappers.Post.from_proto(post_pb2.Post(remote_id="")).remote_id, "")
        self.assertFalse(wrappers.Post("p", "c").to_proto().HasField("remote_id"))

    def test_types_are_letters_here_and_numbers_there(self):
        self.assertEqual(wrappers.Team("t", type="I").to_proto().type, team_pb2.TEAM_TYPE_INVITE)
        self.assertEqual(wrappers.Channel("c", type=wrappers.ChannelType.DIRECT).to_proto().type, 3)
        private = channel_pb2.Channel(type=channel_pb2.CHANNEL_TYPE_PRIVATE)
        self.assertEqual(wrappers.Channel.from_proto(private).type, "P")
        unknown = wrappers.Team("t", type="X").to_proto()  # whether there is such a type is for Mattermost to say
        self.assertEqual(wrappers.Team.from_proto(unknown).type, "X")
        with self.assertRaises(TypeError):
            wrappers.Team("t", type=5).to_proto()

    def test_letters_and_numbers_of_types(self):
        numbers = [wrappers._str_channel_type_to_proto(letter) for letter in ("", "O", "P", "D", "G")]
        self.assertEqual(numbers, [0, 1, 2, 3, 4])
        self.assertEqual([wrappers._proto_team_type_to_str(number) for number in (0, 1, 2, 9)], ["", "O", "I", ""])
        with self.assertRaisesRegex(ValueError, "Team.type must be 'O' or 'I', not 'X'"):
            wrappers._str_team_type_to_proto("X")

    def test_the_error_of_one_member_is_its_text(self):
        message = api_user_team_pb2.TeamMemberWithError(user_id="u")
        message.error.message = "no"
        self.assertEqual(wrappers.TeamMemberWithError.from_proto(message).error, "no")

    def test_props_of_any_json(self):
        post = wrappers.Post("p", "c", props={"attachments": [{"text": "hi", "fields": []}], "n": None})
        self.assertEqual(wrappers.Post.from_proto(post.to_proto()), post)

    def test_a_wrong_value_is_an_error_that_names_the_field(self):
        with self.assertRaisesRegex(TypeError, r"Post.props\['x'\]"):
            wrappers.Post("p", "c", props={"x": object()}).to_proto()
        with self.assertRaises(TypeError):
            wrappers.Post("p", "c", message=5).to_proto()

    def test_a_dialog_with_messages_and_records_mixed(self):
        element = api_remaining_pb2.DialogElement(name="e")
        dialog = wrappers.Dialog(title="t", elements=[element, wrappers.DialogElement(name="f")])
        self.assertEqual([one.name for one in dialog.to_proto().elements], ["e", "f"])
