package memserver

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

var errNoField = errors.New("invalid input: property field parameter is required")

func copyField(field *model.PropertyField) *model.PropertyField {
	field = shallow(field)
	field.Attrs = maps.Clone(field.Attrs)
	return field
}

// CreatePropertyField adds a field to a group. A linked field takes type and options from the template it is linked to.
func (a *API) CreatePropertyField(field *model.PropertyField) (*model.PropertyField, error) {
	if field == nil {
		return nil, errNoField
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if field.ID != "" {
		return nil, fmt.Errorf("invalid input: entity: PropertyField field: id value: %s", field.ID)
	}
	field = copyField(field)
	if err := s.checkPropertyGroup(field.GroupID); err != nil {
		return nil, err
	}
	if err := s.link(field); err != nil {
		return nil, err
	}
	if err := field.EnsureOptionIDs(); err != nil {
		return nil, err
	}
	field.PreSave()
	field.CreateAt = s.millis()
	field.UpdateAt = field.CreateAt
	if err := s.checkField(field); err != nil {
		return nil, fmt.Errorf("create a property field: %w", err)
	}
	s.properties.fields[field.ID] = field
	return copyField(field), nil
}

// link gives a linked field what it inherits; an empty link is none. The caller holds s.mu.
func (s *Server) link(field *model.PropertyField) error {
	if value0(field.LinkedFieldID) == "" {
		field.LinkedFieldID = nil
		return nil
	}
	source := s.properties.fields[*field.LinkedFieldID]
	switch {
	case source == nil || source.DeleteAt != 0 || source.GroupID != field.GroupID:
		return fmt.Errorf("link a property field: %w", notFound("PropertyField", *field.LinkedFieldID))
	case source.ObjectType != model.PropertyFieldObjectTypeTemplate || source.LinkedFieldID != nil:
		return fmt.Errorf("link a property field: %s is no template", source.ID)
	}
	field.Type = source.Type
	if options, ok := source.Attrs[model.PropertyFieldAttributeOptions]; ok {
		if field.Attrs == nil {
			field.Attrs = model.StringInterface{}
		}
		field.Attrs[model.PropertyFieldAttributeOptions] = options
	}
	return nil
}

// checkField refuses an invalid field, and one whose name is taken. The caller holds s.mu.
func (s *Server) checkField(field *model.PropertyField) error {
	if err := field.IsValid(); err != nil {
		return err
	}
	for _, other := range s.properties.fields {
		if other.ID != field.ID && other.DeleteAt == 0 && field.DeleteAt == 0 && other.GroupID == field.GroupID &&
			other.ObjectType == field.ObjectType && other.Name == field.Name && s.sameScope(other, field) {
			return fmt.Errorf("the property field %s has the name %q already", other.ID, field.Name)
		}
	}
	return nil
}

// sameScope tells whether fields would be seen side by side: they have the same target, or one is for the whole system.
// The caller holds s.mu.
func (s *Server) sameScope(a, b *model.PropertyField) bool {
	if a.TargetID == b.TargetID {
		return true
	}
	if a.IsPSAv1() {
		return false
	}
	system := string(model.PropertyFieldTargetLevelSystem)
	inTeam := func(inner, outer *model.PropertyField) bool {
		channel := s.channels[inner.TargetID]
		return channel != nil && channel.TeamId == outer.TargetID
	}
	return a.TargetType == system || b.TargetType == system || inTeam(a, b) || inTeam(b, a)
}

// propertyField finds a field, deleted ones included; with no group, in any. The caller holds s.mu.
func (s *Server) propertyField(groupID, id string) (*model.PropertyField, error) {
	field := s.properties.fields[id]
	if field == nil || (groupID != "" && field.GroupID != groupID) {
		return nil, fmt.Errorf("property_field_get_select: %w", sql.ErrNoRows)
	}
	return field, nil
}

// GetPropertyField finds a field by id.
func (a *API) GetPropertyField(groupID, fieldID string) (*model.PropertyField, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	field, err := a.s.propertyField(groupID, fieldID)
	if err != nil {
		return nil, err
	}
	return copyField(field), nil
}

// GetPropertyFields finds fields by id; one that does not exist is an error.
func (a *API) GetPropertyFields(groupID string, ids []string) ([]*model.PropertyField, error) {
	found := a.s.findFields(func(field *model.PropertyField) bool {
		return slices.Contains(ids, field.ID) && (groupID == "" || field.GroupID == groupID)
	})
	if len(found) < len(ids) {
		return nil, fmt.Errorf("missmatch results: got %d results of the %d ids passed", len(found), len(ids))
	}
	return found, nil
}

// GetPropertyFieldByName finds a field by name and target.
func (a *API) GetPropertyFieldByName(groupID, targetID, name string) (*model.PropertyField, error) {
	found := a.s.findFields(func(field *model.PropertyField) bool {
		return field.GroupID == groupID && field.TargetID == targetID && field.Name == name && field.DeleteAt == 0
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("property_field_get_by_name_select: %w", sql.ErrNoRows)
	}
	return found[0], nil
}

// findFields copies the fields that match, oldest first.
func (s *Server) findFields(matches func(*model.PropertyField) bool) []*model.PropertyField {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.PropertyField{}
	for _, field := range s.properties.fields {
		if matches(field) {
			found = append(found, copyField(field))
		}
	}
	slices.SortFunc(found, func(a, b *model.PropertyField) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// UpdatePropertyField replaces a field.
func (a *API) UpdatePropertyField(groupID string, field *model.PropertyField) (*model.PropertyField, error) {
	if field == nil {
		return nil, errNoField
	}
	fields, err := a.UpdatePropertyFields(groupID, []*model.PropertyField{field})
	if err != nil {
		return nil, err
	}
	return fields[0], nil
}

// UpdatePropertyFields replaces fields, all or none. Type and options of a linked field stay.
func (a *API) UpdatePropertyFields(groupID string, fields []*model.PropertyField) ([]*model.PropertyField, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := make([]*model.PropertyField, len(fields))
	for i, field := range fields {
		if field == nil {
			return nil, errNoField
		}
		old, err := s.propertyField(groupID, field.ID)
		if err != nil {
			return nil, fmt.Errorf("failed to update, some property fields were not found, got %d of %d", i, len(fields))
		}
		if err := a.mayWriteProperty(old, ""); err != nil {
			return nil, err
		}
		field = copyField(field)
		if value0(field.LinkedFieldID) == "" {
			field.LinkedFieldID = nil
		} else if field.Type != old.Type || !sameOptions(field, old) {
			return nil, fmt.Errorf("the property field %s is linked: its type and options cannot be changed", field.ID)
		}
		if err := field.EnsureOptionIDs(); err != nil {
			return nil, err
		}
		field.GroupID, field.CreateAt, field.UpdateAt = old.GroupID, old.CreateAt, s.millis()
		if err := s.checkField(field); err != nil {
			return nil, fmt.Errorf("update the property field %s: %w", field.ID, err)
		}
		changed[i] = field
	}
	for _, field := range changed {
		s.properties.fields[field.ID] = field
	}
	return clones(changed, copyField), nil
}

// sameOptions compares as JSON, as options come in several types.
func sameOptions(a, b *model.PropertyField) bool {
	read := func(field *model.PropertyField) (options any) {
		data, err := json.Marshal(field.Attrs[model.PropertyFieldAttributeOptions])
		if err == nil {
			err = json.Unmarshal(data, &options)
		}
		if err != nil {
			return err
		}
		return options
	}
	return reflect.DeepEqual(read(a), read(b))
}

// DeletePropertyField deletes a field and its values. One to which others are linked stays.
func (a *API) DeletePropertyField(groupID, fieldID string) error {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.propertyField(groupID, fieldID)
	if err != nil {
		return fmt.Errorf("error getting property field %q for group %q: %w", fieldID, groupID, err)
	}
	if err := a.mayWriteProperty(old, ""); err != nil {
		return err
	}
	if old.DeleteAt != 0 {
		return notFound("PropertyField", fieldID)
	}
	for _, other := range s.properties.fields {
		if other.DeleteAt == 0 && value0(other.LinkedFieldID) == fieldID {
			return fmt.Errorf("the property field %s is linked to %s", other.ID, fieldID)
		}
	}
	s.deleteValues(func(value *model.PropertyValue) bool { return value.FieldID == fieldID })
	field := copyField(old)
	field.DeleteAt = s.millis()
	field.UpdateAt = field.DeleteAt
	s.properties.fields[fieldID] = field
	return nil
}

// SearchPropertyFields lists a page of the fields of a group that match all options, oldest first; or, asked for what
// changed since a time, those, deleted ones included, in the order of change.
func (a *API) SearchPropertyFields(groupID string, opts model.PropertyFieldSearchOpts) ([]*model.PropertyField, error) {
	if err := opts.IsValid(); err != nil {
		return nil, err
	}
	if opts.PerPage < 1 {
		return nil, errPerPage
	}
	changes := opts.SinceUpdateAt > 0
	key := func(field *model.PropertyField) searchKey { return searchKey{field.CreateAt, field.ID} }
	cursor := searchKey{opts.Cursor.CreateAt, opts.Cursor.PropertyFieldID}
	if changes {
		key = func(field *model.PropertyField) searchKey { return searchKey{field.UpdateAt, field.ID} }
		cursor.at = opts.Cursor.UpdateAt
	}
	types := opts.ObjectTypes
	if one := opts.ObjectType; one != "" { //nolint:staticcheck // plugins may still use it
		types = []string{one}
	}
	found := a.s.findFields(func(field *model.PropertyField) bool {
		switch {
		case groupID != "" && field.GroupID != groupID,
			len(types) > 0 && !slices.Contains(types, field.ObjectType),
			opts.TargetType != "" && field.TargetType != opts.TargetType,
			len(opts.TargetIDs) > 0 && !slices.Contains(opts.TargetIDs, field.TargetID),
			(opts.ChannelID != "" || opts.TeamID != "") && !seenFrom(field, opts.ChannelID, opts.TeamID),
			opts.LinkedFieldID != "" && value0(field.LinkedFieldID) != opts.LinkedFieldID,
			changes && field.UpdateAt <= opts.SinceUpdateAt,
			field.DeleteAt != 0 && !opts.IncludeDeleted && !changes,
			!opts.Cursor.IsEmpty() && !key(field).after(cursor):
			return false
		}
		return true
	})
	slices.SortFunc(found, func(a, b *model.PropertyField) int {
		return cmp.Or(cmp.Compare(key(a).at, key(b).at), cmp.Compare(a.ID, b.ID))
	})
	return page(found, 0, opts.PerPage), nil
}

// seenFrom tells whether a field is for the channel, the team, or the whole system.
func seenFrom(field *model.PropertyField, channelID, teamID string) bool {
	switch model.PropertyFieldTargetLevel(field.TargetType) {
	case model.PropertyFieldTargetLevelSystem:
		return true
	case model.PropertyFieldTargetLevelTeam:
		return field.TargetID == teamID
	case model.PropertyFieldTargetLevelChannel:
		return channelID != "" && field.TargetID == channelID
	}
	return false
}

// CountPropertyFields counts the fields of a group.
func (a *API) CountPropertyFields(groupID string, includeDeleted bool) (int64, error) {
	return int64(len(a.s.findFields(func(field *model.PropertyField) bool {
		return field.GroupID == groupID && (field.DeleteAt == 0 || includeDeleted)
	}))), nil
}

// CountPropertyFieldsForTarget counts the fields of a group that are for one target.
func (a *API) CountPropertyFieldsForTarget(groupID, targetType, targetID string, includeDeleted bool) (int64, error) {
	return int64(len(a.s.findFields(func(field *model.PropertyField) bool {
		return field.GroupID == groupID && field.TargetType == targetType && field.TargetID == targetID &&
			(field.DeleteAt == 0 || includeDeleted)
	}))), nil
}
