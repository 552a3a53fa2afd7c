// Package site runs a real Mattermost server on a real PostgreSQL for tests, on the loopback interface, with nothing
// shared with other servers on the machine and nothing left behind.
package site

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// Config says where the programs are; e2e/setup.sh makes both folders.
type Config struct {
	Mattermost string // a folder with bin/mattermost, i18n, templates and fonts
	Postgres   string // a folder with initdb, postgres and psql
}

// Site is a running server with an administrator, one team, and one ordinary member of it.
type Site struct {
	URL   string
	Log   *Log     // what the server wrote
	Mail  *Mailbox // the e-mails that it sent
	Team  *model.Team
	Admin *model.Client4 // logged in as the system administrator
	User  *model.Client4 // logged in as the ordinary member
	Me    *model.User    // that member

	dir        string
	postgres   *postgres
	mattermost *mattermost
}

// Start starts database and server and makes the accounts.
func Start(ctx context.Context, config Config) (*Site, error) {
	s := &Site{Log: NewLog()}
	if err := s.start(ctx, config); err != nil {
		return s, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Site) start(ctx context.Context, config Config) (err error) {
	for _, folder := range []*string{&config.Mattermost, &config.Postgres} { // the programs run in folders of their own
		if *folder, err = filepath.Abs(*folder); err != nil {
			return fmt.Errorf("find %s: %w", *folder, err)
		}
	}
	if s.dir, err = os.MkdirTemp("", "mmpy-e2e-"); err != nil {
		return fmt.Errorf("make the site's folder: %w", err)
	}
	// PostgreSQL may run as another user, who must be able to reach its own folder in here.
	if err := os.Chmod(s.dir, 0o711); err != nil {
		return fmt.Errorf("open the site's folder: %w", err)
	}
	if s.postgres, err = startPostgres(ctx, config.Postgres, filepath.Join(s.dir, "postgres"), s.Log); err != nil {
		return err
	}
	if s.Mail, err = newMailbox(); err != nil {
		return err
	}
	run := filepath.Join(s.dir, "mattermost")
	if s.mattermost, err = newMattermost(config.Mattermost, run, s.postgres.dataSource(), s.Mail.port(), s.Log); err != nil {
		return err
	}
	if err := s.mattermost.start(ctx); err != nil {
		return err
	}
	s.URL = "http://" + s.mattermost.address
	return s.populate(ctx)
}

// Stop ends what Start started and removes its files. It may be called on a site that did not fully start.
func (s *Site) Stop() error {
	var errs []error
	if s.mattermost != nil {
		errs = append(errs, s.mattermost.stop())
	}
	if s.postgres != nil {
		errs = append(errs, s.postgres.stop())
	}
	if s.Mail != nil {
		errs = append(errs, s.Mail.stop())
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}

// Restart stops the server and starts it again, at the same address and with some environment variables ("NAME=value")
// until the next time. Database, plugins and sessions stay.
func (s *Site) Restart(ctx context.Context, environment ...string) error {
	if err := s.mattermost.stop(); err != nil {
		return err
	}
	return s.mattermost.start(ctx, environment...)
}

// PID is the server's process id.
func (s *Site) PID() int { return s.mattermost.process.cmd.Process.Pid }

// MetricsURL is where the server's metrics are.
func (s *Site) MetricsURL() string { return "http://" + s.mattermost.metrics }

// CacheFolder is where mmpy keeps what takes long to make, for the user that the server runs as.
func (s *Site) CacheFolder() string {
	return filepath.Join(s.mattermost.dir, ".cache", "mmpy", "compiled")
}

// populate makes the administrator (a new server gives the first account that role), the team and the member.
func (s *Site) populate(ctx context.Context) (err error) {
	if s.Admin, _, err = s.signUp(ctx, "admin"); err != nil {
		return err
	}
	// What people type into their browsers. It has a port that nobody knows before the server listens.
	address := &model.Config{ServiceSettings: model.ServiceSettings{SiteURL: &s.URL}}
	if _, _, err = s.Admin.PatchConfig(ctx, address); err != nil {
		return fmt.Errorf("set the site's URL: %w", err)
	}
	team := &model.Team{Name: "engineering", DisplayName: "Engineering", Type: model.TeamOpen}
	if s.Team, _, err = s.Admin.CreateTeam(ctx, team); err != nil {
		return fmt.Errorf("create the team: %w", err)
	}
	s.User, s.Me, err = s.NewMember(ctx, "ada")
	return err
}

// NewMember makes an account in the team, and logs in with it.
func (s *Site) NewMember(ctx context.Context, name string) (*model.Client4, *model.User, error) {
	client, account, err := s.signUp(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	if _, _, err := s.Admin.AddTeamMember(ctx, s.Team.Id, account.Id); err != nil {
		return nil, nil, fmt.Errorf("add %s to the team: %w", name, err)
	}
	return client, account, nil
}

// signUp makes an account and logs in with it.
func (s *Site) signUp(ctx context.Context, name string) (*model.Client4, *model.User, error) {
	client := model.NewAPIv4Client(s.URL)
	password := model.NewId()
	account := &model.User{Username: name, Email: name + "@example.com", FirstName: strings.ToUpper(name[:1]) + name[1:], Password: password}
	created, _, err := client.CreateUser(ctx, account)
	if err != nil {
		return nil, nil, fmt.Errorf("create user %s: %w", name, err)
	}
	if _, _, err := client.Login(ctx, name, password); err != nil {
		return nil, nil, fmt.Errorf("log in as %s: %w", name, err)
	}
	return client, created, nil
}

// NewChannel makes a public channel with the member in it.
func (s *Site) NewChannel(ctx context.Context) (*model.Channel, error) {
	name := "test-" + model.NewId()
	channel, _, err := s.Admin.CreateChannel(ctx, &model.Channel{TeamId: s.Team.Id, Name: name, DisplayName: name, Type: model.ChannelTypeOpen})
	if err != nil {
		return nil, fmt.Errorf("create a channel: %w", err)
	}
	if _, _, err := s.Admin.AddChannelMember(ctx, channel.Id, s.Me.Id); err != nil {
		return nil, fmt.Errorf("add %s to the channel: %w", s.Me.Username, err)
	}
	return channel, nil
}
