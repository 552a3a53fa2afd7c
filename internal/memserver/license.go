package memserver

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// SetLicense gives the server a licence, or with nil takes it. What needs one is refused without, as on a server.
func (s *Server) SetLicense(license *model.License) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.license = copyLicense(license)
}

func copyLicense(license *model.License) *model.License {
	if license == nil {
		return nil
	}
	license = shallow(license)
	if license.Features != nil {
		license.Features = shallow(license.Features)
		license.Features.SetDefaults()
	}
	return license
}

// GetLicense returns the licence of [Server.SetLicense], or none.
func (a *API) GetLicense() *model.License {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return copyLicense(a.s.license)
}

// IsEnterpriseReady is false.
func (a *API) IsEnterpriseReady() bool { return false }

// licensedForGroups refuses what needs a licence with LDAP groups.
func (s *Server) licensedForGroups(where string) *model.AppError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if license := s.license; license == nil || license.Features == nil || !value0(license.Features.LDAPGroups) {
		return fail(where, "app.group.license_error", http.StatusForbidden)
	}
	return nil
}

// RequestTrialLicense fails: Mattermost's licence server cannot be reached from here.
func (a *API) RequestTrialLicense(requesterID string, users int, termsAccepted, _ bool) *model.AppError {
	const where = "RequestTrialLicense"
	switch {
	case !termsAccepted:
		return fail(where, "api.license.request-trial.bad-request.terms-not-accepted", http.StatusBadRequest)
	case users == 0:
		return fail(where, "api.license.request-trial.bad-request", http.StatusBadRequest)
	}
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	if _, err := a.s.user(where, requesterID); err != nil {
		return err
	}
	return fail(where, "api.license.request_trial_license.app_error", http.StatusBadRequest)
}

// GetCloudLimits returns no limits: the server is not in Mattermost's cloud.
func (a *API) GetCloudLimits() (*model.ProductLimits, error) { return &model.ProductLimits{}, nil }

// RegisterCollectionAndTopic does nothing: Mattermost supports it no longer, and does nothing either.
func (a *API) RegisterCollectionAndTopic(string, string) error { return nil }
