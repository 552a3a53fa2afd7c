package site

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// settings of the server under test: loopback only, plugins may be uploaded, nothing calls home.
var settings = map[string]string{
	"SERVICESETTINGS_ENABLESECURITYFIXALERT":     "false",
	"SERVICESETTINGS_ENABLELOCALMODE":            "false",
	"TEAMSETTINGS_ENABLEOPENSERVER":              "true",
	"PLUGINSETTINGS_ENABLEUPLOADS":               "true",
	"PLUGINSETTINGS_REQUIREPLUGINSIGNATURE":      "false",
	"PLUGINSETTINGS_ENABLEMARKETPLACE":           "false",
	"PLUGINSETTINGS_ENABLEREMOTEMARKETPLACE":     "false",
	"PLUGINSETTINGS_AUTOMATICPREPACKAGEDPLUGINS": "false",
	"LOGSETTINGS_CONSOLELEVEL":                   "INFO",
	"LOGSETTINGS_CONSOLEJSON":                    "true",
	"LOGSETTINGS_ENABLEFILE":                     "false",
	"LOGSETTINGS_ENABLEDIAGNOSTICS":              "false",
	"LOGSETTINGS_ENABLESENTRY":                   "false",
	"EMAILSETTINGS_SENDEMAILNOTIFICATIONS":       "true",
	"EMAILSETTINGS_SMTPSERVER":                   "127.0.0.1",
	"ANNOUNCEMENTSETTINGS_ADMINNOTICESENABLED":   "false",
	"ANNOUNCEMENTSETTINGS_USERNOTICESENABLED":    "false",
	"EXPERIMENTALAUDITSETTINGS_FILEENABLED":      "true", // into the file of auditFile
	"RATELIMITSETTINGS_ENABLE":                   "false",
	"SQLSETTINGS_DRIVERNAME":                     "postgres",
	"METRICSSETTINGS_ENABLE":                     "true",
	"METRICSSETTINGS_LISTENADDRESS":              "127.0.0.1:0",
	"FEATUREFLAGS_STREAMLINEDMARKETPLACE":        "false",
	"FEATUREFLAGS_CONSUMEPOSTHOOK":               "true", // MessagesWillBeConsumed is asked
}

// mattermost is a server, which runs between start and stop.
type mattermost struct {
	program, dir string
	environment  []string
	log          *Log

	process *process
	address string // where it listens: a port that it got, from the first start on
	metrics string // where its metrics are, since the last start
}

// newMattermost makes the folder dir, which must not exist, for the server that e2e/setup.sh made in install.
func newMattermost(install, dir, dataSource, mailPort string, log *Log) (*mattermost, error) {
	for _, folder := range []string{"config", "data", "plugins", "client/plugins"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, fmt.Errorf("make the server's folders: %w", err)
		}
	}
	for _, folder := range []string{"i18n", "templates", "fonts"} {
		if err := os.Symlink(filepath.Join(install, folder), filepath.Join(dir, folder)); err != nil {
			return nil, fmt.Errorf("link the server's files: %w", err)
		}
	}
	m := &mattermost{program: filepath.Join(install, "bin", "mattermost"), dir: dir, log: log, address: "127.0.0.1:0"}
	m.environment = []string{
		"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "MM_SQLSETTINGS_DATASOURCE=" + dataSource, "MM_EMAILSETTINGS_SMTPPORT=" + mailPort,
		"MM_EXPERIMENTALAUDITSETTINGS_FILENAME=" + m.auditFile(),
	}
	for name, value := range settings {
		m.environment = append(m.environment, "MM_"+name+"="+value)
	}
	return m, nil
}

// auditFile is where the server writes its audit log.
func (m *mattermost) auditFile() string { return filepath.Join(m.dir, "audit.log") }

// start starts the server, with some variables beside those it always has, and waits until it listens.
func (m *mattermost) start(ctx context.Context, environment ...string) (err error) {
	from := m.log.Len()
	cmd := exec.Command(m.program)
	cmd.Dir = m.dir
	cmd.Stdout, cmd.Stderr = m.log, m.log
	cmd.Env = slices.Concat(m.environment, environment, []string{"MM_SERVICESETTINGS_LISTENADDRESS=" + m.address})
	if m.process, err = startProcess("Mattermost", cmd); err != nil {
		return err
	}
	if err := m.waitListening(ctx, from); err != nil {
		return errors.Join(err, m.stop())
	}
	return nil
}

// waitListening waits for the lines of the log, from the n-th on, that name the addresses the server has got.
func (m *mattermost) waitListening(ctx context.Context, n int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-m.process.exited:
			cancel(fmt.Errorf("the server ended at its start: %w", m.process.err))
		case <-ctx.Done():
		}
	}()
	metrics, err := m.log.Wait(ctx, n, func(e Entry) bool { return e.Message == "Metrics and profiling server is started" })
	if err != nil {
		return fmt.Errorf("start Mattermost: %w", context.Cause(ctx))
	}
	m.metrics = fmt.Sprint(metrics.Fields["address"])
	const announcement = "Server is listening on "
	line, err := m.log.Wait(ctx, n, func(e Entry) bool { return strings.HasPrefix(e.Message, announcement) })
	if err != nil {
		return fmt.Errorf("start Mattermost: %w", context.Cause(ctx))
	}
	m.address = strings.TrimPrefix(line.Message, announcement)
	return nil
}

func (m *mattermost) stop() error {
	if m.process == nil {
		return nil
	}
	return m.process.stop(30 * time.Second)
}
