import copy
import dataclasses
import inspect
import pickle
import unittest

from mattermost_plugin._internal.record import Record, field


class Point(Record):
    x: int
    y: int = 0
    tags: list = field(default_factory=list)


class Point3(Point):
    z: int = 0


class Settings(Record, frozen=False):
    name: str = ""


class RecordsBehaveAsDataclasses(unittest.TestCase):
    def test_construction_by_position_and_name(self):
        self.assertEqual(Point(1, 2), Point(x=1, y=2))
        self.assertEqual(Point3(1, z=3).z, 3)

    def test_missing_and_unknown_fields_are_type_errors(self):
        with self.assertRaisesRegex(TypeError, "missing 1 required positional argument: 'x'"):
            Point()
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'w'"):
            Point(1, w=1)

    def test_each_record_has_its_own_default_list(self):
        self.assertIsNot(Point(1).tags, Point(1).tags)

    def test_repr_names_the_fields(self):
        self.assertEqual(repr(Point(1)), "Point(x=1, y=0, tags=[])")

    def test_equality_is_by_type_and_values(self):
        self.assertNotEqual(Point(1), Point(2))
        self.assertNotEqual(Point(1), Point3(1))

    def test_frozen(self):
        with self.assertRaises(dataclasses.FrozenInstanceError):
            Point(1).x = 2
        with self.assertRaises(dataclasses.FrozenInstanceError):
            del Point(1).x

    def test_hash_follows_the_values(self):
        self.assertEqual(hash(Point(1, tags=())), hash(Point(1, tags=())))
        with self.assertRaises(TypeError):
            hash(Point(1))

    def test_a_record_that_is_not_frozen_can_change_and_has_no_hash(self):
        settings = Settings()
        settings.name = "x"
        self.assertEqual(settings, Settings("x"))
        with self.assertRaises(TypeError):
            hash(settings)

    def test_the_dataclasses_module_takes_them_for_its_own(self):
        self.assertTrue(dataclasses.is_dataclass(Point3))
        self.assertEqual([one.name for one in dataclasses.fields(Point3)], ["x", "y", "tags", "z"])
        self.assertEqual([one.name for one in dataclasses.fields(Point(1))], ["x", "y", "tags"])
        self.assertEqual(dataclasses.replace(Point(1, 2), x=5), Point(5, 2))
        self.assertEqual(dataclasses.asdict(Point(1)), {"x": 1, "y": 0, "tags": []})
        self.assertEqual(copy.replace(Point(1), y=4), Point(1, 4))

    def test_copies_and_pickles(self):
        self.assertEqual(copy.deepcopy(Point(1, tags=[2])), Point(1, tags=[2]))
        self.assertEqual(pickle.loads(pickle.dumps(Point(1, 2))), Point(1, 2))

    def test_match_by_position(self):
        match Point(1, 2):
            case Point(x, y):
                self.assertEqual((x, y), (1, 2))

    def test_signature(self):
        self.assertEqual(list(inspect.signature(Point).parameters), ["x", "y", "tags"])
