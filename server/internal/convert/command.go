package convert

import (
	"encoding/json"
	"maps"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// CommandArgsToProto gives the message of a model.CommandArgs. The mentioned users and channels (ids by name) cross as
// JSON objects in the text fields that the contract has for them.
func CommandArgsToProto(a *model.CommandArgs) *pb.CommandArgs {
	if a == nil {
		return nil
	}
	return &pb.CommandArgs{
		UserId:         a.UserId,
		ChannelId:      a.ChannelId,
		TeamId:         a.TeamId,
		RootId:         a.RootId,
		ParentId:       a.ParentId,
		TriggerId:      a.TriggerId,
		Command:        a.Command,
		SiteUrl:        a.SiteURL,
		UserMention:    mentionsToJSON(a.UserMentions),
		ChannelMention: mentionsToJSON(a.ChannelMentions),
	}
}

// CommandArgsFromProto is the inverse of CommandArgsToProto.
func CommandArgsFromProto(a *pb.CommandArgs) *model.CommandArgs {
	if a == nil {
		return nil
	}
	return &model.CommandArgs{
		UserId:          a.GetUserId(),
		ChannelId:       a.GetChannelId(),
		TeamId:          a.GetTeamId(),
		RootId:          a.GetRootId(),
		ParentId:        a.GetParentId(),
		TriggerId:       a.GetTriggerId(),
		Command:         a.GetCommand(),
		SiteURL:         a.GetSiteUrl(),
		UserMentions:    mentionsFromJSON(a.GetUserMention()),
		ChannelMentions: mentionsFromJSON(a.GetChannelMention()),
	}
}

func mentionsToJSON(mentions map[string]string) string {
	if len(mentions) == 0 {
		return ""
	}
	text, _ := json.Marshal(mentions) // strings always have JSON
	return string(text)
}

func mentionsFromJSON(text string) map[string]string {
	var mentions map[string]string
	if json.Unmarshal([]byte(text), &mentions) != nil {
		return nil
	}
	return mentions
}

// attachmentsProp is where Mattermost keeps a message's attachments among its props.
const attachmentsProp = "attachments"

// CommandResponseToProto gives the message of a model.CommandResponse. Its message attachments are in the props, as
// they are in a post; the contract's field "attachments" holds the extra responses, which is the type it has.
func CommandResponseToProto(r *model.CommandResponse) *pb.CommandResponse {
	if r == nil {
		return nil
	}
	props := StructToProto(r.Props)
	if len(r.Attachments) > 0 {
		all := maps.Clone(map[string]any(r.Props))
		if all == nil {
			all = map[string]any{}
		}
		all[attachmentsProp] = r.Attachments
		props = StructToProto(all)
	}
	return &pb.CommandResponse{
		ResponseType:     r.ResponseType,
		Text:             r.Text,
		Username:         r.Username,
		ChannelId:        r.ChannelId,
		IconUrl:          r.IconURL,
		Type:             r.Type,
		Props:            props,
		GotoLocation:     r.GotoLocation,
		TriggerId:        r.TriggerId,
		SkipSlackParsing: r.SkipSlackParsing,
		Attachments:      List(r.ExtraResponses, CommandResponseToProto),
	}
}

// CommandResponseFromProto is the inverse of CommandResponseToProto; message attachments stay in the props, where
// Mattermost looks for them too.
func CommandResponseFromProto(r *pb.CommandResponse) *model.CommandResponse {
	if r == nil {
		return nil
	}
	return &model.CommandResponse{
		ResponseType:     r.GetResponseType(),
		Text:             r.GetText(),
		Username:         r.GetUsername(),
		ChannelId:        r.GetChannelId(),
		IconURL:          r.GetIconUrl(),
		Type:             r.GetType(),
		Props:            StructFromProto(r.GetProps()),
		GotoLocation:     r.GetGotoLocation(),
		TriggerId:        r.GetTriggerId(),
		SkipSlackParsing: r.GetSkipSlackParsing(),
		ExtraResponses:   List(r.GetAttachments(), CommandResponseFromProto),
	}
}
