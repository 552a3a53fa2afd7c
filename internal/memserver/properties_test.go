package memserver_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/memserver"
)

func propertyField(t *testing.T, api *memserver.API, field model.PropertyField) *model.PropertyField {
	t.Helper()
	created, err := api.CreatePropertyField(&field)
	require.NoError(t, err)
	return created
}

func TestPropertyGroupsAreRegisteredOnce(t *testing.T) {
	_, api, _ := start(t)
	group, err := api.RegisterPropertyGroup("crew")
	require.NoError(t, err)
	again, err := api.RegisterPropertyGroup("crew")
	require.NoError(t, err)
	require.Equal(t, group, again)
	found, err := api.GetPropertyGroup("crew")
	require.NoError(t, err)
	require.Equal(t, group, found)
	_, err = api.GetPropertyGroup("none")
	require.EqualError(t, err, `resource "PropertyGroup" not found, id: none`)
	_, err = api.RegisterPropertyGroup("")
	require.ErrorContains(t, err, "model.property_group.is_valid.app_error")
	old, err := api.GetPropertyGroup("custom_profile_attributes")
	require.NoError(t, err)
	require.Equal(t, "access_control", old.Name)
}

func TestPropertyFieldsAreCheckedFoundAndDeleted(t *testing.T) {
	_, api, clock := start(t)
	group, err := api.RegisterPropertyGroup("crew")
	require.NoError(t, err)
	field := propertyField(t, api, model.PropertyField{
		GroupID: group.ID, Name: "Rank", Type: model.PropertyFieldTypeSelect,
		Attrs: model.StringInterface{"options": []any{map[string]any{"name": "captain"}}},
	})
	options := field.Attrs["options"].([]any)[0].(map[string]any)
	require.Len(t, options["id"], 26, "options get ids")
	_, err = api.CreatePropertyField(&model.PropertyField{GroupID: group.ID, Name: "Rank", Type: model.PropertyFieldTypeText})
	require.ErrorContains(t, err, `has the name "Rank" already`)
	_, err = api.CreatePropertyField(&model.PropertyField{GroupID: group.ID, Name: "x", Type: "x"})
	require.ErrorContains(t, err, "model.property_field.is_valid.app_error")
	_, err = api.CreatePropertyField(&model.PropertyField{GroupID: model.NewId(), Name: "x", Type: model.PropertyFieldTypeText})
	require.ErrorContains(t, err, `"PropertyGroup" not found`)
	_, err = api.CreatePropertyField(nil)
	require.ErrorContains(t, err, "property field parameter is required")

	clock.pass(time.Second)
	second := propertyField(t, api, model.PropertyField{GroupID: group.ID, Name: "Ship", Type: model.PropertyFieldTypeText, TargetType: "fleet", TargetID: "north"})
	found, err := api.GetPropertyFieldByName(group.ID, "north", "Ship")
	require.NoError(t, err)
	require.Equal(t, second, found)
	_, err = api.GetPropertyFields(group.ID, []string{field.ID, "none"})
	require.EqualError(t, err, "missmatch results: got 1 results of the 2 ids passed")

	field.Name, field.CreateAt = "Grade", 1
	field, err = api.UpdatePropertyField(group.ID, field)
	require.NoError(t, err)
	require.Equal(t, []any{"Grade", clock.Now().UnixMilli()}, []any{field.Name, field.UpdateAt})
	require.NotEqual(t, 1, field.CreateAt)
	_, err = api.UpdatePropertyField(model.NewId(), field)
	require.ErrorContains(t, err, "got 0 of 1")

	_, err = api.SearchPropertyFields(group.ID, model.PropertyFieldSearchOpts{})
	require.ErrorContains(t, err, "per page")
	page, err := api.SearchPropertyFields(group.ID, model.PropertyFieldSearchOpts{PerPage: 1})
	require.NoError(t, err)
	require.Equal(t, []*model.PropertyField{field}, page)
	page, err = api.SearchPropertyFields(group.ID, model.PropertyFieldSearchOpts{
		PerPage: 1, Cursor: model.PropertyFieldSearchCursor{PropertyFieldID: field.ID, CreateAt: field.CreateAt},
	})
	require.NoError(t, err)
	require.Equal(t, []*model.PropertyField{second}, page)

	require.NoError(t, api.DeletePropertyField(group.ID, second.ID))
	require.ErrorContains(t, api.DeletePropertyField(group.ID, second.ID), "not found")
	for includeDeleted, want := range map[bool]int64{false: 1, true: 2} {
		count, err := api.CountPropertyFields(group.ID, includeDeleted)
		require.NoError(t, err)
		require.Equal(t, want, count)
	}
	count, err := api.CountPropertyFieldsForTarget(group.ID, "fleet", "north", true)
	require.NoError(t, err)
	require.EqualValues(t, 1, count)
	changes, err := api.SearchPropertyFields(group.ID, model.PropertyFieldSearchOpts{PerPage: 9, SinceUpdateAt: 1})
	require.NoError(t, err)
	require.Len(t, changes, 2, "deleted ones included")
}

func TestLinkedPropertyFieldsFollowTheirTemplate(t *testing.T) {
	_, api, _ := start(t)
	group, err := api.RegisterPropertyGroup("crew")
	require.NoError(t, err)
	template := propertyField(t, api, model.PropertyField{
		GroupID: group.ID, Name: "Colour", Type: model.PropertyFieldTypeSelect, ObjectType: "template", TargetType: "system",
		Attrs: model.StringInterface{"options": []any{map[string]any{"name": "red"}}},
	})
	linked := propertyField(t, api, model.PropertyField{
		GroupID: group.ID, Name: "Colour", Type: model.PropertyFieldTypeText, ObjectType: "post", TargetType: "system", LinkedFieldID: &template.ID,
	})
	require.Equal(t, template.Type, linked.Type)
	require.Equal(t, template.Attrs["options"], linked.Attrs["options"])
	changed := *linked
	changed.Type = model.PropertyFieldTypeText
	_, err = api.UpdatePropertyField(group.ID, &changed)
	require.ErrorContains(t, err, "is linked")
	require.ErrorContains(t, api.DeletePropertyField(group.ID, template.ID), "is linked to")
	linked.LinkedFieldID = new("")
	linked, err = api.UpdatePropertyField(group.ID, linked)
	require.NoError(t, err)
	require.Nil(t, linked.LinkedFieldID)
	require.NoError(t, api.DeletePropertyField(group.ID, template.ID))
}

func TestPropertyValues(t *testing.T) {
	server, api, clock := start(t)
	home := server.Home()
	group, err := api.RegisterPropertyGroup("crew")
	require.NoError(t, err)
	field := propertyField(t, api, model.PropertyField{GroupID: group.ID, Name: "Rank", Type: model.PropertyFieldTypeText})
	value := func(user *model.User, text string) *model.PropertyValue {
		return &model.PropertyValue{TargetID: user.Id, TargetType: "user", GroupID: group.ID, FieldID: field.ID, Value: json.RawMessage(text)}
	}
	bobs, err := api.CreatePropertyValue(value(home.Bob, `"mate"`))
	require.NoError(t, err)
	_, err = api.CreatePropertyValue(value(home.Bob, `"cook"`))
	require.ErrorContains(t, err, "has one in the field")
	_, err = api.CreatePropertyValue(&model.PropertyValue{})
	require.ErrorContains(t, err, "model.property_value.is_valid.app_error")
	clock.pass(time.Second)
	values, err := api.UpsertPropertyValues([]*model.PropertyValue{value(home.Bob, `"cook"`), value(home.Alice, `"captain"`)})
	require.NoError(t, err)
	require.Equal(t, []any{bobs.ID, bobs.CreateAt, `"cook"`}, []any{values[0].ID, values[0].CreateAt, string(values[0].Value)})
	_, err = api.UpsertPropertyValues([]*model.PropertyValue{value(home.Bob, `"none"`), {}})
	require.Error(t, err)
	bobs, err = api.GetPropertyValue(group.ID, bobs.ID)
	require.NoError(t, err)
	require.Equal(t, `"cook"`, string(bobs.Value), "all or none")

	found, err := api.SearchPropertyValues(group.ID, model.PropertyValueSearchOpts{PerPage: 9, Value: json.RawMessage(` "captain"`)})
	require.NoError(t, err)
	require.Equal(t, values[1:], found)
	found, err = api.SearchPropertyValues(group.ID, model.PropertyValueSearchOpts{PerPage: 9, TargetIDs: []string{home.Bob.Id}})
	require.NoError(t, err)
	require.Equal(t, []*model.PropertyValue{bobs}, found)

	bobs.Value = json.RawMessage(`"mate"`)
	_, err = api.UpdatePropertyValue(group.ID, bobs)
	require.NoError(t, err)
	require.NoError(t, api.DeletePropertyValue(group.ID, bobs.ID))
	require.ErrorContains(t, api.DeletePropertyValue(group.ID, bobs.ID), "not found")
	require.ErrorContains(t, api.DeletePropertyValuesForTarget(group.ID, "", ""), "type or id empty")
	require.NoError(t, api.DeletePropertyValuesForTarget(group.ID, "user", home.Alice.Id))
	found, err = api.SearchPropertyValues(group.ID, model.PropertyValueSearchOpts{PerPage: 9})
	require.NoError(t, err)
	require.Empty(t, found)
	_, err = api.UpsertPropertyValue(value(home.Bob, `"back"`))
	require.NoError(t, err)
	require.NoError(t, api.DeletePropertyField(group.ID, field.ID))
	found, err = api.SearchPropertyValues(group.ID, model.PropertyValueSearchOpts{PerPage: 9})
	require.NoError(t, err)
	require.Empty(t, found, "with the field go its values")
}

func TestOwnersOfAPropertyFieldActAsTheirScopes(t *testing.T) {
	server, api, _ := start(t)
	group, err := api.GetPropertyGroup("access_control")
	require.NoError(t, err)
	field := propertyField(t, api, model.PropertyField{
		GroupID: group.ID, Name: "Badge", Type: model.PropertyFieldTypeText, ObjectType: "user", TargetType: "system",
		Attrs: model.StringInterface{"owners": []any{map[string]any{"id": "com.example.test", "type": "plugin", "scopes": []any{"entra"}}}},
	})
	value := &model.PropertyValue{
		TargetID: server.Home().Bob.Id, TargetType: "user", GroupID: group.ID, FieldID: field.ID, Value: json.RawMessage(`"7"`),
	}
	entra := model.PropertyRequestOptions{ActingAsScope: "entra"}
	_, err = api.UpsertPropertyValue(value)
	require.ErrorContains(t, err, "is no owner")
	_, err = server.Plugin(&model.Manifest{Id: "com.example.other"}).UpsertPropertyValueWithOptions(value, entra)
	require.ErrorContains(t, err, "com.example.other")
	saved, err := api.UpsertPropertyValueWithOptions(value, entra)
	require.NoError(t, err)
	require.ErrorContains(t, api.DeletePropertyValue(group.ID, saved.ID), "is no owner")
	require.ErrorContains(t, api.DeletePropertyValuesForField(group.ID, field.ID), "is no owner")
	require.NoError(t, api.DeletePropertyValuesForFieldWithOptions(group.ID, field.ID, entra))
	_, err = api.UpsertPropertyValuesWithOptions([]*model.PropertyValue{value}, entra)
	require.NoError(t, err)
	require.NoError(t, api.DeletePropertyValuesForTargetWithOptions(group.ID, "user", value.TargetID, entra))
}
