package memserver

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

var errNoValue = errors.New("invalid input: property value parameter is required")

func copyValue(value *model.PropertyValue) *model.PropertyValue {
	value = shallow(value)
	value.Value = bytes.Clone(value.Value)
	return value
}

// CreatePropertyValue gives a target, such as a user, its value in a field. It must have none.
func (a *API) CreatePropertyValue(value *model.PropertyValue) (*model.PropertyValue, error) {
	if value == nil {
		return nil, errNoValue
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if value.ID != "" {
		return nil, fmt.Errorf("invalid input: entity: PropertyValue field: id value: %s", value.ID)
	}
	value, err := a.prepareValue(value, "")
	if err != nil {
		return nil, err
	}
	if other := s.valueOf(value); other != nil {
		return nil, fmt.Errorf("create a property value: %s %s has one in the field %s already", value.TargetType, value.TargetID, value.FieldID)
	}
	s.properties.values[value.ID] = value
	return copyValue(value), nil
}

// prepareValue copies and checks a value that is to be stored. The caller holds s.mu.
func (a *API) prepareValue(value *model.PropertyValue, scope string) (*model.PropertyValue, error) {
	value = copyValue(value)
	if value.CreateAt == 0 {
		value.CreateAt = a.s.millis()
	}
	value.PreSave()
	value.UpdateAt, value.DeleteAt = a.s.millis(), 0
	if err := value.IsValid(); err != nil {
		return nil, err
	}
	field, err := a.s.propertyField(value.GroupID, value.FieldID)
	if err != nil {
		return nil, err
	}
	if field.DeleteAt != 0 {
		return nil, notFound("PropertyField", field.ID)
	}
	return value, a.mayWriteProperty(field, scope)
}

// valueOf finds the value of the same target in the same field. The caller holds s.mu.
func (s *Server) valueOf(value *model.PropertyValue) *model.PropertyValue {
	for _, other := range s.properties.values {
		if other.DeleteAt == 0 && other.GroupID == value.GroupID && other.FieldID == value.FieldID && other.TargetID == value.TargetID {
			return other
		}
	}
	return nil
}

// GetPropertyValue finds a value by id.
func (a *API) GetPropertyValue(groupID, valueID string) (*model.PropertyValue, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	value, err := a.s.propertyValue(groupID, valueID)
	if err != nil {
		return nil, err
	}
	return copyValue(value), nil
}

// propertyValue finds a value, deleted ones included; with no group, in any. The caller holds s.mu.
func (s *Server) propertyValue(groupID, id string) (*model.PropertyValue, error) {
	value := s.properties.values[id]
	if value == nil || (groupID != "" && value.GroupID != groupID) {
		return nil, fmt.Errorf("property_value_get_select: %w", sql.ErrNoRows)
	}
	return value, nil
}

// GetPropertyValues finds values by id; one that does not exist is an error.
func (a *API) GetPropertyValues(groupID string, ids []string) ([]*model.PropertyValue, error) {
	found := a.s.findValues(func(value *model.PropertyValue) bool {
		return slices.Contains(ids, value.ID) && (groupID == "" || value.GroupID == groupID)
	})
	if len(found) < len(ids) {
		return nil, fmt.Errorf("missmatch results: got %d results of the %d ids passed", len(found), len(ids))
	}
	return found, nil
}

// findValues copies the values that match, oldest first.
func (s *Server) findValues(matches func(*model.PropertyValue) bool) []*model.PropertyValue {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.PropertyValue{}
	for _, value := range s.properties.values {
		if matches(value) {
			found = append(found, copyValue(value))
		}
	}
	slices.SortFunc(found, func(a, b *model.PropertyValue) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// UpdatePropertyValue replaces what is in a value.
func (a *API) UpdatePropertyValue(groupID string, value *model.PropertyValue) (*model.PropertyValue, error) {
	values, err := a.UpdatePropertyValues(groupID, []*model.PropertyValue{value})
	if err != nil {
		return nil, err
	}
	return values[0], nil
}

// UpdatePropertyValues replaces what is in values, all or none.
func (a *API) UpdatePropertyValues(groupID string, values []*model.PropertyValue) ([]*model.PropertyValue, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := make([]*model.PropertyValue, len(values))
	for i, value := range values {
		if value == nil {
			return nil, errNoValue
		}
		old, err := s.propertyValue(groupID, value.ID)
		if err != nil {
			return nil, fmt.Errorf("failed to update, some property values were not found, got %d of %d", i, len(values))
		}
		if field := s.properties.fields[old.FieldID]; field != nil {
			if err := a.mayWriteProperty(field, ""); err != nil {
				return nil, err
			}
		}
		value = copyValue(value)
		value.GroupID, value.FieldID, value.CreateAt, value.UpdateAt = old.GroupID, old.FieldID, old.CreateAt, s.millis()
		if err := value.IsValid(); err != nil {
			return nil, err
		}
		changed[i] = value
	}
	for _, value := range changed {
		s.properties.values[value.ID] = value
	}
	return clones(changed, copyValue), nil
}

// UpsertPropertyValue is [API.UpsertPropertyValueWithOptions] as no scope.
func (a *API) UpsertPropertyValue(value *model.PropertyValue) (*model.PropertyValue, error) {
	return a.UpsertPropertyValueWithOptions(value, model.PropertyRequestOptions{})
}

// UpsertPropertyValues is [API.UpsertPropertyValuesWithOptions] as no scope.
func (a *API) UpsertPropertyValues(values []*model.PropertyValue) ([]*model.PropertyValue, error) {
	return a.UpsertPropertyValuesWithOptions(values, model.PropertyRequestOptions{})
}

// UpsertPropertyValueWithOptions sets the value of a target in a field.
func (a *API) UpsertPropertyValueWithOptions(value *model.PropertyValue, options model.PropertyRequestOptions) (*model.PropertyValue, error) {
	values, err := a.UpsertPropertyValuesWithOptions([]*model.PropertyValue{value}, options)
	if err != nil {
		return nil, err
	}
	return values[0], nil
}

// UpsertPropertyValuesWithOptions sets the values of targets in fields, all or none.
func (a *API) UpsertPropertyValuesWithOptions(values []*model.PropertyValue, options model.PropertyRequestOptions) ([]*model.PropertyValue, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	prepared := make([]*model.PropertyValue, len(values))
	for i, value := range values {
		if value == nil {
			return nil, errNoValue
		}
		var err error
		if prepared[i], err = a.prepareValue(value, options.ActingAsScope); err != nil {
			return nil, err
		}
	}
	for i, value := range prepared {
		if old := s.valueOf(value); old != nil {
			data := value.Value
			value = copyValue(old)
			value.Value, value.UpdateAt, value.UpdatedBy = data, s.millis(), prepared[i].UpdatedBy
			prepared[i] = value
		}
		s.properties.values[value.ID] = value
	}
	return clones(prepared, copyValue), nil
}

// SearchPropertyValues lists a page of the values in a group that match all options, oldest first; or, asked for what
// changed since a time, those, deleted ones included, in the order of change.
func (a *API) SearchPropertyValues(groupID string, opts model.PropertyValueSearchOpts) ([]*model.PropertyValue, error) {
	if err := opts.IsValid(); err != nil {
		return nil, err
	}
	if opts.PerPage < 1 {
		return nil, errPerPage
	}
	changes := opts.SinceUpdateAt > 0
	key := func(value *model.PropertyValue) searchKey { return searchKey{value.CreateAt, value.ID} }
	cursor := searchKey{opts.Cursor.CreateAt, opts.Cursor.PropertyValueID}
	if changes {
		key = func(value *model.PropertyValue) searchKey { return searchKey{value.UpdateAt, value.ID} }
		cursor.at = opts.Cursor.UpdateAt
	}
	found := a.s.findValues(func(value *model.PropertyValue) bool {
		switch {
		case groupID != "" && value.GroupID != groupID,
			opts.TargetType != "" && value.TargetType != opts.TargetType,
			len(opts.TargetIDs) > 0 && !slices.Contains(opts.TargetIDs, value.TargetID),
			opts.FieldID != "" && value.FieldID != opts.FieldID,
			opts.Value != nil && !sameJSON(value.Value, opts.Value),
			changes && value.UpdateAt <= opts.SinceUpdateAt,
			value.DeleteAt != 0 && !opts.IncludeDeleted && !changes,
			!opts.Cursor.IsEmpty() && !key(value).after(cursor):
			return false
		}
		return true
	})
	slices.SortFunc(found, func(a, b *model.PropertyValue) int {
		return cmp.Or(cmp.Compare(key(a).at, key(b).at), cmp.Compare(a.ID, b.ID))
	})
	return page(found, 0, opts.PerPage), nil
}

func sameJSON(a, b json.RawMessage) bool {
	var left, right any
	return json.Unmarshal(a, &left) == nil && json.Unmarshal(b, &right) == nil && reflect.DeepEqual(left, right)
}
