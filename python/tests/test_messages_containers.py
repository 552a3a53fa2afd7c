"""Repeated and map fields."""

import copy
import unittest
from collections.abc import MutableMapping, MutableSequence

from kinds import Kinds


class RepeatedValues(unittest.TestCase):
    def setUp(self):
        self.message = Kinds(repeated_int32=[3, 1, 2])
        self.numbers = self.message.repeated_int32

    def test_it_is_a_sequence_that_equals_a_list(self):
        self.assertIsInstance(self.numbers, MutableSequence)
        self.assertEqual(self.numbers, [3, 1, 2])
        self.assertEqual([3, 1, 2], self.numbers)
        self.assertEqual(self.numbers, Kinds(repeated_int32=[3, 1, 2]).repeated_int32)
        self.assertNotEqual(self.numbers, [1])
        self.assertFalse(self.numbers == (3, 1, 2))
        self.assertEqual(repr(self.numbers), "[3, 1, 2]")
        self.assertEqual(
            (len(self.numbers), 3 in self.numbers, 9 in self.numbers, "x" in self.numbers), (3, True, False, False)
        )
        self.assertEqual((self.numbers.index(1), self.numbers.count(2)), (1, 1))
        with self.assertRaises(TypeError):
            hash(self.numbers)

    def test_it_matches_a_sequence_pattern(self):
        match self.numbers:
            case [first, *rest]:
                self.assertEqual((first, rest), (3, [1, 2]))
            case _:
                self.fail("no sequence")

    def test_indexes_and_slices(self):
        self.assertEqual(
            (self.numbers[0], self.numbers[-1], self.numbers[1:], self.numbers[::-1]), (3, 2, [1, 2], [2, 1, 3])
        )
        self.numbers[1] = 7
        self.numbers[2:] = (8, 9)
        del self.numbers[0]
        self.assertEqual(self.numbers, [7, 8, 9])
        del self.numbers[:2]
        self.assertEqual(list(self.message.repeated_int32), [9])
        for key in (5, -5):
            with self.assertRaises(IndexError):
                self.numbers[key]
            with self.assertRaises(IndexError):
                self.numbers[key] = 1
            with self.assertRaises(IndexError):
                del self.numbers[key]

    def test_methods_of_lists(self):
        numbers = self.numbers
        numbers.append(4)
        numbers.extend(iter([5, 6]))
        numbers.extend(numbers)
        numbers.insert(0, 0)
        numbers.insert(-1, 9)
        self.assertEqual(numbers, [0, 3, 1, 2, 4, 5, 6, 3, 1, 2, 4, 5, 9, 6])
        self.assertEqual((numbers.pop(), numbers.pop(0)), (6, 0))
        numbers.remove(9)
        numbers.reverse()
        self.assertEqual(numbers[:3], [5, 4, 2])
        numbers.sort()
        self.assertEqual(numbers[:3], [1, 1, 2])
        numbers.sort(key=lambda n: -n, reverse=False)
        self.assertEqual(numbers[0], 6)
        numbers.clear()
        self.assertEqual(numbers, [])
        for call in (numbers.pop, lambda: numbers.remove(1), lambda: numbers.index(1)):
            with self.assertRaises((IndexError, ValueError)):
                call()

    def test_adding_in_place(self):
        self.message.repeated_int32 += [4]
        self.assertEqual(self.numbers, [3, 1, 2, 4])
        self.numbers.MergeFrom(Kinds(repeated_int32=[5]).repeated_int32)
        self.assertEqual(self.numbers, [3, 1, 2, 4, 5])

    def test_elements_are_checked_and_nothing_is_half_done(self):
        calls = (
            lambda: self.numbers.append("x"),
            lambda: self.numbers.append(None),
            lambda: self.numbers.extend([1, "x"]),
            lambda: self.numbers.extend(None),
            lambda: self.numbers.extend(5),
            lambda: self.numbers.insert(0, 1.5),
            lambda: self.numbers.__setitem__(0, "x"),
            lambda: self.numbers.__setitem__(slice(0, 1), [1, "x"]),
        )
        for call in calls:
            with self.assertRaises(TypeError):
                call()
        with self.assertRaises(ValueError):
            self.numbers.append(2**31)
        self.assertEqual(self.numbers, [3, 1, 2])

    def test_strings_floats_and_enums_are_stored_as_fields_are(self):
        message = Kinds(
            repeated_string=["a", b"b"], repeated_float=[0.5, 1], repeated_enum=["RED", 2], repeated_bool=[1, False]
        )
        self.assertEqual(message.repeated_string, ["a", "b"])
        self.assertEqual(message.repeated_float, [0.5, 1.0])
        self.assertEqual(message.repeated_enum, [1, 2])
        self.assertEqual(message.repeated_bool, [True, False])

    def test_a_copy_belongs_to_no_message(self):
        for made in (copy.copy(self.numbers), copy.deepcopy(self.numbers)):
            made.append(9)
            self.assertEqual((made, self.numbers), ([3, 1, 2, 9], [3, 1, 2]))

    def test_a_cleared_container_lives_on_by_itself(self):
        self.message.ClearField("repeated_int32")
        self.numbers.append(9)
        self.assertEqual((list(self.numbers), list(self.message.repeated_int32)), ([3, 1, 2, 9], []))

    def test_code_that_changes_it_while_it_is_sorted_does_no_harm(self):
        def meddle(number):
            self.numbers.append(number)
            return number

        with self.assertRaises(ValueError):
            self.numbers.sort(key=meddle)
        self.assertEqual(sorted(self.numbers), [1, 2, 3])


class RepeatedMessages(unittest.TestCase):
    def setUp(self):
        self.message = Kinds(children=[{"int32_field": 1}, Kinds(int32_field=2)])
        self.children = self.message.children

    def numbers(self):
        return [child.int32_field for child in self.children]

    def test_elements_are_copied_in_and_live_in_place(self):
        mine = Kinds(int32_field=3)
        self.children.append(mine)
        mine.int32_field = 9
        self.children[0].int32_field = 7
        self.assertEqual(self.numbers(), [7, 2, 3])

    def test_add_makes_an_element_from_its_fields(self):
        added = self.children.add(int32_field=5, child={"string_field": "x"})
        added.int64_field = 6
        self.assertEqual((self.children[2].int32_field, self.children[2].int64_field), (5, 6))
        with self.assertRaises(ValueError):
            self.children.add(nothing=1)
        with self.assertRaises(TypeError):
            self.children.add(5)
        self.assertEqual(len(self.children), 3)

    def test_methods_of_lists(self):
        self.assertIsInstance(self.children, MutableSequence)
        self.children.extend(Kinds(int32_field=n) for n in (3, 4))
        self.children.insert(0, Kinds(int32_field=9))
        self.assertEqual(self.numbers(), [9, 1, 2, 3, 4])
        self.children.sort(key=lambda child: child.int32_field)
        self.children.reverse()
        self.assertEqual(self.numbers(), [9, 4, 3, 2, 1])
        self.children.remove(Kinds(int32_field=3))
        popped = self.children.pop()
        del self.children[0]
        self.assertEqual((self.numbers(), popped.int32_field), ([4, 2], 1))
        self.assertEqual(self.children, [Kinds(int32_field=4), Kinds(int32_field=2)])
        self.assertIn(Kinds(int32_field=4), self.children)
        self.assertEqual([child.int32_field for child in self.children[1:]], [2])

    def test_elements_cannot_be_assigned(self):
        with self.assertRaises(TypeError):
            self.children[0] = Kinds()
        with self.assertRaises(TypeError):
            self.children[0:1] = [Kinds()]

    def test_only_messages_of_the_type_go_in(self):
        for value in (None, {}, 5, Kinds().struct):
            for call in (
                self.children.append,
                lambda value: self.children.extend([value]),
                lambda value: self.children.insert(0, value),
            ):
                with self.assertRaises(TypeError):
                    call(value)
        self.assertEqual(self.numbers(), [1, 2])

    def test_a_message_may_be_put_into_itself(self):
        self.children.append(self.message)
        self.assertEqual(self.numbers(), [1, 2, 0])
        self.assertEqual([child.int32_field for child in self.children[2].children], [1, 2])


class MapsOfValues(unittest.TestCase):
    def setUp(self):
        self.message = Kinds(map_string={"a": "b", "c": "d"})
        self.texts = self.message.map_string

    def test_it_is_a_mapping_that_equals_a_dict(self):
        self.assertIsInstance(self.texts, MutableMapping)
        self.assertEqual(self.texts, {"a": "b", "c": "d"})
        self.assertEqual(dict(self.texts), {"a": "b", "c": "d"})
        self.assertEqual(repr(self.texts), "{'a': 'b', 'c': 'd'}")
        self.assertEqual((list(self.texts), list(self.texts.values()), len(self.texts)), (["a", "c"], ["b", "d"], 2))
        self.assertEqual(dict(self.texts.items()), dict(zip(self.texts.keys(), self.texts.values(), strict=True)))
        with self.assertRaises(TypeError):
            hash(self.texts)

    def test_reading_a_missing_key_adds_it(self):
        self.assertEqual(self.texts["new"], "")
        self.assertEqual(len(self.texts), 3)
        self.assertIsNone(self.texts.get("other"))
        self.assertEqual(self.texts.get("other", default=5), 5)
        self.assertNotIn("other", self.texts)

    def test_methods_of_dicts(self):
        self.texts["e"] = "f"
        self.texts.update({"g": "h"}, i="j")
        self.texts.update([("k", "l")])
        del self.texts["a"]
        self.assertEqual((self.texts.pop("c"), self.texts.pop("zz", None)), ("d", None))
        self.assertEqual((self.texts.setdefault("e", "x"), self.texts.setdefault("m", "n")), ("f", "n"))
        self.assertEqual(dict(self.texts), {"e": "f", "g": "h", "i": "j", "k": "l", "m": "n"})
        self.assertEqual(self.texts.popitem(), ("m", "n"))
        self.texts.MergeFrom(Kinds(map_string={"e": "x", "y": "z"}).map_string)
        self.assertEqual((self.texts["e"], self.texts["y"]), ("x", "z"))
        self.texts.clear()
        self.assertEqual(len(self.message.map_string), 0)
        for call in (lambda: self.texts.__delitem__("a"), lambda: self.texts.pop("a"), self.texts.popitem):
            with self.assertRaises(KeyError):
                call()

    def test_keys_and_values_are_checked(self):
        calls = (
            lambda: self.texts.__setitem__("a", 5),
            lambda: self.texts.__setitem__("a", None),
            lambda: self.texts.__setitem__(5, "a"),
            lambda: self.texts[5],
            lambda: 5 in self.texts,
            lambda: self.texts.get(5),
            lambda: self.texts.update({"a": 5}),
            lambda: self.texts.update(5),
            lambda: self.texts.MergeFrom({"a": "b"}),
            lambda: self.texts.MergeFrom(Kinds().map_int32),
        )
        for call in calls:
            with self.assertRaises(TypeError):
                call()
        with self.assertRaises(ValueError):
            self.texts.update([("a", "b", "c")])
        with self.assertRaises(ValueError):
            self.message.map_int32["a"] = 2**31
        self.assertEqual(self.texts, {"a": "b", "c": "d"})

    def test_bool_keys(self):
        message = Kinds(flags={True: 1, 0: 2})
        self.assertEqual(dict(message.flags), {True: 1, False: 2})
        self.assertEqual(Kinds.FromString(message.SerializeToString()), message)

    def test_changing_it_while_iterating_is_noticed(self):
        with self.assertRaises(RuntimeError):
            for key in self.texts:
                self.texts[key + "x"] = ""

    def test_a_copy_belongs_to_no_message(self):
        made = copy.deepcopy(self.texts)
        made["x"] = "y"
        self.assertNotIn("x", self.texts)


class MapsOfMessages(unittest.TestCase):
    def setUp(self):
        self.message = Kinds(map_child={1: {"int32_field": 5}, 2: Kinds()})
        self.children = self.message.map_child

    def test_reading_a_missing_key_adds_a_message(self):
        self.children[3].int32_field = 7
        self.assertEqual(
            (len(self.children), self.children.get_or_create(4).int32_field, len(self.children)), (3, 0, 4)
        )
        self.assertIsNone(self.children.get(9))
        self.assertEqual(Kinds.FromString(self.message.SerializeToString()).map_child[3].int32_field, 7)

    def test_messages_cannot_be_assigned(self):
        for call in (lambda: self.children.__setitem__(1, Kinds()), lambda: self.children.update({1: Kinds()})):
            with self.assertRaises(ValueError):
                call()

    def test_merging_replaces_the_messages_of_same_keys_with_copies(self):
        other = Kinds(map_child={1: {"int64_field": 6}})
        self.children.MergeFrom(other.map_child)
        other.map_child[1].int64_field = 9
        self.assertEqual((self.children[1].int32_field, self.children[1].int64_field), (0, 6))

    def test_keys_are_checked(self):
        with self.assertRaises(TypeError):
            self.children["a"]
        with self.assertRaises(ValueError):
            self.children[2**31]
        del self.children[1]
        self.assertEqual(list(self.children), [2])


if __name__ == "__main__":
    unittest.main()
