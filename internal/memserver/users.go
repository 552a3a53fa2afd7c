package memserver

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// CreateUser adds an account, as a person's sign-up would. The first account of a server administrates it.
func (a *API) CreateUser(user *model.User) (*model.User, *model.AppError) {
	user = orZero(user)
	return a.s.createUser(user)
}

func (s *Server) createUser(user *model.User) (*model.User, *model.AppError) {
	const where = "createUserOrGuest"
	user = user.DeepCopy()
	user.Roles = model.SystemUserRoleId
	s.mu.Lock()
	if len(s.users) == 0 {
		user.Roles = model.SystemAdminRoleId + " " + model.SystemUserRoleId
	}
	saved, err := s.saveUser(where, user)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	notify(s, "UserHasBeenCreated", func(c *plugin.Context, h interface {
		UserHasBeenCreated(*plugin.Context, *model.User)
	}) {
		h.UserHasBeenCreated(c, saved.DeepCopy())
	})
	return saved.DeepCopy(), nil
}

// saveUser stores a new user. Passwords are checked and forgotten: nobody logs in. The caller holds s.mu.
func (s *Server) saveUser(where string, user *model.User) (*model.User, *model.AppError) {
	if user.AuthService == "" && !user.IsBot {
		if id := checkPassword(user.Password, *s.config.PasswordSettings.MinimumLength); id != "" {
			return nil, fail(where, id, http.StatusBadRequest)
		}
	}
	if user.Id != "" && !user.IsRemote() {
		return nil, fail(where, "app.user.save.existing.app_error", http.StatusBadRequest)
	}
	user.Password = ""
	user.CreateAt = s.millis()
	if err := user.PreSave(nil); err != nil {
		return nil, explain(err)
	}
	if err := user.IsValid(); err != nil {
		return nil, explain(err)
	}
	if err := s.checkUnique(where, user); err != nil {
		return nil, err
	}
	s.users[user.Id] = user
	return user, nil
}

func checkPassword(password string, minimum int) (id string) {
	switch {
	case len(password) < minimum:
		return "model.user.is_valid.pwd_min_length.app_error"
	case len(password) > model.PasswordMaximumLength:
		return "model.user.is_valid.pwd_max_length.app_error"
	}
	return ""
}

// checkUnique refuses a name or address another account has. The caller holds s.mu.
func (s *Server) checkUnique(where string, user *model.User) *model.AppError {
	for _, other := range s.users {
		switch {
		case other.Id == user.Id:
		case other.Email == user.Email:
			return fail(where, errEmailExists, http.StatusBadRequest)
		case other.Username == user.Username:
			return fail(where, errUsernameExists, http.StatusBadRequest)
		}
	}
	return nil
}

// user finds an account, deactivated ones included. The caller holds s.mu.
func (s *Server) user(where, id string) (*model.User, *model.AppError) {
	if user, ok := s.users[id]; ok {
		return user, nil
	}
	return nil, fail(where, errMissingAccount, http.StatusNotFound)
}

// GetUser finds by id.
func (a *API) GetUser(userID string) (*model.User, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	user, err := a.s.user("GetUser", userID)
	if err != nil {
		return nil, err
	}
	return user.DeepCopy(), nil
}

// GetUserByEmail finds by address.
func (a *API) GetUserByEmail(email string) (*model.User, *model.AppError) {
	users := a.s.findUsers(func(u *model.User) bool { return u.Email == email })
	if len(users) == 0 {
		return nil, fail("GetUserByEmail", errMissingAccount, http.StatusNotFound)
	}
	return users[0], nil
}

// GetUserByUsername finds by name, without the at sign.
func (a *API) GetUserByUsername(name string) (*model.User, *model.AppError) {
	users := a.s.findUsers(func(u *model.User) bool { return u.Username == strings.ToLower(name) })
	if len(users) == 0 {
		return nil, fail("GetUserByUsername", "app.user.get_by_username.app_error", http.StatusNotFound)
	}
	return users[0], nil
}

// GetUsersByIds finds those that exist.
func (a *API) GetUsersByIds(userIDs []string) ([]*model.User, *model.AppError) {
	return a.s.findUsers(func(u *model.User) bool { return slices.Contains(userIDs, u.Id) }), nil
}

// GetUsersByUsernames finds those that exist.
func (a *API) GetUsersByUsernames(names []string) ([]*model.User, *model.AppError) {
	return a.s.findUsers(func(u *model.User) bool { return slices.Contains(names, u.Username) }), nil
}

// GetUsersInTeam lists a page of a team's members.
func (a *API) GetUsersInTeam(teamID string, number, perPage int) ([]*model.User, *model.AppError) {
	return a.GetUsers(&model.UserGetOptions{InTeamId: teamID, Page: number, PerPage: perPage})
}

// findUsers copies the users that match, by name.
func (s *Server) findUsers(matches func(*model.User) bool) []*model.User {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.User{}
	for _, user := range s.users {
		if matches(user) {
			found = append(found, user.DeepCopy())
		}
	}
	slices.SortFunc(found, func(a, b *model.User) int { return cmp.Compare(a.Username, b.Username) })
	return found
}

// UpdateUser changes everything but the roles, the activation and what belongs to signing in.
func (a *API) UpdateUser(user *model.User) (*model.User, *model.AppError) {
	user = orZero(user)
	const where = "UpdateUser"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.user(where, user.Id)
	if err != nil {
		return nil, err
	}
	user = user.DeepCopy()
	user.Roles, user.DeleteAt = old.Roles, old.DeleteAt
	return s.replaceUser(where, old, user)
}

// replaceUser checks and stores a changed user. The caller holds s.mu.
func (s *Server) replaceUser(where string, old, user *model.User) (*model.User, *model.AppError) {
	user.PreUpdate()
	user.CreateAt, user.UpdateAt = old.CreateAt, s.millis()
	user.AuthData, user.AuthService = old.AuthData, old.AuthService
	user.EmailVerified, user.LastPasswordUpdate, user.LastPictureUpdate = old.EmailVerified, old.LastPasswordUpdate, old.LastPictureUpdate
	user.IsBot, user.BotDescription = old.IsBot, old.BotDescription
	if err := user.IsValid(); err != nil {
		return nil, explain(err)
	}
	if err := s.checkUnique(where, user); err != nil {
		return nil, err
	}
	s.users[user.Id] = user
	return user.DeepCopy(), nil
}

// UpdateUserActive activates or deactivates an account.
func (a *API) UpdateUserActive(userID string, active bool) *model.AppError {
	return a.s.setActive("GetUser", userID, active)
}

// DeleteUser deactivates an account.
func (a *API) DeleteUser(userID string) *model.AppError { return a.UpdateUserActive(userID, false) }

func (s *Server) setActive(where, userID string, active bool) *model.AppError {
	s.mu.Lock()
	old, err := s.user(where, userID)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	user := old.DeepCopy()
	user.UpdateAt, user.DeleteAt = s.millis(), 0
	if !active {
		user.DeleteAt = user.UpdateAt
	}
	s.users[userID] = user
	s.mu.Unlock()
	if !active {
		notify(s, "UserHasBeenDeactivated", func(c *plugin.Context, h interface {
			UserHasBeenDeactivated(*plugin.Context, *model.User)
		}) {
			h.UserHasBeenDeactivated(c, user.DeepCopy())
		})
	}
	return nil
}

// UpdateUserRoles sets the system-wide roles, a list separated by spaces.
func (a *API) UpdateUserRoles(userID, newRoles string) (*model.User, *model.AppError) {
	const where = "UpdateUserRoles"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.user("GetUser", userID)
	if err != nil {
		err.StatusCode = http.StatusBadRequest
		return nil, err
	}
	for role := range strings.FieldsSeq(newRoles) {
		if s.roles[role] == nil {
			return nil, fail("CheckRolesExist", "app.role.check_roles_exist.role_not_found", http.StatusBadRequest)
		}
	}
	if old.IsSystemAdmin() && !strings.Contains(newRoles, model.SystemAdminRoleId) && s.administrators() == 1 {
		return nil, fail(where, "app.user.update.lastAdmin.app_error", http.StatusBadRequest)
	}
	user := old.DeepCopy()
	user.Roles = newRoles
	return s.replaceUser(where, old, user)
}

// administrators counts the people who administrate the system. The caller holds s.mu.
func (s *Server) administrators() int {
	count := 0
	for _, user := range s.users {
		if user.IsSystemAdmin() && !user.IsBot {
			count++
		}
	}
	return count
}
