package memserver

import (
	"errors"

	"github.com/mattermost/mattermost/server/public/model"
)

// DeletePropertyValue is [API.DeletePropertyValueWithOptions] as no scope.
func (a *API) DeletePropertyValue(groupID, valueID string) error {
	return a.DeletePropertyValueWithOptions(groupID, valueID, model.PropertyRequestOptions{})
}

// DeletePropertyValueWithOptions deletes a value.
func (a *API) DeletePropertyValueWithOptions(groupID, valueID string, options model.PropertyRequestOptions) error {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	value, err := s.propertyValue(groupID, valueID)
	if err != nil || value.DeleteAt != 0 {
		return notFound("PropertyValue", valueID)
	}
	return a.deleteOwnValues(options.ActingAsScope, func(v *model.PropertyValue) bool { return v.ID == valueID })
}

// DeletePropertyValuesForTarget is [API.DeletePropertyValuesForTargetWithOptions] as no scope.
func (a *API) DeletePropertyValuesForTarget(groupID, targetType, targetID string) error {
	return a.DeletePropertyValuesForTargetWithOptions(groupID, targetType, targetID, model.PropertyRequestOptions{})
}

// DeletePropertyValuesForTargetWithOptions deletes what a target has in the fields of a group.
func (a *API) DeletePropertyValuesForTargetWithOptions(groupID, targetType, targetID string, options model.PropertyRequestOptions) error {
	if targetType == "" || targetID == "" {
		return errors.New("invalid input: entity: PropertyValue field: target value: type or id empty")
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.deleteOwnValues(options.ActingAsScope, func(v *model.PropertyValue) bool {
		return v.TargetType == targetType && v.TargetID == targetID && (groupID == "" || v.GroupID == groupID)
	})
}

// DeletePropertyValuesForField is [API.DeletePropertyValuesForFieldWithOptions] as no scope.
func (a *API) DeletePropertyValuesForField(groupID, fieldID string) error {
	return a.DeletePropertyValuesForFieldWithOptions(groupID, fieldID, model.PropertyRequestOptions{})
}

// DeletePropertyValuesForFieldWithOptions deletes what anything has in a field.
func (a *API) DeletePropertyValuesForFieldWithOptions(groupID, fieldID string, options model.PropertyRequestOptions) error {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	if _, err := a.s.propertyField(groupID, fieldID); err != nil {
		return err
	}
	return a.deleteOwnValues(options.ActingAsScope, func(v *model.PropertyValue) bool {
		return v.FieldID == fieldID && (groupID == "" || v.GroupID == groupID)
	})
}

// deleteOwnValues deletes the values that match, or, if the plugin may not write one of them, none. The caller holds
// s.mu.
func (a *API) deleteOwnValues(scope string, matches func(*model.PropertyValue) bool) error {
	for _, value := range a.s.properties.values {
		if field := a.s.properties.fields[value.FieldID]; field != nil && matches(value) {
			if err := a.mayWriteProperty(field, scope); err != nil {
				return err
			}
		}
	}
	a.s.deleteValues(matches)
	return nil
}

// deleteValues needs s.mu.
func (s *Server) deleteValues(matches func(*model.PropertyValue) bool) {
	for id, value := range s.properties.values {
		if value.DeleteAt == 0 && matches(value) {
			value = copyValue(value)
			value.DeleteAt = s.millis()
			value.UpdateAt = value.DeleteAt
			s.properties.values[id] = value
		}
	}
}
