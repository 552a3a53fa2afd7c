package site

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// settings of the server under test: loopback only, plugins may be uploaded, nothing calls home.
var settings = map[string]string{
	"SERVICESETTINGS_LISTENADDRESS":              "127.0.0.1:0",
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
	"RATELIMITSETTINGS_ENABLE":                   "false",
	"SQLSETTINGS_DRIVERNAME":                     "postgres",
	"FEATUREFLAGS_STREAMLINEDMARKETPLACE":        "false",
	"FEATUREFLAGS_CONSUMEPOSTHOOK":               "true", // MessagesWillBeConsumed is asked
}

// mattermost is a running server.
type mattermost struct {
	process *process
	url     string
}

// startMattermost starts the server that e2e/setup.sh made in install, in the folder dir, which must not exist.
func startMattermost(ctx context.Context, install, dir, dataSource, mailPort string, log *Log) (*mattermost, error) {
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

	cmd := exec.Command(filepath.Join(install, "bin", "mattermost"))
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = []string{
		"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "MM_SQLSETTINGS_DATASOURCE=" + dataSource, "MM_EMAILSETTINGS_SMTPPORT=" + mailPort,
	}
	for name, value := range settings {
		cmd.Env = append(cmd.Env, "MM_"+name+"="+value)
	}
	process, err := startProcess("Mattermost", cmd)
	if err != nil {
		return nil, err
	}
	m := &mattermost{process: process}
	if m.url, err = m.waitListening(ctx, log); err != nil {
		return nil, errors.Join(err, m.stop())
	}
	return m, nil
}

// waitListening waits for the line that names the port the server got, and returns the server's URL.
func (m *mattermost) waitListening(ctx context.Context, log *Log) (string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-m.process.exited:
			cancel(fmt.Errorf("the server ended at its start: %w", m.process.err))
		case <-ctx.Done():
		}
	}()
	const announcement = "Server is listening on "
	line, err := log.Wait(ctx, 0, func(e Entry) bool { return strings.HasPrefix(e.Message, announcement) })
	if err != nil {
		return "", fmt.Errorf("start Mattermost: %w", context.Cause(ctx))
	}
	return "http://" + strings.TrimPrefix(line.Message, announcement), nil
}

func (m *mattermost) stop() error { return m.process.stop(30 * time.Second) }
