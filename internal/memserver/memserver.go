// Package memserver is a small Mattermost server that lives in memory.
//
// It implements [plugin.API], so that a plugin can be started, invoked and tested without a Mattermost installation. Its
// methods keep state and fail with the same [model.AppError] (id, where, HTTP status) as on a server without a licence;
// [Server.SetLicense] gives one, which groups need. What this server cannot do, such as to install a plugin, and methods
// that a newer Mattermost adds say so with a 501, never with an empty answer; unsupported_gen.go has the latter.
//
// A server starts with one team, three channels and two users ([Home]). [Server.Plugin] gives a plugin its API;
// [API.Attach] gives the server the plugin's hooks, after which posting through the server runs MessageWillBePosted,
// stores the post and runs MessageHasBeenPosted in the background, as Mattermost does. [Server.Wait] waits until all
// such background hooks, and those they caused, have returned.
//
// What people do is a method of [Server]: post ([Server.CreatePost]), run a command ([Server.ExecuteCommand]), log in
// ([Server.LogIn]), ask a plugin's web address ([Server.Handler], [Server.PluginHandler]), read, download, connect. What
// leaves a real server is kept: [Server.Events], [Server.Mails], [Server.Pushes], [Server.Dialogs], [Server.Ephemerals].
//
// Everything is safe for concurrent use. No lock is held while a hook runs, so hooks may call the API.
package memserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Config is what a server is made from; its zero value is fine.
type Config struct {
	// Now is the server's clock; nil means [time.Now].
	Now func() time.Time
	// Logger receives what plugins log, with the attribute plugin_id; nil discards it.
	Logger *slog.Logger
}

// Home names what a new server contains.
type Home struct {
	Team *model.Team // acme
	// TownSquare and OffTopic are the channels every Mattermost team has, Project is one more public channel.
	TownSquare, OffTopic, Project *model.Channel
	// Alice administrates the system; Bob is an ordinary user. Both are in all three channels.
	Alice, Bob *model.User
}

// Server is the in-memory Mattermost. Make one with [New].
type Server struct {
	now        func() time.Time
	log        *slog.Logger
	id         string
	started    int64
	home       Home
	roles      map[string]*model.Role // constant
	signingKey func() *ecdsa.PrivateKey

	background background
	active     atomic.Pointer[[]active[any]] // replaced, never changed, with mu held

	mu             sync.Mutex // guards what follows; never held while a hook runs
	config         *model.Config
	license        *model.License // replaced, never changed
	plugins        []*installed
	users          map[string]*model.User
	bots           map[string]*model.Bot
	statuses       map[string]*model.Status
	preferences    map[preferenceKey]model.Preference
	teams          map[string]*model.Team
	teamMembers    map[memberKey]*model.TeamMember
	channels       map[string]*model.Channel
	channelMembers map[memberKey]*model.ChannelMember
	leftChannels   map[memberKey]bool  // who was in a channel once
	guards         map[string][]string // channel: the ids of plugins, sorted; replaced, never changed
	posts          map[string]*model.Post
	postOrder      []string // ids of posts, oldest first
	drafts         map[draftKey]*model.Draft
	scheduled      []*model.ScheduledPost
	reactions      []*model.Reaction
	files          files
	groups         groups
	properties     properties
	sharing        sharing
	connections    map[string]string // websocket: the user
	sidebars       map[sidebarKey][]*model.SidebarCategoryWithChannels
	emoji          map[string]*model.Emoji
	oauthApps      map[string]*model.OAuthApp
	sessions       map[string]*model.Session
	tokens         map[string]*model.UserAccessToken
	values         map[valueKey]value
	pluginCommands []*pluginCommand
	customCommands []*model.Command
	ephemerals     []Ephemeral
	events         []Event
	mails          []Mail
	pushes         []Push
	dialogs        []Dialog
}

// memberKey is a user's membership in a team or channel.
type memberKey struct{ group, user string }

// New starts a server.
func New(config Config) *Server {
	s := &Server{
		now:            config.Now,
		log:            config.Logger,
		id:             model.NewId(),
		roles:          model.MakeDefaultRoles(),
		signingKey:     sync.OnceValue(newSigningKey),
		config:         &model.Config{},
		users:          map[string]*model.User{},
		bots:           map[string]*model.Bot{},
		statuses:       map[string]*model.Status{},
		preferences:    map[preferenceKey]model.Preference{},
		teams:          map[string]*model.Team{},
		teamMembers:    map[memberKey]*model.TeamMember{},
		channels:       map[string]*model.Channel{},
		channelMembers: map[memberKey]*model.ChannelMember{},
		guards:         map[string][]string{},
		posts:          map[string]*model.Post{},
		drafts:         map[draftKey]*model.Draft{},
		values:         map[valueKey]value{},
		files:          newFiles(),
		groups:         newGroups(),
		properties:     newProperties(),
		sharing:        newSharing(),
		connections:    map[string]string{},
		sidebars:       map[sidebarKey][]*model.SidebarCategoryWithChannels{},
		leftChannels:   map[memberKey]bool{},
		emoji:          map[string]*model.Emoji{},
		oauthApps:      map[string]*model.OAuthApp{},
		sessions:       map[string]*model.Session{},
		tokens:         map[string]*model.UserAccessToken{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.config.SetDefaults()
	*s.config.ServiceSettings.SiteURL = "http://localhost:8065"
	s.started = s.millis()
	s.furnish()
	return s
}

// Home returns what the server contained when it was new.
func (s *Server) Home() Home { return s.home }

// millis is the server's time in milliseconds since 1970, the unit of Mattermost's timestamps.
func (s *Server) millis() int64 { return s.now().UnixMilli() }

// furnish makes what [Home] names. It cannot fail: everything in it is constant.
func (s *Server) furnish() {
	must := func(err *model.AppError) {
		if err != nil {
			panic("memserver: furnish a new server: " + err.Error())
		}
	}
	user := func(name, first, last string) *model.User {
		user, err := s.createUser(&model.User{
			Username: name, Email: name + "@example.com", FirstName: first, LastName: last, Password: "Password1!",
		})
		must(err)
		return user
	}
	h := &s.home
	var err *model.AppError
	h.Alice = user("alice", "Alice", "Archer") // the first user becomes system administrator
	h.Bob = user("bob", "Bob", "Baker")
	h.Team, err = s.createTeam(&model.Team{Name: "acme", DisplayName: "Acme", Type: model.TeamOpen})
	must(err)
	for _, user := range []*model.User{h.Alice, h.Bob} {
		_, err = s.joinTeam(h.Team.Id, user.Id, "")
		must(err)
	}
	h.Project, err = s.createChannel(&model.Channel{
		TeamId: h.Team.Id, Name: "project", DisplayName: "Project", Type: model.ChannelTypeOpen, CreatorId: h.Alice.Id,
	})
	must(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	h.TownSquare = s.channelByName(h.Team.Id, model.DefaultChannelName).DeepCopy()
	h.OffTopic = s.channelByName(h.Team.Id, "off-topic").DeepCopy()
	for _, user := range []*model.User{h.Alice, h.Bob} {
		s.addChannelMember(h.Project, s.users[user.Id], user == h.Alice)
	}
}

// newSigningKey makes the key of triggers. It cannot fail: the curve is known, and the system's random source is there.
func newSigningKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("memserver: make a key: " + err.Error())
	}
	return key
}
