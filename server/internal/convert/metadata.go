package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func metadataToProto(m *model.PostMetadata) *pb.PostMetadata {
	if m == nil {
		return nil
	}
	return &pb.PostMetadata{
		Embeds:           List(m.Embeds, embedToProto),
		Reactions:        List(m.Reactions, ReactionToProto),
		Files:            List(m.Files, FileInfoToProto),
		Images:           table(m.Images, imageToProto),
		Priority:         priorityToProto(m.Priority),
		Acknowledgements: List(m.Acknowledgements, acknowledgementToProto),
	}
}

// metadataOnto gives the model of a post's metadata; what the contract has no field for is as in original.
func metadataOnto(original *model.PostMetadata, m *pb.PostMetadata) *model.PostMetadata {
	if m == nil {
		return nil
	}
	metadata := &model.PostMetadata{}
	if original != nil {
		*metadata = *original
	}
	var embeds []*model.PostEmbed
	if original != nil {
		embeds = original.Embeds
	}
	metadata.Embeds = embedsOnto(embeds, m.GetEmbeds())
	metadata.Reactions = List(m.GetReactions(), ReactionFromProto)
	metadata.Files = List(m.GetFiles(), FileInfoFromProto)
	metadata.Images = table(m.GetImages(), imageFromProto)
	metadata.Priority = priorityFromProto(m.GetPriority())
	metadata.Acknowledgements = List(m.GetAcknowledgements(), acknowledgementFromProto)
	return metadata
}

// embedToProto gives the message of a model.PostEmbed. Its data (an OpenGraph description, a previewed post) crosses as
// its JSON object; data that is no object does not.
func embedToProto(e *model.PostEmbed) *pb.PostEmbed {
	if e == nil {
		return nil
	}
	return &pb.PostEmbed{Type: string(e.Type), Url: e.URL, Data: ValueToProto(e.Data).GetStructValue()}
}

// embedsOnto gives the models of embeds; one that the plugin left as it was is the one of originals.
func embedsOnto(originals []*model.PostEmbed, embeds []*pb.PostEmbed) []*model.PostEmbed {
	if embeds == nil {
		return nil
	}
	out := make([]*model.PostEmbed, 0, len(embeds))
	for i, e := range embeds {
		embed := &model.PostEmbed{Type: model.PostEmbedType(e.GetType()), URL: e.GetUrl()}
		switch {
		case i < len(originals) && sameEmbed(embedToProto(originals[i]), e):
			embed = originals[i]
		case e.GetData() != nil:
			embed.Data = StructFromProto(e.GetData())
		}
		out = append(out, embed)
	}
	return out
}

func sameEmbed(a, b *pb.PostEmbed) bool {
	if a == nil || a.GetType() != b.GetType() || a.GetUrl() != b.GetUrl() || (a.GetData() == nil) != (b.GetData() == nil) {
		return false
	}
	return a.GetData() == nil || equalStructs(a.GetData(), b.GetData())
}

func imageToProto(i *model.PostImage) *pb.PostImage {
	if i == nil {
		return nil
	}
	return &pb.PostImage{Width: int32(i.Width), Height: int32(i.Height), Format: i.Format, FrameCount: int64(i.FrameCount)}
}

func imageFromProto(i *pb.PostImage) *model.PostImage {
	if i == nil {
		return nil
	}
	return &model.PostImage{
		Width: int(i.GetWidth()), Height: int(i.GetHeight()), Format: i.GetFormat(), FrameCount: int(i.GetFrameCount()),
	}
}

func priorityToProto(p *model.PostPriority) *pb.PostPriority {
	if p == nil {
		return nil
	}
	return &pb.PostPriority{
		Priority:                pointer(p.Priority),
		RequestedAck:            pointer(p.RequestedAck),
		PersistentNotifications: pointer(p.PersistentNotifications),
	}
}

func priorityFromProto(p *pb.PostPriority) *model.PostPriority {
	if p == nil {
		return nil
	}
	return &model.PostPriority{
		Priority:                pointer(p.Priority),
		RequestedAck:            pointer(p.RequestedAck),
		PersistentNotifications: pointer(p.PersistentNotifications),
	}
}

func acknowledgementToProto(a *model.PostAcknowledgement) *pb.PostAcknowledgement {
	if a == nil {
		return nil
	}
	return &pb.PostAcknowledgement{UserId: a.UserId, PostId: a.PostId, AcknowledgedAt: a.AcknowledgedAt}
}

func acknowledgementFromProto(a *pb.PostAcknowledgement) *model.PostAcknowledgement {
	if a == nil {
		return nil
	}
	return &model.PostAcknowledgement{UserId: a.GetUserId(), PostId: a.GetPostId(), AcknowledgedAt: a.GetAcknowledgedAt()}
}
