package convert

import (
	"encoding/json"
	"maps"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// The users and channels that a command mentions (ids by name) are JSON objects in the older text fields.
func commandArgsUserMentionsToProto(mentions model.UserMentionMap) string {
	return mentionsToJSON(mentions)
}
func commandArgsUserMentionsFromProto(text string) model.UserMentionMap {
	return mentionsFromJSON(text)
}
func commandArgsChannelMentionsToProto(mentions model.ChannelMentionMap) string {
	return mentionsToJSON(mentions)
}
func commandArgsChannelMentionsFromProto(text string) model.ChannelMentionMap {
	return mentionsFromJSON(text)
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

// CommandResponseToProto gives the message of a model.CommandResponse. Its message attachments are in the props too, as
// they are in a post, for readers that do not know message_attachments; the contract's field "attachments" holds the
// extra responses, which is the type it has.
func CommandResponseToProto(r *model.CommandResponse) *pb.CommandResponse {
	if r == nil {
		return nil
	}
	props := map[string]any(r.Props)
	if len(r.Attachments) > 0 {
		if props = maps.Clone(props); props == nil {
			props = map[string]any{}
		}
		props[attachmentsProp] = r.Attachments
	}
	response := &pb.CommandResponse{
		ResponseType:       r.ResponseType,
		Text:               r.Text,
		Username:           r.Username,
		ChannelId:          r.ChannelId,
		IconUrl:            r.IconURL,
		Type:               r.Type,
		GotoLocation:       r.GotoLocation,
		TriggerId:          r.TriggerId,
		SkipSlackParsing:   r.SkipSlackParsing,
		Attachments:        List(r.ExtraResponses, CommandResponseToProto),
		MessageAttachments: List(r.Attachments, MessageAttachmentToProto),
	}
	response.Props, response.PropsNumbers = StructAndNumbers(props)
	return response
}

// CommandResponseFromProto is the inverse of CommandResponseToProto. Attachments that are in the props alone, or are
// others there, stay in the props, where Mattermost looks for them too.
func CommandResponseFromProto(r *pb.CommandResponse) *model.CommandResponse {
	if r == nil {
		return nil
	}
	response := &model.CommandResponse{
		ResponseType:     r.GetResponseType(),
		Text:             r.GetText(),
		Username:         r.GetUsername(),
		ChannelId:        r.GetChannelId(),
		IconURL:          r.GetIconUrl(),
		Type:             r.GetType(),
		Props:            StructFromProto(r.GetProps(), r.GetPropsNumbers()...),
		GotoLocation:     r.GetGotoLocation(),
		TriggerId:        r.GetTriggerId(),
		SkipSlackParsing: r.GetSkipSlackParsing(),
		ExtraResponses:   List(r.GetAttachments(), CommandResponseFromProto),
	}
	attachments := List(r.GetMessageAttachments(), MessageAttachmentFromProto)
	prop, inProps := r.GetProps().GetFields()[attachmentsProp]
	switch {
	case len(attachments) == 0:
	case !inProps:
		response.Attachments = attachments
	case sameAttachments(prop, attachments):
		response.Attachments = attachments
		if delete(response.Props, attachmentsProp); len(response.Props) == 0 {
			response.Props = nil
		}
	}
	return response
}

// sameAttachments says whether the prop is what a writer makes of the attachments.
func sameAttachments(prop *structpb.Value, attachments []*model.MessageAttachment) bool {
	return equalValues(ValueToProto(attachments), prop)
}
