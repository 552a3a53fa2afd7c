package site

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

func TestOfTheAuditLogOnlyCompleteLinesAreRead(t *testing.T) {
	records, err := parseAudit([]byte(`{"timestamp":"2026-01-05","event_name":"login","status":"success","actor":{"user_id":"ada"}}` + "\n" + `{"event_name":"lo`))
	require.NoError(t, err)
	require.Equal(t, []model.AuditRecord{{EventName: "login", Status: "success", Actor: model.AuditEventActor{UserId: "ada"}}}, records)
	_, err = parseAudit([]byte("{}\nnot JSON\n"))
	require.ErrorContains(t, err, "line 2 of the audit log")
}
