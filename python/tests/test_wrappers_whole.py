"""Nothing is lost between a message and its record: every field of every message that has one, filled by reflection."""

import unittest

from mattermost_plugin._internal import wrappers

ALL = {name: getattr(wrappers, name) for name in wrappers.__all__}
WRAPPERS = {name: cls for name, cls in ALL.items() if getattr(cls, "_message", "")}

BIG = 2**53 + 1  # a double rounds it


def message_type(cls):
    module, name = cls._message.split(".")
    return getattr(__import__(f"mattermost_plugin.grpc.{module}", fromlist=[name]), name)


class Filler:
    """Fills every field of a message with a value of its own. Of fields that exclude each other, variant chooses."""

    def __init__(self, variant):
        self.variant = variant
        self.count = 0

    def fill(self, message, depth=0):
        fields = message.DESCRIPTOR.fields_by_name
        for name, field in fields.items():
            oneof = field.containing_oneof
            if oneof is not None and oneof.fields[self.variant % len(oneof.fields)] is not field:
                continue
            if not name.endswith("_numbers") and not self.companion(message, name, fields, depth):
                self.set(message, name, field, depth)
        return message

    def companion(self, message, name, fields, depth):
        """Fills a field and its companion so that they belong together, as the two sides of the wire do."""
        base = name.removesuffix("_exact")
        if base != name and base in fields:
            return self.pair(fields[base], fields[name]) is not None
        exact = fields.get(f"{name}_exact")
        if exact is None or self.pair(fields[name], exact) is None:
            return False
        self.pair(fields[name], exact)(message, name, depth)
        return True

    def pair(self, field, exact):
        if field.type == field.TYPE_ENUM:
            return self.letters
        if field.type == field.TYPE_BYTES and exact.type == field.TYPE_BYTES:
            return self.empty_bytes
        if field.type == field.TYPE_BOOL and exact.cpp_type == field.CPPTYPE_INT64:
            return self.number
        if exact.message_type is not None and exact.message_type.name == "Value":
            return self.json
        return None

    def letters(self, message, name, depth):
        if self.variant % 2:
            setattr(message, f"{name}_exact", "Z")
        else:
            setattr(message, name, 2)

    def empty_bytes(self, message, name, depth):
        setattr(message, f"{name}_exact" if self.variant % 2 else name, b"" if self.variant % 2 else b"old")

    def number(self, message, name, depth):
        setattr(message, name, True)
        setattr(message, f"{name}_exact", self.next())

    def json(self, message, name, depth):
        self.fill_json(getattr(message, f"{name}_exact" if self.variant % 2 else name), message, name)

    def next(self):
        self.count += 1
        return self.count

    def scalar(self, field):
        number = self.next()
        if field.type == field.TYPE_STRING:
            return f"{field.name} {number}"
        if field.type == field.TYPE_BYTES:
            return bytes([number % 256, 255, 0])
        if field.type == field.TYPE_BOOL:
            return True
        if field.type == field.TYPE_DOUBLE:
            return number + 0.5
        return number if field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_UINT32) else number + 2**60

    def set(self, message, name, field, depth):
        value = getattr(message, name)
        of = field.message_type
        if of is None and field.is_repeated:
            value.extend([self.scalar(field), self.scalar(field)])
        elif of is None:
            setattr(message, name, self.scalar(field))
        elif hasattr(value, "items") and of.name.endswith("Entry"):
            item = of.fields_by_name["value"]
            if item.message_type is None:
                value[f"key {self.next()}"] = self.scalar(item)
            elif depth < 2:
                self.fill(value[f"key {self.next()}"], depth + 1)
        elif of.full_name in ("google.protobuf.Struct", "google.protobuf.Value"):
            self.fill_json(value, message, name)
        elif depth < 2 and field.is_repeated:
            self.fill(value.add(), depth + 1)
            self.fill(value.add(), depth + 1)
        elif depth < 2:
            self.fill(value, depth + 1)

    def fill_json(self, held, message, name):
        struct, path = held, []
        if type(held).__name__ == "Value" and self.variant < 2:
            held.list_value.SetInParent()
            struct, path = held.list_value.values.add().struct_value, ["0"]
        elif type(held).__name__ == "Value":
            held.number_value = float(BIG)
            getattr(message, f"{name}_numbers").add(path=[], number=str(BIG))
            return
        struct.fields["text"].string_value = f"text {self.next()}"
        struct.fields["none"].null_value = 0
        struct.fields["yes"].bool_value = True
        struct.fields["part"].number_value = 0.25
        deep = struct.fields["list"].list_value.values.add().struct_value
        deep.fields["big"].number_value = float(-BIG)
        getattr(message, f"{name}_numbers").add(path=[*path, "list", "0", "big"], number=str(-BIG))


class Wrappers(unittest.TestCase):
    def test_a_message_survives_being_a_record(self):
        self.assertGreaterEqual(len(WRAPPERS), 42)
        for name, cls in WRAPPERS.items():
            seen = set()
            for variant in range(4):
                with self.subTest(name, variant=variant):
                    message = Filler(variant).fill(message_type(cls)())
                    seen |= {field.name for field, _ in message.ListFields()}
                    self.assertEqual(cls.from_proto(message).to_proto(), message)
            known = set(message_type(cls).DESCRIPTOR.fields_by_name)
            self.assertEqual(seen, known, f"{name}: fields that no variant fills")

    def test_a_record_survives_being_a_message(self):
        for name, cls in WRAPPERS.items():
            for variant in range(4):
                with self.subTest(name, variant=variant):
                    record = cls.from_proto(Filler(variant).fill(message_type(cls)()))
                    there = record.to_proto().SerializeToString()
                    self.assertEqual(cls.from_proto(message_type(cls).FromString(there)), record)

    def test_every_message_that_a_record_can_hold_has_one(self):
        known = {message_type(cls).DESCRIPTOR.full_name for cls in WRAPPERS.values()}
        plain = {"google.protobuf.Struct", "google.protobuf.Value", "mattermost.pluginapi.v1.StringList"}
        for name, cls in WRAPPERS.items():
            for field in message_type(cls).DESCRIPTOR.fields:
                of = field.message_type
                if of is not None and of.name.endswith("Entry"):
                    of = of.fields_by_name["value"].message_type
                if of is None or of.full_name in plain or field.name.endswith("_numbers"):
                    continue
                if (name, field.name) != ("DialogElement", "options"):  # dicts, in the contract
                    self.assertIn(of.full_name, known, f"{name}.{field.name}")


class Companions(unittest.TestCase):
    def test_a_type_that_the_enum_does_not_have_comes_and_goes_as_it_is(self):
        message = message_type(wrappers.Channel)(id="c", type_exact="S")
        channel = wrappers.Channel.from_proto(message)
        self.assertEqual(channel.type, "S")
        self.assertEqual(channel.to_proto(), message)

    def test_an_old_field_that_was_changed_is_the_newer_word(self):
        message = message_type(wrappers.Channel)(id="c", type=1, type_exact="S")
        self.assertEqual(wrappers.Channel.from_proto(message).type, "O")
        message = message_type(wrappers.PostList)(first_inaccessible_post_time_exact=5)
        self.assertEqual(wrappers.PostList.from_proto(message).first_inaccessible_post_time, 0)

    def test_great_integers_come_out_exact_and_go_back_exact(self):
        post = wrappers.Post("p", "c", props={"id": BIG, "list": [1, {"id": -BIG}], "small": 2**53})
        message = post.to_proto()
        self.assertEqual(
            [(list(one.path), one.number) for one in message.props_numbers],
            [(["id"], str(BIG)), (["list", "1", "id"], str(-BIG))],
        )
        self.assertEqual(wrappers.Post.from_proto(message), post)

    def test_data_of_an_embed_is_any_json(self):
        for data in ({"a": BIG}, [1, BIG], "text", False, 0, BIG):
            embed = wrappers.PostEmbed(type="x", data=data)
            self.assertEqual(wrappers.PostEmbed.from_proto(embed.to_proto()), embed)
        self.assertIsNone(wrappers.PostEmbed.from_proto(wrappers.PostEmbed(type="x").to_proto()).data)

    def test_the_error_of_a_member_is_whole_until_its_text_is_changed(self):
        from dataclasses import replace

        message = Filler(0).fill(message_type(wrappers.TeamMemberWithError)())
        record = wrappers.TeamMemberWithError.from_proto(message)
        self.assertEqual(record.app_error.detailed_error, message.error.detailed_error)
        changed = replace(record, error="no").to_proto()
        self.assertEqual((changed.error.message, changed.error.id), ("no", ""))

    def test_secrets_are_not_shown(self):
        user = wrappers.User("u", username="ada", password="hash", mfa_secret="seed")
        self.assertNotIn("hash", repr(user))
        self.assertNotIn("seed", repr(user))
        self.assertIn("password='***'", repr(user))
        self.assertIn("password=''", repr(wrappers.User("u")))
