package memserver

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// CreateCommand stores a command that an outside URL answers. It can be listed and changed, but executing it would
// need a network, which the in-memory server has not: nobody answers.
func (a *API) CreateCommand(command *model.Command) (*model.Command, error) {
	command = orZero(command)
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	command = shallow(command)
	command.CreatorId, command.PluginId, command.Trigger = "", a.manifest.Id, strings.ToLower(command.Trigger)
	for _, other := range s.customCommands {
		if other.TeamId == command.TeamId && other.Trigger == command.Trigger {
			return nil, fail("CreateCommand", "api.command.duplicate_trigger.app_error", http.StatusBadRequest)
		}
	}
	command.PreSave()
	command.CreateAt = s.millis()
	command.UpdateAt = command.CreateAt
	if err := command.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.customCommands = append(s.customCommands, command)
	return shallow(command), nil
}

// GetCommand finds a command made with CreateCommand.
func (a *API) GetCommand(commandID string) (*model.Command, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	i, err := a.s.customCommand(commandID)
	if err != nil {
		return nil, err
	}
	return shallow(a.s.customCommands[i]), nil
}

// customCommand finds a command's index. The caller holds s.mu.
func (s *Server) customCommand(id string) (int, error) {
	if i := slices.IndexFunc(s.customCommands, func(c *model.Command) bool { return c.Id == id }); i >= 0 {
		return i, nil
	}
	return 0, fail("SqlCommandStore.Get", "store.sql_command.get.missing.app_error", http.StatusNotFound)
}

// UpdateCommand changes a command made with CreateCommand.
func (a *API) UpdateCommand(commandID string, updated *model.Command) (*model.Command, error) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.customCommand(commandID)
	if err != nil {
		return nil, err
	}
	old, command := s.customCommands[i], shallow(updated)
	command.Trigger = strings.ToLower(command.Trigger)
	command.Id, command.Token, command.CreateAt, command.DeleteAt = old.Id, old.Token, old.CreateAt, old.DeleteAt
	command.UpdateAt, command.PluginId = s.millis(), a.manifest.Id
	if command.TeamId == "" {
		command.TeamId = old.TeamId
	}
	if err := command.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.customCommands[i] = command
	return shallow(command), nil
}

// DeleteCommand removes a command made with CreateCommand; that there is none is no error.
func (a *API) DeleteCommand(commandID string) error {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.customCommands = slices.DeleteFunc(a.s.customCommands, func(c *model.Command) bool { return c.Id == commandID })
	return nil
}

// ListCommands lists the plugins' commands of a team, then those made with CreateCommand.
func (a *API) ListCommands(teamID string) ([]*model.Command, error) {
	commands, _ := a.ListPluginCommands(teamID)
	custom, _ := a.ListCustomCommands(teamID)
	return append(commands, custom...), nil
}

// ListPluginCommands lists the triggers that plugins registered for a team.
func (a *API) ListPluginCommands(teamID string) ([]*model.Command, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	commands := []*model.Command{}
	seen := map[string]bool{}
	for _, c := range a.s.pluginCommands {
		if (c.command.TeamId == "" || c.command.TeamId == teamID) && !seen[c.command.Trigger] {
			seen[c.command.Trigger] = true
			commands = append(commands, shallow(c.command))
		}
	}
	return commands, nil
}

// ListCustomCommands lists the commands of a team made with CreateCommand.
func (a *API) ListCustomCommands(teamID string) ([]*model.Command, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	commands := []*model.Command{}
	for _, command := range a.s.customCommands {
		if command.TeamId == teamID {
			commands = append(commands, shallow(command))
		}
	}
	return commands, nil
}

// ListBuiltInCommands lists none: Mattermost's own commands are not in the in-memory server.
func (a *API) ListBuiltInCommands() ([]*model.Command, error) { return []*model.Command{}, nil }
