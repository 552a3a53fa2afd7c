package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mattermost/mattermost/server/public/model"
)

// Audit reads the server's audit log: the records so far, of the server's own and of plugins.
func (s *Site) Audit() ([]model.AuditRecord, error) {
	text, err := os.ReadFile(s.mattermost.auditFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	return parseAudit(text)
}

// parseAudit reads the lines that are complete, each of which is a record.
func parseAudit(text []byte) ([]model.AuditRecord, error) {
	var records []model.AuditRecord
	for {
		line, rest, complete := bytes.Cut(text, []byte("\n"))
		if !complete {
			return records, nil
		}
		var record model.AuditRecord
		if err := json.Unmarshal(line, &record); err != nil {
			return nil, fmt.Errorf("line %d of the audit log: %w", len(records)+1, err)
		}
		records, text = append(records, record), rest
	}
}
