package memserver

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// Access control by attributes is a part of Mattermost that a licence is needed for. Without, as here, a server knows
// no policies, and says so.

// EvaluateAccessControl answers that no policy is about the resource, after checking what is asked.
func (a *API) EvaluateAccessControl(userID, resourceType, resourceID, _ string) (*model.AccessDecision, *model.AppError) {
	const where = "EvaluatePluginAccessRequest"
	if err := a.ownsResourceType(where, resourceType); err != nil {
		return nil, err
	}
	if !model.IsValidId(userID) || !model.IsValidId(resourceID) {
		return nil, fail(where, "app.access_control.plugin.invalid_id.app_error", http.StatusBadRequest)
	}
	return new(model.NewNoPolicyAccessDecision()), nil
}

// ownsResourceType refuses types that are not "<plugin id>:<type>" with the plugin's own id.
func (a *API) ownsResourceType(where, resourceType string) *model.AppError {
	owner, _, ok := model.SplitPluginAccessControlPolicyType(resourceType)
	switch {
	case !ok:
		return fail(where, "app.access_control.plugin.unknown_resource_type.app_error", http.StatusBadRequest)
	case owner != a.manifest.Id:
		return fail(where, "app.access_control.plugin.resource_type_forbidden.app_error", http.StatusForbidden)
	}
	return nil
}

// checkExpressionArgs checks what comes before the policy engine is asked.
func (a *API) checkExpressionArgs(where, actingUserID, resourceType string) *model.AppError {
	if err := a.ownsResourceType(where, resourceType); err != nil {
		return err
	}
	return a.checkActingUser(where, actingUserID)
}

func (a *API) checkActingUser(where, id string) *model.AppError {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	if a.s.users[id] == nil {
		return fail(where, "app.access_control.plugin.invalid_acting_user.app_error", http.StatusBadRequest)
	}
	return nil
}

// noPolicyEngine is the error of a server without it.
func noPolicyEngine(where, id string) *model.AppError {
	err := model.NewAppError(where, id, nil, "Policy Administration Point is not initialized", http.StatusNotImplemented)
	err.Message = "The server has no licence for access control."
	return err
}

// SaveAccessControlPolicy fails: there is no policy engine.
func (a *API) SaveAccessControlPolicy(string, *model.AccessControlPolicy) (*model.AccessControlPolicy, *model.AppError) {
	return nil, noPolicyEngine("SavePluginAccessControlPolicy", "app.pap.create_access_control_policy.app_error")
}

// GetAccessControlPolicy fails: there is no policy engine.
func (a *API) GetAccessControlPolicy(string) (*model.AccessControlPolicy, *model.AppError) {
	return nil, noPolicyEngine("GetPluginAccessControlPolicy", "app.pap.get_policy.app_error")
}

// DeleteAccessControlPolicy fails: there is no policy engine.
func (a *API) DeleteAccessControlPolicy(string, string, string) *model.AppError {
	return noPolicyEngine("DeletePluginAccessControlPolicy", "app.pap.delete_policy.app_error")
}

// CheckAccessControlExpression fails: there is no policy engine.
func (a *API) CheckAccessControlExpression(actingUserID, resourceType, _ string) ([]model.CELExpressionError, *model.AppError) {
	if err := a.checkExpressionArgs("CheckPluginAccessControlExpression", actingUserID, resourceType); err != nil {
		return nil, err
	}
	return nil, noPolicyEngine("CheckExpression", "app.pap.check_expression.app_error")
}

// QueryUsersForAccessControlExpression fails: there is no policy engine.
func (a *API) QueryUsersForAccessControlExpression(actingUserID, resourceType, _, _, _ string, _ int) (*model.AccessControlPolicyTestResponse, *model.AppError) {
	if err := a.checkExpressionArgs("QueryUsersForPluginAccessControlExpression", actingUserID, resourceType); err != nil {
		return nil, err
	}
	return nil, noPolicyEngine("TestExpression", "app.pap.check_expression.app_error")
}

// GetAccessControlFieldsAutocomplete fails: there is no policy engine.
func (a *API) GetAccessControlFieldsAutocomplete(actingUserID, _ string, _ int) ([]*model.PropertyField, *model.AppError) {
	if err := a.checkActingUser("GetPluginAccessControlFieldsAutocomplete", actingUserID); err != nil {
		return nil, err
	}
	return nil, noPolicyEngine("GetAccessControlAutoComplete", "app.pap.get_access_control_auto_complete.app_error")
}

// GetAccessControlVisualAST fails: there is no policy engine.
func (a *API) GetAccessControlVisualAST(actingUserID, resourceType, _ string) (*model.VisualExpression, *model.AppError) {
	if err := a.checkExpressionArgs("GetPluginAccessControlVisualAST", actingUserID, resourceType); err != nil {
		return nil, err
	}
	return nil, noPolicyEngine("ExpressionToVisualAST", "app.pap.expression_to_visual_ast.app_error")
}
