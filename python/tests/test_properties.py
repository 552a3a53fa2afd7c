import json
import unittest

from mattermost_plugin import PluginAPIClient
from mattermost_plugin.testing import MockTransport

FIELD = {
    "id": "f",
    "group_id": "g",
    "name": "Status",
    "type": "select",
    "attrs": {"options": [{"id": 2**60 + 1, "name": "done"}]},
    "target_type": "user",
    "protected": True,
    "linked_field_id": "l",
}
VALUE = {"id": "v", "group_id": "g", "field_id": "f", "target_id": "u", "value": ["a", {"n": 2**60 + 1}]}


def echo(field):
    return lambda request: {field: getattr(request, field)}


class PropertiesAreJSON(unittest.TestCase):
    def client(self, **answers):
        self.transport = MockTransport(answers)
        return PluginAPIClient(transport=self.transport)

    def assertHolds(self, part, text):
        whole = json.loads(text)
        self.assertEqual({key: whole.get(key) for key in part}, part)

    def test_a_field_survives_the_way_there_and_back(self):
        text = json.dumps(FIELD).encode()
        client = self.client(CreatePropertyField=echo("field"), UpdatePropertyField=echo("field"))
        self.assertHolds(FIELD, client.create_property_field(text))
        self.assertHolds(FIELD, client.update_property_field(text))
        [request] = self.transport.requests("UpdatePropertyField")
        self.assertEqual((request.group_id, request.field.name), ("g", "Status"))

    def test_a_value_survives_it_exactly(self):
        text = json.dumps(VALUE).encode()
        client = self.client(UpsertPropertyValue=echo("value"), UpdatePropertyValues=echo("values"))
        self.assertHolds(VALUE, client.upsert_property_value(text))
        [back] = json.loads(client.update_property_values(b"[" + text + b"]"))
        self.assertHolds(VALUE, json.dumps(back))
        [request] = self.transport.requests("UpdatePropertyValues")
        self.assertEqual(request.group_id, "g")
        self.assertEqual(json.loads(request.values[0].value_exact), VALUE["value"])
        self.assertEqual(request.values[0].value.list_value.values[0].string_value, "a")

    def test_what_is_unset_stays_unset(self):
        client = self.client(CreatePropertyField=echo("field"))
        back = json.loads(client.create_property_field(b'{"Name": "x", "linked_field_id": null, "unknown": 1}'))
        self.assertEqual(back["name"], "x")
        self.assertNotIn("linked_field_id", back)

    def test_what_is_no_field_is_an_error_that_says_where(self):
        client = self.client()
        with self.assertRaisesRegex(TypeError, "field_json must be a JSON object, not list"):
            client.create_property_field(b"[]")
        with self.assertRaisesRegex(TypeError, r"values_json\[1\] must be a JSON object, not int"):
            client.upsert_property_values(b"[{}, 1]")
        with self.assertRaisesRegex(TypeError, "field_json: create_at is 'now'"):
            client.create_property_field(b'{"create_at": "now"}')
        with self.assertRaisesRegex(ValueError, "these are of several groups, g, h"):
            client.update_property_fields(b'[{"group_id": "g"}, {"group_id": "h"}]')

    def test_pages_and_searches(self):
        fields = [{"id": str(i), "name": f"Name {i}"} for i in range(6)]
        client = self.client(SearchPropertyFields={"fields": fields}, SearchPropertyValues=None)
        self.assertEqual([one["id"] for one in json.loads(client.get_property_fields("g", page=2, per_page=2))], ["4", "5"])
        found = client.search_property_fields("g", "NAME 5", page=1, per_page=3)
        self.assertEqual([one["id"] for one in json.loads(found)], ["5"])
        self.assertEqual([request.opts.per_page for request in self.transport.requests("SearchPropertyFields")], [6, 6])
        client.search_property_values("g", 'say "x"', target_id="u")
        client.search_property_values("g", "")
        first, second = (request.opts for request in self.transport.requests("SearchPropertyValues"))
        self.assertEqual((first.target_id, json.loads(first.value)), ("u", 'say "x"'))
        self.assertFalse(second.HasField("value"))

    def test_groups_go_by_their_names(self):
        group = {"group": {"id": "1", "name": "n", "version": 1}}
        client = self.client(RegisterPropertyGroup=group, GetPropertyGroup=group)
        self.assertHolds({"id": "1", "name": "n", "version": 1}, client.register_property_group("", "n"))
        client.register_property_group("n", "")
        client.get_property_group("n")
        requests = self.transport.requests("RegisterPropertyGroup") + self.transport.requests("GetPropertyGroup")
        self.assertEqual([request.name for request in requests], ["n", "n", "n"])


class PluginsAsJSON(unittest.TestCase):
    def test_a_status(self):
        client = PluginAPIClient(transport=MockTransport({"GetPluginStatus": {"status": {"plugin_id": "p", "state": 2}}}))
        self.assertIn(b'"plugin_id": "p"', client.get_plugin_status("p"))

    def test_a_manifest_is_whole(self):
        manifest = {
            "id": "p",
            "server": {"executables": {"linux-amd64": "x"}},
            "settings_schema": {"header": "h", "settings": [{"key": "K", "default": {"number_value": 5}, "options": [{"value": "o"}]}]},
            "props": {"a": [1, None]},
        }
        client = PluginAPIClient(transport=MockTransport({"GetPlugins": {"manifests": [manifest]}}))
        [back] = json.loads(client.get_plugins())
        self.assertEqual((back["id"], back["server"]["executables"]), ("p", {"linux-amd64": "x"}))
        self.assertEqual(back["settings_schema"]["settings"][0]["default"], 5)
        self.assertEqual(back["settings_schema"]["settings"][0]["options"], [{"display_name": "", "value": "o"}])
        self.assertEqual(back["props"], {"a": [1, None]})
        self.assertNotIn("webapp", back)
