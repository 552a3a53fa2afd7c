package memserver

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

type pluginCommand struct {
	pluginID string
	command  *model.Command
}

// RegisterCommand makes a slash command reach the plugin's ExecuteCommand, in one team or, without TeamId, in all.
// Registering a trigger again replaces it; if two plugins register the same one, the first gets it.
func (a *API) RegisterCommand(command *model.Command) error {
	command = orZero(command)
	if command.Trigger == "" {
		return errors.New("invalid command")
	}
	registered := shallow(command)
	if registered.AutocompleteData == nil {
		registered.AutocompleteData = model.NewAutocompleteData(command.Trigger, command.AutoCompleteHint, command.AutoCompleteDesc)
	} else if err := registered.AutocompleteData.IsValid(); err != nil {
		return fmt.Errorf("invalid autocomplete data in command: %w", err)
	}
	registered.Trigger = strings.ToLower(command.Trigger)
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.pluginCommands {
		if c.pluginID == a.manifest.Id && c.command.Trigger == registered.Trigger && c.command.TeamId == registered.TeamId {
			c.command = registered
			return nil
		}
	}
	s.pluginCommands = append(s.pluginCommands, &pluginCommand{a.manifest.Id, registered})
	return nil
}

// UnregisterCommand removes a trigger; that there is none is no error.
func (a *API) UnregisterCommand(teamID, trigger string) error {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pluginCommands = slices.DeleteFunc(s.pluginCommands, func(c *pluginCommand) bool {
		return c.command.TeamId == teamID && c.command.Trigger == strings.ToLower(trigger)
	})
	return nil
}

// ExecuteSlashCommand runs a command as the user in the arguments.
func (a *API) ExecuteSlashCommand(args *model.CommandArgs) (*model.CommandResponse, error) {
	args = orZero(args)
	if _, err := a.GetUser(args.UserId); err != nil {
		return nil, err
	}
	response, err := a.s.ExecuteCommand(args)
	if err != nil {
		return response, err
	}
	return response, nil
}

// ExecuteCommand runs what a person wrote into the message box, "/trigger text": the plugin's ExecuteCommand hook
// answers, and the answer is posted, as an ephemeral post unless it is for the channel.
func (s *Server) ExecuteCommand(args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	const where = "command"
	args = shallow(args)
	trigger := strings.ToLower(args.Command)
	if end := strings.IndexFunc(trigger, unicode.IsSpace); end >= 0 {
		trigger = trigger[:end]
	}
	trigger, ok := strings.CutPrefix(trigger, "/")
	if !ok {
		return nil, fail(where, "api.command.execute_command.format.app_error", http.StatusBadRequest)
	}
	s.mu.Lock()
	pluginID, command := s.findCommand(args.TeamId, trigger)
	args.SiteURL = *s.config.ServiceSettings.SiteURL
	args.TriggerId = s.NewTrigger(args.UserId)
	s.addMentions(args)
	s.mu.Unlock()
	if command == nil {
		return nil, s.noCommand(args)
	}
	type hooks interface {
		ExecuteCommand(*plugin.Context, *model.CommandArgs) (*model.CommandResponse, *model.AppError)
	}
	for _, p := range hooked[hooks](s, "ExecuteCommand") {
		if p.id != pluginID {
			continue
		}
		response, err := p.hooks.ExecuteCommand(hookContext(), args)
		if err != nil {
			if err.StatusCode < 100 || err.StatusCode > 999 {
				err.StatusCode = http.StatusInternalServerError
			}
			return nil, err
		}
		if response == nil {
			return nil, s.noCommand(args)
		}
		return response, s.postResponse(args, response)
	}
	return nil, fail("ExecutePluginCommand", "model.plugin_command.error.app_error", http.StatusInternalServerError)
}

// findCommand finds who registered a trigger. The caller holds s.mu.
func (s *Server) findCommand(teamID, trigger string) (pluginID string, command *model.Command) {
	for _, c := range s.pluginCommands {
		if c.command.Trigger == trigger && (c.command.TeamId == "" || c.command.TeamId == teamID) {
			return c.pluginID, c.command
		}
	}
	return "", nil
}

// noCommand is the error for a command nobody answered: a server looks for the team, the user and the channel first.
func (s *Server) noCommand(args *model.CommandArgs) *model.AppError {
	const where = "tryExecuteCustomCommand"
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.team(where, args.TeamId); err != nil {
		return err
	}
	if _, err := s.user(where, args.UserId); err != nil {
		return err
	}
	if _, err := s.channel(where, args.ChannelId); err != nil {
		return err
	}
	return fail("command", "api.command.execute_command.not_found.app_error", http.StatusNotFound)
}

var atMention = regexp.MustCompile(`\B@[[:alnum:]][[:alnum:].\-_]*`)

// addMentions resolves the names of team members and public channels in a command. The caller holds s.mu.
func (s *Server) addMentions(args *model.CommandArgs) {
	for _, mention := range atMention.FindAllString(args.Command, -1) {
		for name := strings.ToLower(mention[1:]); name != ""; name = name[:len(name)-1] {
			for _, user := range s.users {
				if user.Username == name && s.inTeam(args.TeamId, user.Id) {
					args.AddUserMention(name, user.Id)
				}
			}
			if !strings.ContainsRune(".-_", rune(name[len(name)-1])) {
				break
			}
		}
	}
	for _, name := range model.ChannelMentions(args.Command) {
		if channel := s.channelByName(args.TeamId, name); channel != nil && channel.IsOpen() && channel.DeleteAt == 0 {
			args.AddChannelMention(name, channel.Id)
		}
	}
}

// postResponse posts a command's response and the further ones in it. It tries them all.
func (s *Server) postResponse(args *model.CommandArgs, response *model.CommandResponse) *model.AppError {
	var failed *model.AppError
	for _, part := range append([]*model.CommandResponse{response}, response.ExtraResponses...) {
		if err := s.postOneResponse(args, part); err != nil {
			failed = fail("command", "api.command.execute_command.create_post_failed.app_error", http.StatusInternalServerError)
		}
	}
	return failed
}

func (s *Server) postOneResponse(args *model.CommandArgs, response *model.CommandResponse) *model.AppError {
	post := &model.Post{ChannelId: args.ChannelId, RootId: args.RootId, UserId: args.UserId, Type: response.Type, Message: response.Text}
	post.SetProps(response.Props)
	if response.ChannelId != "" {
		s.mu.Lock()
		_, err := s.channelMember("GetChannelMember", response.ChannelId, args.UserId)
		s.mu.Unlock()
		if err != nil {
			return fail("HandleCommandResponsePost", "api.command.command_post.forbidden.app_error", http.StatusForbidden)
		}
		post.ChannelId = response.ChannelId
	}
	if strings.HasPrefix(post.Type, model.PostSystemMessagePrefix) {
		return fail("CreateCommandPost", "api.context.invalid_param.app_error", http.StatusBadRequest)
	}
	if response.Attachments != nil {
		model.ParseMessageAttachment(post, response.Attachments)
	}
	switch response.ResponseType {
	case model.CommandResponseTypeInChannel:
		_, err := s.createPost(post)
		return err
	case "", model.CommandResponseTypeEphemeral:
		if response.Text != "" || response.Attachments != nil {
			s.sendEphemeral(args.UserId, post)
		}
	}
	return nil
}
