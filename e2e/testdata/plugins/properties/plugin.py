"""Gives posts properties: a status and who is on it, as a board of tasks would."""

import json

from mattermost_plugin import Command, HookName, Plugin, PluginAPIError, hook, run_plugin

STATES = [{"id": "open" + "0" * 22, "name": "Open"}, {"id": "done" + "0" * 22, "name": "Done"}]


class Properties(Plugin):
    @hook(HookName.OnActivate)
    def activate(self):
        """Group and fields are there from the first start on."""
        self.group = json.loads(self.api.register_property_group("", "board"))["id"]
        self.status = self.field("Status", "select", {"options": STATES, "sort_order": 1})
        self.owner = self.field("Owner", "user", {"sort_order": 2.5, "nested": {"list": [1, None, "x"]}})
        self.api.register_command(Command(trigger="board"))

    def field(self, name, kind, attributes):
        try:
            return json.loads(self.api.get_property_field_by_name(self.group, name))
        except PluginAPIError:
            field = {"group_id": self.group, "name": name, "type": kind, "attrs": attributes}
            return json.loads(self.api.create_property_field(json.dumps(field).encode()))

    @hook(HookName.ExecuteCommand)
    def execute(self, context, args):
        _, action, *words = args.command.split()
        return json.dumps(getattr(self, "do_" + action)(*words))

    def value(self, field, post_id, value):
        return {
            "group_id": self.group,
            "field_id": field["id"],
            "target_id": post_id,
            "target_type": "post",
            "value": value,
        }

    def do_group(self):
        same = json.loads(self.api.get_property_group("board"))["id"] == self.group
        return {"id": self.group, "same": same}

    def do_fields(self):
        by_id = json.loads(self.api.get_property_field(self.status["id"]))
        return {
            "count": self.api.count_property_fields(self.group),
            "status": by_id["attrs"],
            "owner": self.owner["attrs"],
            "names": [field["name"] for field in json.loads(self.api.get_property_fields(self.group))],
            "found": [field["name"] for field in json.loads(self.api.search_property_fields(self.group, "stat"))],
        }

    def do_assign(self, post_id, user_id):
        """A task gets a status and an owner at once."""
        values = [self.value(self.status, post_id, STATES[0]["id"]), self.value(self.owner, post_id, user_id)]
        return [value["id"] for value in json.loads(self.api.upsert_property_values(json.dumps(values).encode()))]

    def do_finish(self, post_id):
        """The same field of the same post gets another value, not a second one."""
        value = self.value(self.status, post_id, STATES[1]["id"])
        return json.loads(self.api.upsert_property_value(json.dumps(value).encode()))["id"]

    def do_of(self, post_id):
        values = json.loads(self.api.get_property_values(self.group, post_id))
        names = {self.status["id"]: "status", self.owner["id"]: "owner"}
        return {names[value["field_id"]]: value["value"] for value in values}

    def do_rename(self, name):
        changed = json.loads(self.api.get_property_field(self.owner["id"])) | {"name": name}
        return json.loads(self.api.update_property_field(json.dumps(changed).encode()))["name"]

    def do_clear(self, post_id):
        self.api.delete_property_values_for_target(post_id, "post")
        return json.loads(self.api.get_property_values(self.group, post_id))

    def do_drop(self):
        self.api.delete_property_field(self.owner["id"])
        return self.api.count_property_fields(self.group)


if __name__ == "__main__":
    run_plugin(Properties)
