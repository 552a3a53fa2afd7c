package memserver

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// properties are fields that plugins define, in groups, and the values that users, posts and channels have in them.
// Fields and values are replaced, never changed.
type properties struct {
	groups map[string]*model.PropertyGroup // by name
	fields map[string]*model.PropertyField
	values map[string]*model.PropertyValue
}

func newProperties() properties {
	p := properties{
		groups: map[string]*model.PropertyGroup{}, fields: map[string]*model.PropertyField{}, values: map[string]*model.PropertyValue{},
	}
	// Mattermost's own group, in which fields have owners.
	group := &model.PropertyGroup{Name: model.AccessControlPropertyGroupName, Version: model.PropertyGroupVersionV2}
	group.PreSave()
	p.groups[group.Name] = group
	return p
}

// notFound is the error of a server's store.
func notFound(resource, id string) error {
	return fmt.Errorf("resource %q not found, id: %s", resource, id)
}

// RegisterPropertyGroup makes a group of properties, or returns the one of this name.
func (a *API) RegisterPropertyGroup(name string) (*model.PropertyGroup, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if group := s.propertyGroup(name); group != nil {
		return shallow(group), nil
	}
	group := &model.PropertyGroup{Name: name}
	group.PreSave()
	if err := group.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.properties.groups[name] = group
	return shallow(group), nil
}

// GetPropertyGroup finds a group of properties by name.
func (a *API) GetPropertyGroup(name string) (*model.PropertyGroup, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	group := a.s.propertyGroup(name)
	if group == nil {
		return nil, notFound("PropertyGroup", name)
	}
	return shallow(group), nil
}

// propertyGroup finds by name, of which one is an old one. The caller holds s.mu.
func (s *Server) propertyGroup(name string) *model.PropertyGroup {
	if name == model.DeprecatedCPAPropertyGroupName {
		name = model.AccessControlPropertyGroupName
	}
	return s.properties.groups[name]
}

// checkPropertyGroup needs s.mu.
func (s *Server) checkPropertyGroup(id string) error {
	for _, group := range s.properties.groups {
		if group.ID == id {
			return nil
		}
	}
	return notFound("PropertyGroup", id)
}

// mayWriteProperty refuses a plugin that is not among the owners of a field in Mattermost's own group, or is one only
// for other scopes. A field without owners is everybody's. The caller holds s.mu.
func (a *API) mayWriteProperty(field *model.PropertyField, scope string) error {
	if field.GroupID != a.s.properties.groups[model.AccessControlPropertyGroupName].ID {
		return nil
	}
	owners := model.GetPropertyFieldOwners(field)
	if len(owners) == 0 || slices.ContainsFunc(owners, func(owner model.PropertyOwner) bool {
		return owner.Type == model.PropertyOwnerTypePlugin && owner.ID == a.manifest.Id &&
			(len(owner.Scopes) == 0 || slices.Contains(owner.Scopes, scope))
	}) {
		return nil
	}
	return fmt.Errorf("the plugin %s, acting as the scope %q, is no owner of the property field %s", a.manifest.Id, scope, field.ID)
}

// errPerPage is what a search without a page size gives.
var errPerPage = errors.New("per page must be positive integer greater than zero")

// searchKey is by what a page of a search is cut off: the time of creation, or of change when changes are asked for.
type searchKey struct {
	at int64
	id string
}

func (k searchKey) after(cursor searchKey) bool {
	return k.at > cursor.at || (k.at == cursor.at && k.id > cursor.id)
}
