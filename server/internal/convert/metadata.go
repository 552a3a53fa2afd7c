package convert

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// PostMetadataToProto gives the message of a model.PostMetadata.
func PostMetadataToProto(m *model.PostMetadata) *pb.PostMetadata {
	if m == nil {
		return nil
	}
	return &pb.PostMetadata{
		Embeds:            List(m.Embeds, PostEmbedToProto),
		Reactions:         List(m.Reactions, ReactionToProto),
		Files:             List(m.Files, FileInfoToProto),
		Images:            Table(m.Images, PostImageToProto),
		Priority:          PostPriorityToProto(m.Priority),
		Acknowledgements:  List(m.Acknowledgements, PostAcknowledgementToProto),
		Emojis:            List(m.Emojis, PostEmojiToProto),
		RedactedFileCount: int64(m.RedactedFileCount),
		Translations:      Table(m.Translations, PostTranslationToProto),
		ExpireAt:          m.ExpireAt,
		Recipients:        m.Recipients,
	}
}

// PostMetadataFromProto is the inverse of PostMetadataToProto.
func PostMetadataFromProto(m *pb.PostMetadata) *model.PostMetadata {
	return metadataOnto(nil, m)
}

// metadataOnto gives the model of a post's metadata; an embed that the plugin left alone is the one of original.
func metadataOnto(original *model.PostMetadata, m *pb.PostMetadata) *model.PostMetadata {
	if m == nil {
		return nil
	}
	var embeds []*model.PostEmbed
	if original != nil {
		embeds = original.Embeds
	}
	return &model.PostMetadata{
		Embeds:            embedsOnto(embeds, m.GetEmbeds()),
		Reactions:         List(m.GetReactions(), ReactionFromProto),
		Files:             List(m.GetFiles(), FileInfoFromProto),
		Images:            Table(m.GetImages(), PostImageFromProto),
		Priority:          PostPriorityFromProto(m.GetPriority()),
		Acknowledgements:  List(m.GetAcknowledgements(), PostAcknowledgementFromProto),
		Emojis:            List(m.GetEmojis(), PostEmojiFromProto),
		RedactedFileCount: int(m.GetRedactedFileCount()),
		Translations:      Table(m.GetTranslations(), PostTranslationFromProto),
		ExpireAt:          m.GetExpireAt(),
		Recipients:        slices.Clone(m.GetRecipients()),
	}
}

// PostEmbedToProto gives the message of a model.PostEmbed. Its data (an OpenGraph description, a previewed post) crosses
// as its JSON object, and what is no object as its companion.
func PostEmbedToProto(e *model.PostEmbed) *pb.PostEmbed {
	if e == nil {
		return nil
	}
	embed := &pb.PostEmbed{Type: string(e.Type), Url: e.URL}
	if e.Data == nil {
		return embed
	}
	var data *structpb.Value
	data, embed.DataNumbers = ValueAndNumbers(e.Data)
	if embed.Data = data.GetStructValue(); embed.Data == nil {
		embed.DataExact = data
	}
	return embed
}

// PostEmbedFromProto is the inverse of PostEmbedToProto.
func PostEmbedFromProto(e *pb.PostEmbed) *model.PostEmbed {
	if e == nil {
		return nil
	}
	embed := &model.PostEmbed{Type: model.PostEmbedType(e.GetType()), URL: e.GetUrl()}
	switch {
	case e.GetData() != nil:
		embed.Data = StructFromProto(e.GetData(), e.GetDataNumbers()...)
	case e.GetDataExact() != nil:
		embed.Data = ValueFromProto(e.GetDataExact(), e.GetDataNumbers()...)
	}
	return embed
}

// embedsOnto gives the models of embeds; one that the plugin left as it was is the one of originals.
func embedsOnto(originals []*model.PostEmbed, embeds []*pb.PostEmbed) []*model.PostEmbed {
	if embeds == nil {
		return nil
	}
	out := make([]*model.PostEmbed, 0, len(embeds))
	for i, e := range embeds {
		if i < len(originals) && sameEmbed(PostEmbedToProto(originals[i]), e) {
			out = append(out, originals[i])
			continue
		}
		if embed := PostEmbedFromProto(e); embed != nil {
			out = append(out, embed)
		}
	}
	return out
}

func sameEmbed(a, b *pb.PostEmbed) bool {
	return a != nil && a.GetType() == b.GetType() && a.GetUrl() == b.GetUrl() &&
		(a.GetData() == nil) == (b.GetData() == nil) && equalStructs(a.GetData(), b.GetData()) &&
		sameJSON(a.GetDataExact(), b.GetDataExact()) &&
		sameNumbers(a.GetDataNumbers(), ordered(slices.Clone(b.GetDataNumbers())))
}
