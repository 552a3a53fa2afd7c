package main

import (
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/mmpy/mmpy/internal/memserver"
)

// samplePost has every field set but those that a server fills after the hook (participants, metadata).
var samplePost = &model.Post{
	Id: "8fzwtrkqgtf6bxejrxgd5kt9ay", CreateAt: 1767225600000, UpdateAt: 1767225600001, EditAt: 1767225600002,
	DeleteAt: 1767225600003, IsPinned: true, UserId: "x5y3h8w1pfbm9nq7ec4tzk6sur", ChannelId: "jd4p7msx9tn1yfbk8hqw5rzeco",
	RootId: "o9w3tq6ybrd5xnjmk7fh1ecz8s", OriginalId: "u1gkz8pmx4fyw6tqbn3h9rdjce",
	Message:       "hello world, this is a typical message of about eighty characters, or a little more",
	MessageSource: "hello world, this is a typical message", Type: "custom_bench", Hashtags: "#one #two",
	FileIds: model.StringArray{"m6k4x9wzptf1yqhb8n3rd5gcju"}, PendingPostId: "x5y3h8w1pfbm9nq7ec4tzk6sur:1767225600000",
	HasReactions: true, RemoteId: new("n7b2q5x8zktf4ywhm1p9rd6gce"), ReplyCount: 3, LastReplyAt: 1767225600004,
	IsFollowing: new(true),
	Props: model.StringInterface{
		"from_plugin": "true", "priority": float64(2),
		"attachments": []any{map[string]any{"title": "Build 512", "text": "passed"}},
	},
}

// newPost is a fresh copy: the reply of a hook is decoded into the post that was sent.
func newPost() *model.Post { return samplePost.Clone() }

// sampleUser has 30 fields set.
var sampleUser = &model.User{
	Id: "x5y3h8w1pfbm9nq7ec4tzk6sur", CreateAt: 1767225600000, UpdateAt: 1767225600001, DeleteAt: 1767225600002,
	Username: "ada", AuthData: new("ada@ldap"), AuthService: "ldap", Email: "ada@example.com", EmailVerified: true,
	Nickname: "Countess", FirstName: "Ada", LastName: "Lovelace", Position: "Analyst", Roles: "system_user system_admin",
	AllowMarketing: true, Props: model.StringMap{"theme": "dark"},
	NotifyProps:        model.StringMap{"email": "true", "push": "mention", "desktop": "mention", "channel": "true"},
	LastPasswordUpdate: 1767225600003, LastPictureUpdate: 1767225600004, FailedAttempts: 1, Locale: "en",
	Timezone:  model.StringMap{"automaticTimezone": "Europe/London", "useAutomaticTimezone": "true"},
	MfaActive: true, RemoteId: new("n7b2q5x8zktf4ywhm1p9rd6gce"), LastActivityAt: 1767225600005, IsBot: true,
	BotDescription: "computes", BotLastIconUpdate: 1767225600006, TermsOfServiceId: "m6k4x9wzptf1yqhb8n3rd5gcju",
	TermsOfServiceCreateAt: 1767225600007,
}

// host is the server as the plugin sees it: it answers GetUser at once, and leaves the rest to the in-memory Mattermost.
type host struct{ *memserver.API }

func newHost(manifest *model.Manifest) host {
	return host{memserver.New(memserver.Config{}).Plugin(manifest)}
}

func (host) GetUser(string) (*model.User, *model.AppError) { return sampleUser, nil }
