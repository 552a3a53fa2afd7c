package memserver

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

type preferenceKey struct{ user, category, name string }

func keyOf(p model.Preference) preferenceKey { return preferenceKey{p.UserId, p.Category, p.Name} }

// GetPreferenceForUser returns one preference. That there is none is a 400, as on a server.
func (a *API) GetPreferenceForUser(userID, category, name string) (model.Preference, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	preference, ok := a.s.preferences[preferenceKey{userID, category, name}]
	if !ok {
		return model.Preference{}, fail("GetPreferenceByCategoryAndNameForUser", "app.preference.get.app_error", http.StatusBadRequest)
	}
	return preference, nil
}

// GetPreferencesForUser lists a user's preferences by category and name.
func (a *API) GetPreferencesForUser(userID string) ([]model.Preference, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	preferences := []model.Preference{}
	for key, preference := range a.s.preferences {
		if key.user == userID {
			preferences = append(preferences, preference)
		}
	}
	slices.SortFunc(preferences, func(a, b model.Preference) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Name, b.Name))
	})
	return preferences, nil
}

// UpdatePreferencesForUser sets preferences, all or none; each must name the user.
func (a *API) UpdatePreferencesForUser(userID string, preferences []model.Preference) *model.AppError {
	preferences = slices.Clone(preferences)
	for i := range preferences {
		if preferences[i].UserId != userID {
			return fail("savePreferences", "api.preference.update_preferences.set.app_error", http.StatusForbidden)
		}
		preferences[i].PreUpdate()
		if err := preferences[i].IsValid(); err != nil {
			return explain(err)
		}
	}
	s := a.s
	s.mu.Lock()
	for _, preference := range preferences {
		s.preferences[keyOf(preference)] = preference
	}
	s.mu.Unlock()
	notify(s, "PreferencesHaveChanged", func(c *plugin.Context, h interface {
		PreferencesHaveChanged(*plugin.Context, []model.Preference)
	}) {
		h.PreferencesHaveChanged(c, slices.Clone(preferences))
	})
	return nil
}

// DeletePreferencesForUser removes preferences; each must name the user.
func (a *API) DeletePreferencesForUser(userID string, preferences []model.Preference) *model.AppError {
	for _, preference := range preferences {
		if preference.UserId != userID {
			return fail("DeletePreferences", "api.preference.delete_preferences.delete.app_error", http.StatusForbidden)
		}
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	for _, preference := range preferences {
		delete(a.s.preferences, keyOf(preference))
	}
	return nil
}
