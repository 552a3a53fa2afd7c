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
		Images:           Table(m.Images, PostImageToProto),
		Priority:         PostPriorityToProto(m.Priority),
		Acknowledgements: List(m.Acknowledgements, PostAcknowledgementToProto),
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
	metadata.Images = Table(m.GetImages(), PostImageFromProto)
	metadata.Priority = PostPriorityFromProto(m.GetPriority())
	metadata.Acknowledgements = List(m.GetAcknowledgements(), PostAcknowledgementFromProto)
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
