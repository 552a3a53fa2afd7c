import unittest

from mattermost_plugin import HookName, HookRegistrationError, Plugin, hook
from mattermost_plugin._internal.hook_messages import HOOK_MESSAGES
from mattermost_plugin.hooks import HOOK_MARKER_ATTR, VALID_HOOK_NAMES, get_hook_name, is_hook_handler
from surface import SURFACE


class HookNames(unittest.TestCase):
    def test_all_of_the_surface_in_its_order_then_the_newer_ones(self):
        names = [member.value for member in HookName]
        self.assertEqual(len(SURFACE["hook_names"]), 41)
        self.assertEqual(names[: len(SURFACE["hook_names"])], SURFACE["hook_names"])
        self.assertEqual(VALID_HOOK_NAMES, frozenset(names))

    def test_every_hook_of_the_contract_but_implemented(self):
        self.assertEqual(VALID_HOOK_NAMES, HOOK_MESSAGES.keys() - {"Implemented"})

    def test_a_member_is_its_name(self):
        self.assertEqual(HookName.OnActivate, "OnActivate")
        self.assertIs(HookName("ServeHTTP"), HookName.ServeHTTP)


class TheDecorator(unittest.TestCase):
    def test_every_form_marks_the_function_and_gives_it_back(self):
        def OnActivate(self):
            pass

        for form in (hook, hook(), hook("OnActivate"), hook(HookName.OnActivate)):
            with self.subTest(form=form):
                if hasattr(OnActivate, HOOK_MARKER_ATTR):
                    delattr(OnActivate, HOOK_MARKER_ATTR)
                self.assertIs(form(OnActivate), OnActivate)
                self.assertEqual(get_hook_name(OnActivate), "OnActivate")
                self.assertIs(type(get_hook_name(OnActivate)), str)
                self.assertTrue(is_hook_handler(OnActivate))

    def test_an_unmarked_function_is_no_handler(self):
        self.assertFalse(is_hook_handler(print))
        self.assertIsNone(get_hook_name(print))

    def test_a_misspelt_name_gets_a_suggestion(self):
        with self.assertRaisesRegex(HookRegistrationError, "'MessageWillBePostd': did you mean HookName.MessageWill"):
            hook("MessageWillBePostd")
        with self.assertRaisesRegex(HookRegistrationError, "'on_activate': did you mean HookName.OnActivate"):

            @hook
            def on_activate(self):
                pass

    def test_a_name_like_no_other_gets_a_hint(self):
        with self.assertRaisesRegex(HookRegistrationError, "'xyzzy': HookName has a member for each hook"):
            hook("xyzzy")

    def test_it_takes_names_and_functions_only(self):
        with self.assertRaisesRegex(HookRegistrationError, "not 7"):
            hook(7)
        with self.assertRaisesRegex(HookRegistrationError, "must stand above a method"):
            hook("OnActivate")(None)


class Discovery(unittest.TestCase):
    def test_a_plugin_implements_what_it_marks_sorted(self):
        class One(Plugin):
            @hook(HookName.OnDeactivate)
            def stop(self): ...

            @hook(HookName.OnActivate)
            def start(self): ...

            def other(self): ...

        self.assertEqual(One.implemented_hooks(), ["OnActivate", "OnDeactivate"])
        self.assertTrue(One.has_hook("OnActivate"))
        self.assertTrue(One.has_hook(HookName.OnActivate))
        self.assertFalse(One.has_hook("ServeHTTP"))
        self.assertEqual(Plugin.implemented_hooks(), [])

    def test_hooks_of_bases_and_mixins_are_inherited(self):
        class Commands:
            @hook(HookName.ExecuteCommand)
            def command(self, context, args):
                return "mixin"

        class Base(Plugin):
            @hook(HookName.OnActivate)
            def start(self):
                return "base"

        class Both(Commands, Base):
            pass

        self.assertEqual(Both.implemented_hooks(), ["ExecuteCommand", "OnActivate"])
        self.assertEqual(Both().invoke_hook("ExecuteCommand", None, None), "mixin")
        self.assertEqual(Base.implemented_hooks(), ["OnActivate"])

    def test_an_override_by_method_name_needs_no_decorator(self):
        class Base(Plugin):
            @hook(HookName.OnActivate)
            def start(self):
                return "base"

        class Sub(Base):
            def start(self):
                return "sub of " + super().start()

        self.assertEqual(Sub().invoke_hook("OnActivate"), "sub of base")

    def test_another_method_of_a_subclass_takes_over_the_hook(self):
        class Base(Plugin):
            @hook(HookName.OnActivate)
            def start(self):
                return "base"

        class Sub(Base):
            @hook(HookName.OnActivate)
            def begin(self):
                return "sub"

        self.assertEqual(Sub().invoke_hook("OnActivate"), "sub")

    def test_a_subclass_may_drop_a_hook_or_use_its_method_for_another(self):
        class Base(Plugin):
            @hook(HookName.OnActivate)
            def start(self): ...

        class Without(Base):
            start = None

        class Other(Base):
            @hook(HookName.OnDeactivate)
            def start(self): ...

        self.assertEqual(Without.implemented_hooks(), [])
        self.assertEqual(Other.implemented_hooks(), ["OnDeactivate"])

    def test_two_handlers_in_one_class_are_refused(self):
        with self.assertRaisesRegex(HookRegistrationError, "Twice has two handlers for OnActivate: one and two"):

            class Twice(Plugin):
                @hook(HookName.OnActivate)
                def one(self): ...

                @hook(HookName.OnActivate)
                def two(self): ...

    def test_static_and_class_methods_can_be_handlers(self):
        class Odd(Plugin):
            @hook(HookName.OnActivate)
            @staticmethod
            def start():
                return "static"

            @classmethod
            @hook(HookName.OnDeactivate)
            def stop(cls):
                return cls.__name__

        self.assertEqual(Odd().invoke_hook("OnActivate"), "static")
        self.assertEqual(Odd().invoke_hook("OnDeactivate"), "Odd")


class PluginObjects(unittest.TestCase):
    def test_a_constructor_needs_no_super(self):
        class Own(Plugin):
            def __init__(self):
                self.count = 0

        plugin = Own()
        self.assertIsNone(plugin.config)
        self.assertEqual(plugin.logger.name, "Own")
        self.assertIs(plugin.api, plugin.api)

    def test_what_is_given_is_kept(self):
        plugin = Plugin(api="api", config="config", logger="logger")
        self.assertEqual((plugin.api, plugin.config, plugin.logger), ("api", "config", "logger"))

    def test_handlers_are_bound_and_missing_ones_none(self):
        class One(Plugin):
            @hook
            def OnActivate(self):
                return self

        plugin = One()
        self.assertIs(plugin.get_hook_handler("OnActivate")(), plugin)
        self.assertIsNone(plugin.get_hook_handler("ServeHTTP"))
        with self.assertRaisesRegex(NotImplementedError, "One has no handler for ServeHTTP"):
            plugin.invoke_hook("ServeHTTP")
