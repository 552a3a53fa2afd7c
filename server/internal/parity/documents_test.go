package parity

import (
	"encoding/json"
	"reflect"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/server/internal/byname"
)

// A document is a parameter that is JSON in Python: of the Go method's argument with that index.
type document struct {
	argument int
	of       reflect.Type
}

// documents are those parameters, by the Python method and its parameter.
var documents = map[string]map[string]document{
	"create_property_field":               {"field_json": {0, reflect.TypeFor[model.PropertyField]()}},
	"create_property_value":               {"value_json": {0, reflect.TypeFor[model.PropertyValue]()}},
	"receive_shared_channel_sync_msg":     {"sync_msg_json": {1, reflect.TypeFor[model.SyncMsg]()}},
	"save_config":                         {"config_json": {0, reflect.TypeFor[model.Config]()}},
	"update_property_field":               {"field_json": {1, reflect.TypeFor[model.PropertyField]()}},
	"update_property_fields":              {"fields_json": {1, reflect.TypeFor[[]*model.PropertyField]()}},
	"update_property_value":               {"value_json": {1, reflect.TypeFor[model.PropertyValue]()}},
	"update_property_values":              {"values_json": {1, reflect.TypeFor[[]*model.PropertyValue]()}},
	"upsert_property_value":               {"value_json": {0, reflect.TypeFor[model.PropertyValue]()}},
	"upsert_property_value_with_options":  {"value_json": {0, reflect.TypeFor[model.PropertyValue]()}},
	"upsert_property_values":              {"values_json": {0, reflect.TypeFor[[]*model.PropertyValue]()}},
	"upsert_property_values_with_options": {"values_json": {0, reflect.TypeFor[[]*model.PropertyValue]()}},
}

// decodedByGo are the methods whose documents become Go values as Mattermost itself decodes JSON: numbers in what is of any
// type are doubles.
var decodedByGo = map[string]bool{"receive_shared_channel_sync_msg": true, "save_config": true}

// filledDocuments gives the JSON for the parameters of a Python method that want some, everything in it set.
func filledDocuments(python string) map[string]string {
	filled := map[string]string{}
	for name, document := range documents[python] {
		value := reflect.New(document.of)
		(&byname.Filler{Rounds: decodedByGo[python]}).GoValue(value.Elem(), "", 5)
		ofOneGroup(value.Elem())
		encoded, err := json.Marshal(value.Interface())
		if err != nil {
			panic(err)
		}
		filled[name] = string(encoded)
	}
	return filled
}

// ofOneGroup gives properties the same group.
func ofOneGroup(v reflect.Value) {
	if v.Kind() != reflect.Slice {
		return
	}
	for i := range v.Len() {
		v.Index(i).Elem().FieldByName("GroupID").SetString("group-1")
	}
}

// crossesInParts says that a result is a model, or a list of models.
func crossesInParts(result any) bool {
	t := reflect.TypeOf(result)
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}
