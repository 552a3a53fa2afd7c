import dataclasses
import enum
import unittest
from typing import Any, Literal

from mattermost_plugin import PluginAPIClient
from mattermost_plugin.testing import MockTransport


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Server:
    host: str
    port: int = 80
    tags: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Settings:
    BadWords: str
    reply_delay: float = 0.5
    limit: int | None = 10
    enabled: bool = False
    colour: Colour = Colour.RED
    mode: Literal["a", "b"] = "a"
    main: Server = dataclasses.field(default_factory=lambda: Server("localhost", 8065))
    others: list[Server] = dataclasses.field(default_factory=list)
    by_name: dict[str, Server] = dataclasses.field(default_factory=dict)
    anything: Any = None
    internal: int = dataclasses.field(default=7, init=False)


ALL = b"""{"badwords": "x,y", "ReplyDelay": 2, "LIMIT": null, "Enabled": true, "colour": "blue", "Mode": "b",
    "Main": {"Host": "h", "Port": 1.0, "Tags": ["t"]}, "others": [{"host": "o"}], "byName": {"n": {"host": "p"}},
    "anything": [1, {"a": null}], "unknown": 1}"""


def load(text, dest):
    return PluginAPIClient(
        transport=MockTransport({"LoadPluginConfiguration": {"config_json": text}})
    ).load_plugin_configuration(dest)


class LoadingSettings(unittest.TestCase):
    def expected(self):
        return Settings(
            BadWords="x,y", reply_delay=2.0, limit=None, enabled=True, colour=Colour.BLUE, mode="b",
            main=Server("h", 1, ["t"]), others=[Server("o")], by_name={"n": Server("p")}, anything=[1, {"a": None}],
        )  # fmt: skip

    def test_a_dataclass_is_made_of_them(self):
        settings = load(ALL, Settings)
        self.assertEqual(settings, self.expected())
        self.assertIs(type(settings.reply_delay), float)
        self.assertIs(type(settings.main.port), int)

    def test_an_object_of_one_is_filled(self):
        settings = Settings("before")
        main = settings.main
        self.assertIs(load(ALL, settings), settings)
        self.assertEqual(settings, self.expected())
        self.assertIs(settings.main, main)

    def test_what_has_no_setting_keeps_its_value(self):
        settings = Settings("before", limit=3, main=Server("kept", 5))
        load(b'{"enabled": true, "main": {"tags": ["new"]}}', settings)
        self.assertEqual((settings.BadWords, settings.limit, settings.enabled), ("before", 3, True))
        self.assertEqual(settings.main, Server("kept", 5, ["new"]))

    def test_what_has_neither_setting_nor_default_is_empty_as_in_go(self):
        self.assertEqual(load(b"", Settings), Settings(""))
        self.assertEqual(load(b'{"BadWords": null}', Settings).BadWords, "")

    def test_the_exact_name_is_taken_before_another_of_the_same_letters(self):
        self.assertEqual(load(b'{"badwords": "lower", "BadWords": "exact"}', Settings).BadWords, "exact")

    def test_a_frozen_dataclass_is_made_not_filled(self):
        @dataclasses.dataclass(frozen=True)
        class Words:
            words: str = ""

        self.assertEqual(load(b'{"Words": "w"}', Words), Words("w"))
        with self.assertRaisesRegex(TypeError, "Words is frozen: give the class"):
            load(b'{"Words": "w"}', Words())

    def test_a_dict(self):
        self.assertEqual(load(b'{"A": 1}', dict), {"A": 1})
        settings = {"b": 2}
        self.assertIs(load(b'{"A": 1}', settings), settings)
        self.assertEqual(settings, {"A": 1, "b": 2})

    def test_any_other_class_gets_attributes(self):
        class Plain:
            pass

        self.assertEqual(load(b'{"A": 1}', Plain).A, 1)

    def test_a_value_of_another_type_is_an_error_that_names_the_setting(self):
        for text, message in (
            ('{"BADWORDS": 5}', "the setting BADWORDS must be a text, not 5"),
            ('{"enabled": "true"}', "the setting enabled must be true or false, not 'true'"),
            ('{"limit": "3"}', "the setting limit must be a whole number, not '3'"),
            ('{"limit": true}', "the setting limit must be a whole number, not True"),
            ('{"limit": 1.5}', "the setting limit must be a whole number, not 1.5"),
            ('{"colour": "green"}', "the setting colour must be one of 'red', 'blue', not 'green'"),
            ('{"mode": 1}', "the setting mode must be one of 'a', 'b', not 1"),
            ('{"main": {"Port": "x"}}', "the setting main.Port must be a whole number, not 'x'"),
            ('{"others": [{}, {"host": []}]}', r"the setting others\[1\].host must be a text, not \[\]"),
            ('{"others": {}}', "the setting others must be a list, not {}"),
            ('{"by_name": {"n": 1}}', "the setting by_name.n must be an object, not 1"),
        ):
            for dest in (Settings, Settings("")):
                with self.subTest(text), self.assertRaisesRegex(TypeError, message):
                    load(text.encode(), dest)

    def test_something_that_cannot_be_filled(self):
        for dest in (b"", "x", 5, None):
            with self.assertRaisesRegex(TypeError, "needs something it can fill"):
                load(ALL, dest)
