package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// OpenDialogRequestFromProto gives the model of a request to show an interactive dialog.
func OpenDialogRequestFromProto(r *pb.OpenDialogRequest) model.OpenDialogRequest {
	return model.OpenDialogRequest{
		TriggerId: r.GetTriggerId(),
		URL:       r.GetUrl(),
		Dialog: model.Dialog{
			CallbackId:       r.GetDialog().GetCallbackId(),
			Title:            r.GetDialog().GetTitle(),
			IntroductionText: r.GetDialog().GetIntroductionText(),
			IconURL:          r.GetDialog().GetIconUrl(),
			Elements:         dialogElementsFromProto(r.GetDialog().GetElements()),
			SubmitLabel:      r.GetDialog().GetSubmitLabel(),
			NotifyOnCancel:   r.GetDialog().GetNotifyOnCancel(),
			State:            r.GetDialog().GetState(),
		},
	}
}

func dialogElementsFromProto(elements []*pb.DialogElement) []model.DialogElement {
	out := make([]model.DialogElement, 0, len(elements))
	for _, e := range elements {
		out = append(out, model.DialogElement{
			DisplayName: e.GetDisplayName(),
			Name:        e.GetName(),
			Type:        e.GetType(),
			SubType:     e.GetSubtype(),
			Default:     e.GetDefault(),
			Placeholder: e.GetPlaceholder(),
			HelpText:    e.GetHelpText(),
			Optional:    e.GetOptional(),
			MinLength:   int(e.GetMinLength()),
			MaxLength:   int(e.GetMaxLength()),
			DataSource:  e.GetDataSource(),
			Options:     List(e.GetOptions(), dialogOptionFromProto),
		})
	}
	return out
}

func dialogOptionFromProto(o *pb.DialogElementOption) *model.PostActionOptions {
	return &model.PostActionOptions{Text: o.GetText(), Value: o.GetValue()}
}
