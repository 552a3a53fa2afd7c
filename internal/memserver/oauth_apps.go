package memserver

import (
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// CreateOAuthApp registers an application that may ask users for access, and gives it a secret.
func (a *API) CreateOAuthApp(app *model.OAuthApp) (*model.OAuthApp, *model.AppError) {
	app = orZero(app)
	const where = "CreateOAuthApp"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if !*s.config.ServiceSettings.EnableOAuthServiceProvider {
		return nil, fail(where, "api.oauth.register_oauth_app.turn_off.app_error", http.StatusNotImplemented)
	}
	if app.Id != "" {
		return nil, fail(where, "app.oauth.save_app.existing.app_error", http.StatusBadRequest)
	}
	app = copyApp(app)
	app.ClientSecret = model.NewId()
	app.PreSave()
	app.CreateAt = s.millis()
	app.UpdateAt = app.CreateAt
	if err := app.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.oauthApps[app.Id] = app
	return copyApp(app), nil
}

// GetOAuthApp finds by id.
func (a *API) GetOAuthApp(appID string) (*model.OAuthApp, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	app, err := a.s.oauthApp(appID)
	if err != nil {
		return nil, err
	}
	return copyApp(app), nil
}

// oauthApp needs s.mu.
func (s *Server) oauthApp(id string) (*model.OAuthApp, *model.AppError) {
	const where = "GetOAuthApp"
	if !*s.config.ServiceSettings.EnableOAuthServiceProvider {
		return nil, fail(where, "api.oauth.allow_oauth.turn_off.app_error", http.StatusNotImplemented)
	}
	if app := s.oauthApps[id]; app != nil {
		return app, nil
	}
	return nil, fail(where, "app.oauth.get_app.find.app_error", http.StatusNotFound)
}

// UpdateOAuthApp changes everything but the creator and the secret.
func (a *API) UpdateOAuthApp(app *model.OAuthApp) (*model.OAuthApp, *model.AppError) {
	app = orZero(app)
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.oauthApp(app.Id)
	if err != nil {
		return nil, err
	}
	app = copyApp(app)
	app.CreatorId, app.CreateAt, app.ClientSecret = old.CreatorId, old.CreateAt, old.ClientSecret
	app.IsDynamicallyRegistered, app.UpdateAt = old.IsDynamicallyRegistered, s.millis()
	if err := app.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.oauthApps[app.Id] = app
	return copyApp(app), nil
}

// DeleteOAuthApp forgets an application; that there is none is no error.
func (a *API) DeleteOAuthApp(appID string) *model.AppError {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	if !*a.s.config.ServiceSettings.EnableOAuthServiceProvider {
		return fail("DeleteOAuthApp", "api.oauth.allow_oauth.turn_off.app_error", http.StatusNotImplemented)
	}
	delete(a.s.oauthApps, appID)
	return nil
}

func copyApp(app *model.OAuthApp) *model.OAuthApp {
	app = shallow(app)
	app.CallbackUrls = slices.Clone(app.CallbackUrls)
	return app
}
