package site

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// SQL runs a statement in the server's database, and returns the rows, one a line, with "|" between the columns. It is
// for what no API shows or allows.
func (s *Site) SQL(ctx context.Context, statement string) (string, error) {
	psql := exec.CommandContext(ctx, s.postgres.psql, "--no-psqlrc", "--no-align", "--tuples-only",
		"--set=ON_ERROR_STOP=1", "--dbname="+s.postgres.dataSource(), "--command="+statement)
	output, err := psql.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("run SQL: %w\n%s", err, output)
	}
	return strings.TrimSpace(string(output)), nil
}
