package memserver

import (
	"bytes"
	"cmp"
	"image"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// AddEmoji adds a custom emoji, as a person does: plugins cannot. The image is not looked at.
func (s *Server) AddEmoji(emoji *model.Emoji, image []byte) (*model.Emoji, *model.AppError) {
	const where = "CreateEmoji"
	s.mu.Lock()
	defer s.mu.Unlock()
	emoji = shallow(emoji)
	emoji.Id = ""
	emoji.PreSave()
	emoji.CreateAt = s.millis()
	emoji.UpdateAt, emoji.DeleteAt = emoji.CreateAt, 0
	if err := emoji.IsValid(); err != nil {
		return nil, explain(err)
	}
	if s.emojiByName(emoji.Name) != nil {
		return nil, fail(where, "api.emoji.create.duplicate.app_error", http.StatusBadRequest)
	}
	s.emoji[emoji.Id] = emoji
	s.writeFile(emojiImagePath(emoji.Id), image)
	return shallow(emoji), nil
}

// emojiByName needs s.mu.
func (s *Server) emojiByName(name string) *model.Emoji {
	for _, emoji := range s.emoji {
		if emoji.Name == name {
			return emoji
		}
	}
	return nil
}

// knowsEmoji tells whether Mattermost or the server has an emoji of this name. The caller holds s.mu.
func (s *Server) knowsEmoji(name string) bool {
	_, known := model.GetSystemEmojiId(name)
	return known || s.emojiByName(name) != nil
}

// GetEmojiList lists a page of the custom emoji, by name if sortBy is "name", else by time.
func (a *API) GetEmojiList(sortBy string, number, perPage int) ([]*model.Emoji, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []*model.Emoji{}
	for _, emoji := range s.emoji {
		list = append(list, shallow(emoji))
	}
	slices.SortFunc(list, func(a, b *model.Emoji) int {
		if sortBy == "name" {
			return cmp.Compare(a.Name, b.Name)
		}
		return cmp.Or(cmp.Compare(a.CreateAt, b.CreateAt), cmp.Compare(a.Id, b.Id))
	})
	return page(list, number, perPage), nil
}

// GetEmoji finds a custom emoji by id.
func (a *API) GetEmoji(emojiID string) (*model.Emoji, *model.AppError) {
	return a.getEmoji("GetEmoji", "app.emoji.get.no_result", func(emoji *model.Emoji) bool { return emoji.Id == emojiID })
}

// GetEmojiByName finds a custom emoji by name, without the colons.
func (a *API) GetEmojiByName(name string) (*model.Emoji, *model.AppError) {
	return a.getEmoji("GetEmojiByName", "app.emoji.get_by_name.no_result", func(emoji *model.Emoji) bool { return emoji.Name == name })
}

func (a *API) getEmoji(where, missing string, matches func(*model.Emoji) bool) (*model.Emoji, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if !*s.config.ServiceSettings.EnableCustomEmoji {
		return nil, fail(where, "api.emoji.disabled.app_error", http.StatusForbidden)
	}
	for _, emoji := range s.emoji {
		if matches(emoji) {
			return shallow(emoji), nil
		}
	}
	return nil, fail(where, missing, http.StatusNotFound)
}

// GetEmojiImage returns the image of a custom emoji and its format: "png", "gif" or "jpeg".
func (a *API) GetEmojiImage(emojiID string) ([]byte, string, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.emoji[emojiID] == nil {
		return nil, "", fail("GetEmojiImage", "app.emoji.get.no_result", http.StatusNotFound)
	}
	data, err := s.readFile(emojiImagePath(emojiID))
	if err != nil {
		return nil, "", fail("getEmojiImage", "api.emoji.get_image.read.app_error", http.StatusNotFound)
	}
	_, format, decodeErr := image.DecodeConfig(bytes.NewReader(data))
	if decodeErr != nil {
		return nil, "", model.NewAppError("getEmojiImage", "api.emoji.get_image.decode.app_error", nil, "", http.StatusInternalServerError).Wrap(decodeErr)
	}
	return data, format, nil
}
