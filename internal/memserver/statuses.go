package memserver

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// GetUserStatus tells whether a user is online. A user who never was has none.
func (a *API) GetUserStatus(userID string) (*model.Status, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	status, ok := a.s.statuses[userID]
	if !ok {
		return nil, fail("GetStatus", "app.status.get.missing.app_error", http.StatusNotFound)
	}
	return shallow(status), nil
}

// GetUserStatusesByIds gives a status for every id; those who were never online are offline.
func (a *API) GetUserStatusesByIds(userIDs []string) ([]*model.Status, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	statuses := make([]*model.Status, len(userIDs))
	for i, id := range userIDs {
		statuses[i] = &model.Status{UserId: id, Status: model.StatusOffline}
		if status, ok := a.s.statuses[id]; ok {
			statuses[i] = shallow(status)
		}
	}
	return statuses, nil
}

// UpdateUserStatus sets online, away, dnd or offline.
func (a *API) UpdateUserStatus(userID, status string) (*model.Status, *model.AppError) {
	switch status {
	case model.StatusOnline, model.StatusAway, model.StatusDnd, model.StatusOffline:
		return a.s.setStatus(userID, status, 0), nil
	}
	return nil, fail("UpdateUserStatus", "plugin.api.update_user_status.bad_status", http.StatusBadRequest)
}

// SetUserStatusTimedDND sets do-not-disturb until endTime, in seconds since 1970.
func (a *API) SetUserStatusTimedDND(userID string, endTime int64) (*model.Status, *model.AppError) {
	return a.s.setStatus(userID, model.StatusDnd, endTime), nil
}

func (s *Server) setStatus(userID, status string, dndEnd int64) *model.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	set := &model.Status{UserId: userID, Status: status, Manual: true, LastActivityAt: s.millis(), DNDEndTime: dndEnd}
	s.statuses[userID] = set
	return shallow(set)
}

// UpdateUserCustomStatus sets emoji and text beside the user's name.
func (a *API) UpdateUserCustomStatus(userID string, custom *model.CustomStatus) *model.AppError {
	if custom == nil || (custom.Emoji == "" && custom.Text == "") {
		return fail("SetCustomStatus", "api.custom_status.set_custom_statuses.update.app_error", http.StatusBadRequest)
	}
	a.s.mu.Lock()
	known := a.s.knowsEmoji(custom.Emoji)
	a.s.mu.Unlock()
	if custom.Emoji != "" && !known {
		return fail("SetCustomStatus", "api.custom_status.set_custom_statuses.emoji_not_found", http.StatusBadRequest)
	}
	user, err := a.GetUser(userID)
	if err != nil {
		return err
	}
	if err := user.SetCustomStatus(custom); err != nil {
		return fail("SetCustomStatus", "api.custom_status.set_custom_statuses.update.app_error", http.StatusBadRequest)
	}
	_, err = a.UpdateUser(user)
	return err
}

// RemoveUserCustomStatus clears what UpdateUserCustomStatus set.
func (a *API) RemoveUserCustomStatus(userID string) *model.AppError {
	user, err := a.GetUser(userID)
	if err != nil {
		return err
	}
	user.ClearCustomStatus()
	_, err = a.UpdateUser(user)
	return err
}
