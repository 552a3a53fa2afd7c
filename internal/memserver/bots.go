package memserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// botKey is the key under which a server remembers, in the plugin's own store, the bot EnsureBotUser made.
const botKey = "mmi_botid"

// CreateBot makes a bot account; without an owner it belongs to the plugin.
func (a *API) CreateBot(bot *model.Bot) (*model.Bot, *model.AppError) {
	bot = orZero(bot)
	const where = "CreateBot"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	bot = bot.Clone()
	if bot.OwnerId == "" {
		bot.OwnerId = a.manifest.Id
	}
	if owner := s.users[bot.OwnerId]; owner != nil && owner.IsBot {
		return nil, fail(where, "plugin_api.bot_cant_create_bot", http.StatusBadRequest)
	}
	if err := bot.IsValidCreate(); err != nil {
		return nil, explain(err)
	}
	user := model.UserFromBot(bot)
	user.IsBot, user.BotDescription = true, bot.Description
	user, err := s.saveUser(where, user)
	if err != nil {
		return nil, err
	}
	bot.PreSave()
	bot.UserId, bot.CreateAt, bot.UpdateAt = user.Id, user.CreateAt, user.CreateAt
	s.bots[bot.UserId] = bot
	return bot.Clone(), nil
}

// EnsureBotUser makes the plugin's bot, or brings the one it has up to date, and returns its user id. An account
// that is no bot but has the name is returned as it is, as a server does.
func (a *API) EnsureBotUser(bot *model.Bot) (string, error) {
	if bot == nil {
		return "", errors.New("passed a nil bot")
	}
	if bot.Username == "" {
		return "", errors.New("passed a bot with no username")
	}
	bot = bot.Clone()
	bot.OwnerId = a.manifest.Id
	if id, _ := a.KVGet(botKey); id != nil {
		if _, err := a.GetBot(string(id), true); err == nil {
			patch := &model.BotPatch{Username: &bot.Username, DisplayName: &bot.DisplayName, Description: &bot.Description}
			if _, err := a.PatchBot(string(id), patch); err != nil {
				return "", fmt.Errorf("failed to patch bot: %w", err)
			}
			return string(id), nil
		}
	}
	user, err := a.GetUserByUsername(bot.Username)
	switch {
	case err != nil:
		created, err := a.CreateBot(bot)
		if err != nil {
			return "", fmt.Errorf("failed to create bot: %w", err)
		}
		bot = created
	case user.IsBot:
		bot.UserId = user.Id
	default:
		a.s.log.Error("a plugin's bot has the name of an account that is no bot",
			"plugin_id", a.manifest.Id, "username", bot.Username, "user_id", user.Id)
		return user.Id, nil
	}
	if err := a.KVSet(botKey, []byte(bot.UserId)); err != nil {
		return "", fmt.Errorf("failed to set plugin key: %w", err)
	}
	return bot.UserId, nil
}

// bot finds a bot. The caller holds s.mu.
func (s *Server) bot(id string, includeDeleted bool) (*model.Bot, *model.AppError) {
	if bot := s.bots[id]; bot != nil && (bot.DeleteAt == 0 || includeDeleted) {
		return bot, nil
	}
	return nil, explain(model.MakeBotNotFoundError("SqlBotStore.Get", id))
}

// GetBot finds by the id of the bot's user.
func (a *API) GetBot(botUserID string, includeDeleted bool) (*model.Bot, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	bot, err := a.s.bot(botUserID, includeDeleted)
	if err != nil {
		return nil, err
	}
	return bot.Clone(), nil
}

// GetBots lists a page of bots, oldest first.
func (a *API) GetBots(options *model.BotGetOptions) ([]*model.Bot, *model.AppError) {
	options = orZero(options)
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.Bot{}
	for _, bot := range s.bots {
		owner := s.users[bot.OwnerId]
		if (bot.DeleteAt == 0 || options.IncludeDeleted) && (options.OwnerId == "" || bot.OwnerId == options.OwnerId) &&
			(!options.OnlyOrphaned || (owner != nil && owner.DeleteAt != 0)) {
			found = append(found, bot.Clone())
		}
	}
	slices.SortFunc(found, func(a, b *model.Bot) int {
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Username, b.Username))
	})
	return page(found, options.Page, options.PerPage), nil
}

// PatchBot changes name, display name and description of a bot and its user.
func (a *API) PatchBot(botUserID string, patch *model.BotPatch) (*model.Bot, *model.AppError) {
	const where = "PatchBot"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.bot(botUserID, true)
	if err != nil {
		return nil, err
	}
	if !old.WouldPatch(patch) {
		return old.Clone(), nil
	}
	bot := old.Clone()
	bot.Patch(patch)
	if err := bot.IsValid(); err != nil {
		return nil, explain(err)
	}
	oldUser, err := s.user(where, botUserID)
	if err != nil {
		return nil, err
	}
	user, fresh := oldUser.DeepCopy(), model.UserFromBot(bot)
	user.Username, user.Email, user.FirstName = fresh.Username, fresh.Email, fresh.FirstName
	if _, err := s.replaceUser(where, oldUser, user); err != nil {
		return nil, err
	}
	s.users[botUserID].BotDescription = bot.Description
	bot.UpdateAt = s.millis()
	s.bots[botUserID] = bot
	return bot.Clone(), nil
}

// UpdateBotActive activates or deactivates a bot and its user.
func (a *API) UpdateBotActive(botUserID string, active bool) (*model.Bot, *model.AppError) {
	s := a.s
	if err := s.setActive("PatchBot", botUserID, active); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.bot(botUserID, true)
	if err != nil {
		return nil, err
	}
	bot := old.Clone()
	if active == (bot.DeleteAt != 0) {
		bot.UpdateAt, bot.DeleteAt = s.millis(), 0
		if !active {
			bot.DeleteAt = bot.UpdateAt
		}
		s.bots[botUserID] = bot
	}
	return bot.Clone(), nil
}

// PermanentDeleteBot removes a bot and its user; that there is none is no error.
func (a *API) PermanentDeleteBot(botUserID string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.bots, botUserID)
	delete(s.users, botUserID)
	for key := range s.teamMembers {
		if key.user == botUserID {
			delete(s.teamMembers, key)
		}
	}
	for key := range s.channelMembers {
		if key.user == botUserID {
			delete(s.channelMembers, key)
		}
	}
	return nil
}
