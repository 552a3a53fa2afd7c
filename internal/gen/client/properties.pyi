from mattermost_plugin._internal.overrides import json_messages, properties

class PropertiesMixin:
    """Properties: fields, in groups, and their values on users, posts and other targets.

    Fields, values and groups are JSON, as the REST API has it. Where a method takes no group, a field or a value is
    looked for in all groups; `call` takes one.
    """

    def register_property_group(self, group_id: str, group_name: str) -> bytes:
        """The group with that name, registered when there is none.

        Mattermost chooses the id: group_id is the name where group_name is empty, and not looked at otherwise.
        """
        request.name = group_name or group_id
        return json_messages.dump(response.group)

    def get_property_group(self, group_id: str) -> bytes:
        """The group with that name. Mattermost finds groups by their names, not by their ids."""
        request.name = group_id
        return json_messages.dump(response.group)

    def create_property_field(self, field_json: bytes) -> bytes:
        """Creates a field; the result has its id.

        With a linked_field_id, type and options are those of that field, which is a template in the same group.
        """
        request.field = properties.field(field_json)
        return json_messages.dump(response.field)

    def get_property_field(self, field_id: str) -> bytes:
        """The field with that id. Raises when there is none."""
        del request.group_id
        return json_messages.dump(response.field)

    def get_property_field_by_name(self, group_id: str, name: str) -> bytes:
        """The field of a group with that name which is for no target of its own. Raises when there is none."""
        del request.target_id
        return json_messages.dump(response.field)

    @rpc("SearchPropertyFields")
    def get_property_fields(self, group_id: str, *, page: int = 0, per_page: int = 60) -> bytes:
        """A page of the fields of a group, the oldest first, as a JSON array."""
        request.opts.per_page = properties.up_to(page, per_page)
        del request.opts.page, request.opts.include_deleted, request.opts.target_type, request.opts.target_id
        del request.opts.group_id, request.opts.object_type, request.opts.object_types, request.opts.channel_id
        del request.opts.team_id, request.opts.linked_field_id, request.opts.since_update_at, request.opts.cursor
        return json_messages.dump_list(properties.page_of(response.fields, page, per_page))

    @rpc("GetPropertyFields")
    def get_property_fields_by_ids(self, group_id: str, ids: list[str]) -> bytes:
        """The fields of a group with those ids, as a JSON array."""
        return json_messages.dump_list(response.fields)

    def update_property_field(self, field_json: bytes) -> bytes:
        """Changes a field to what is given, in the group that its group_id says.

        Type and options of a field with a linked_field_id stay as they are; an empty one ends the link.
        """
        request.field = properties.field(field_json)
        request.group_id = properties.group_of(field_json)
        return json_messages.dump(response.field)

    def update_property_fields(self, fields_json: bytes) -> bytes:
        """Changes fields of one group, given as a JSON array; so is the result.

        Raises ValueError when they are of several groups.
        """
        request.fields = properties.fields(fields_json)
        request.group_id = properties.group_of(fields_json)
        return json_messages.dump_list(response.fields)

    def delete_property_field(self, field_id: str) -> None:
        """Deletes a field. Raises when other fields are linked to it."""
        del request.group_id

    def search_property_fields(self, group_id: str, search_term: str, *, page: int = 0, per_page: int = 60) -> bytes:
        """Of a page of the fields of a group, those whose name contains a term, as a JSON array."""
        request.opts.per_page = properties.up_to(page, per_page)
        del request.opts.page, request.opts.include_deleted, request.opts.target_type, request.opts.target_id
        del request.opts.group_id, request.opts.object_type, request.opts.object_types, request.opts.channel_id
        del request.opts.team_id, request.opts.linked_field_id, request.opts.since_update_at, request.opts.cursor
        return json_messages.dump_list(properties.named(response.fields, search_term, page, per_page))

    def count_property_fields(self, group_id: str) -> int:
        """How many fields a group has, deleted ones left out."""
        del request.include_deleted

    def count_property_fields_for_target(self, target_id: str, target_type: str) -> int:
        """How many fields a target has of its own, outside of groups and not deleted.

        Those in a group are counted by ``call("CountPropertyFieldsForTarget", group_id=…, …)``.
        """
        del request.group_id, request.include_deleted

    def create_property_value(self, value_json: bytes) -> bytes:
        """Creates a value; the result has its id."""
        request.value = properties.value(value_json)
        return json_messages.dump(response.value)

    def get_property_value(self, value_id: str) -> bytes:
        """The value with that id. Raises when there is none."""
        del request.group_id
        return json_messages.dump(response.value)

    @rpc("SearchPropertyValues")
    def get_property_values(self, group_id: str, target_id: str, *, page: int = 0, per_page: int = 60) -> bytes:
        """A page of the values that a target has in a group, the oldest first, as a JSON array."""
        request.opts.target_id = target_id
        request.opts.per_page = properties.up_to(page, per_page)
        del request.opts.page, request.opts.include_deleted, request.opts.target_type, request.opts.field_id
        del request.opts.group_id, request.opts.since_update_at, request.opts.cursor, request.opts.value
        return json_messages.dump_list(properties.page_of(response.values, page, per_page))

    @rpc("GetPropertyValues")
    def get_property_values_by_ids(self, group_id: str, ids: list[str]) -> bytes:
        """The values of a group with those ids, as a JSON array."""
        return json_messages.dump_list(response.values)

    def update_property_value(self, value_json: bytes) -> bytes:
        """Changes a value to what is given, in the group that its group_id says."""
        request.value = properties.value(value_json)
        request.group_id = properties.group_of(value_json)
        return json_messages.dump(response.value)

    def update_property_values(self, values_json: bytes) -> bytes:
        """Changes values of one group, given as a JSON array; so is the result.

        Raises ValueError when they are of several groups.
        """
        request.values = properties.values(values_json)
        request.group_id = properties.group_of(values_json)
        return json_messages.dump_list(response.values)

    def upsert_property_value(self, value_json: bytes) -> bytes:
        """Sets the value of a field on a target, whether it has one or not."""
        request.value = properties.value(value_json)
        return json_messages.dump(response.value)

    def upsert_property_value_with_options(self, value_json: bytes, *, acting_as_scope: str = "") -> bytes:
        """Sets a value, acting as a scope.

        A field that its owners manage is changed only by a plugin that acts as one of them.
        """
        request.value = properties.value(value_json)
        request.options.acting_as_scope = acting_as_scope
        return json_messages.dump(response.value)

    def upsert_property_values(self, values_json: bytes) -> bytes:
        """Sets values of fields on targets, given as a JSON array; so is the result."""
        request.values = properties.values(values_json)
        return json_messages.dump_list(response.values)

    def upsert_property_values_with_options(self, values_json: bytes, *, acting_as_scope: str = "") -> bytes:
        """Sets values, given as a JSON array, acting as a scope; so is the result.

        See `upsert_property_value_with_options`.
        """
        request.values = properties.values(values_json)
        request.options.acting_as_scope = acting_as_scope
        return json_messages.dump_list(response.values)

    def delete_property_value(self, value_id: str) -> None:
        """Deletes a value."""
        del request.group_id

    def delete_property_value_with_options(self, group_id: str, value_id: str, *, acting_as_scope: str = "") -> None:
        """Deletes a value of a group, acting as a scope.

        See `upsert_property_value_with_options`.
        """
        request.options.acting_as_scope = acting_as_scope

    def delete_property_values_for_field(self, field_id: str) -> None:
        """Deletes all values of a field."""
        del request.group_id

    def delete_property_values_for_field_with_options(
        self,
        group_id: str,
        field_id: str,
        *,
        acting_as_scope: str = "",
    ) -> None:
        """Deletes all values of a field of a group, acting as a scope.

        See `upsert_property_value_with_options`.
        """
        request.options.acting_as_scope = acting_as_scope

    def delete_property_values_for_target(self, target_id: str, target_type: str) -> None:
        """Deletes all values of a target."""
        del request.group_id

    def delete_property_values_for_target_with_options(
        self,
        group_id: str,
        target_type: str,
        target_id: str,
        *,
        acting_as_scope: str = "",
    ) -> None:
        """Deletes all values that a target has in a group, acting as a scope.

        See `upsert_property_value_with_options`.
        """
        request.options.acting_as_scope = acting_as_scope

    def search_property_values(
        self,
        group_id: str,
        search_term: str,
        *,
        target_id: str = "",
        page: int = 0,
        per_page: int = 60,
    ) -> bytes:
        """A page of the values in a group that are that text, of one target or of all, as a JSON array.

        Any value will do where search_term is empty.
        """
        request.opts.target_id = target_id
        request.opts.value = properties.json_text(search_term)
        request.opts.per_page = properties.up_to(page, per_page)
        del request.opts.page, request.opts.include_deleted, request.opts.target_type, request.opts.field_id
        del request.opts.group_id, request.opts.since_update_at, request.opts.cursor
        return json_messages.dump_list(properties.page_of(response.values, page, per_page))
