package memserver

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// CreateTeam adds a team with the channels town-square and off-topic.
func (a *API) CreateTeam(team *model.Team) (*model.Team, *model.AppError) {
	team = orZero(team)
	return a.s.createTeam(team)
}

func (s *Server) createTeam(team *model.Team) (*model.Team, *model.AppError) {
	const where = "CreateTeam"
	team = team.ShallowCopy()
	if team.Id != "" {
		return nil, fail(where, "app.team.save.existing.app_error", http.StatusBadRequest)
	}
	team.InviteId = ""
	team.PreSave()
	team.CreateAt = s.millis()
	team.UpdateAt = team.CreateAt
	if err := team.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.teamByName(team.Name) != nil {
		return nil, fail(where, "store.sql_team.save_team.existing.app_error", http.StatusBadRequest)
	}
	s.teams[team.Id] = team
	for _, channel := range []*model.Channel{
		{Name: model.DefaultChannelName, DisplayName: "Town Square"},
		{Name: "off-topic", DisplayName: "Off-Topic"},
	} {
		channel.TeamId, channel.Type = team.Id, model.ChannelTypeOpen
		if _, err := s.saveChannel(where, channel); err != nil {
			return nil, err
		}
	}
	return team.ShallowCopy(), nil
}

// team and teamByName find a team, archived ones included. The caller holds s.mu.
func (s *Server) team(where, id string) (*model.Team, *model.AppError) {
	if team, ok := s.teams[id]; ok {
		return team, nil
	}
	return nil, fail(where, errMissingTeam, http.StatusNotFound)
}

func (s *Server) teamByName(name string) *model.Team {
	for _, team := range s.teams {
		if team.Name == name {
			return team
		}
	}
	return nil
}

// GetTeam finds by id.
func (a *API) GetTeam(teamID string) (*model.Team, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	team, err := a.s.team("GetTeam", teamID)
	if err != nil {
		return nil, err
	}
	return team.ShallowCopy(), nil
}

// GetTeamByName finds by the name in the team's address.
func (a *API) GetTeamByName(name string) (*model.Team, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	team := a.s.teamByName(name)
	if team == nil {
		return nil, fail("GetTeamByName", "app.team.get_by_name.missing.app_error", http.StatusNotFound)
	}
	return team.ShallowCopy(), nil
}

// GetTeams lists all teams, archived ones included.
func (a *API) GetTeams() ([]*model.Team, *model.AppError) {
	return a.s.findTeams(func(*model.Team) bool { return true }), nil
}

// GetTeamsForUser lists the teams a user is in.
func (a *API) GetTeamsForUser(userID string) ([]*model.Team, *model.AppError) {
	return a.s.findTeams(func(t *model.Team) bool { return t.DeleteAt == 0 && a.s.inTeam(t.Id, userID) }), nil
}

// SearchTeams finds teams whose name or display name contains the term.
func (a *API) SearchTeams(term string) ([]*model.Team, *model.AppError) {
	term = strings.ToLower(strings.TrimSpace(term))
	return a.s.findTeams(func(t *model.Team) bool {
		return strings.Contains(strings.ToLower(t.Name), term) || strings.Contains(strings.ToLower(t.DisplayName), term)
	}), nil
}

// findTeams copies the teams that match, by display name.
func (s *Server) findTeams(matches func(*model.Team) bool) []*model.Team {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.Team{}
	for _, team := range s.teams {
		if matches(team) {
			found = append(found, team.ShallowCopy())
		}
	}
	slices.SortFunc(found, func(a, b *model.Team) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.Id, b.Id))
	})
	return found
}

// UpdateTeam changes the descriptive fields; name, address and type stay.
func (a *API) UpdateTeam(changed *model.Team) (*model.Team, *model.AppError) {
	changed = orZero(changed)
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.team("UpdateTeam", changed.Id)
	if err != nil {
		return nil, err
	}
	team := old.ShallowCopy()
	team.DisplayName, team.Description, team.CompanyName = changed.DisplayName, changed.Description, changed.CompanyName
	team.AllowOpenInvite, team.AllowedDomains = changed.AllowOpenInvite, changed.AllowedDomains
	team.LastTeamIconUpdate, team.GroupConstrained = changed.LastTeamIconUpdate, changed.GroupConstrained
	team.PreUpdate()
	team.UpdateAt = s.millis()
	if err := team.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.teams[team.Id] = team
	return team.ShallowCopy(), nil
}

// DeleteTeam archives a team.
func (a *API) DeleteTeam(teamID string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.team("GetTeam", teamID)
	if err != nil {
		return err
	}
	team := old.ShallowCopy()
	team.DeleteAt = s.millis()
	team.UpdateAt = team.DeleteAt
	s.teams[teamID] = team
	return nil
}

// GetTeamStats counts the members of a team, and those whose account is active.
func (a *API) GetTeamStats(teamID string) (*model.TeamStats, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := &model.TeamStats{TeamId: teamID}
	for key, member := range s.teamMembers {
		if key.group == teamID && member.DeleteAt == 0 {
			stats.TotalMemberCount++
			if s.users[key.user].DeleteAt == 0 {
				stats.ActiveMemberCount++
			}
		}
	}
	return stats, nil
}
