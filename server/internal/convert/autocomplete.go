package convert

import (
	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// AutocompleteArgToProto gives the message of an argument of a slash command; its data is what its type asks for.
func AutocompleteArgToProto(arg *model.AutocompleteArg) *pb.AutocompleteArg {
	if arg == nil {
		return nil
	}
	m := &pb.AutocompleteArg{Name: arg.Name, HelpText: arg.HelpText, Type: string(arg.Type), Required: arg.Required}
	switch data := arg.Data.(type) {
	case nil:
	case *model.AutocompleteTextArg:
		m.Data = &pb.AutocompleteArg_Text{Text: AutocompleteTextArgToProto(data)}
	case *model.AutocompleteStaticListArg:
		m.Data = &pb.AutocompleteArg_StaticList{StaticList: AutocompleteStaticListArgToProto(data)}
	case *model.AutocompleteDynamicListArg:
		m.Data = &pb.AutocompleteArg_DynamicList{DynamicList: AutocompleteDynamicListArgToProto(data)}
	default:
		other, numbers := ValueAndNumbers(data)
		m.Data, m.OtherNumbers = &pb.AutocompleteArg_Other{Other: other}, numbers
	}
	return m
}

// AutocompleteArgFromProto is the inverse of AutocompleteArgToProto.
func AutocompleteArgFromProto(m *pb.AutocompleteArg) *model.AutocompleteArg {
	if m == nil {
		return nil
	}
	arg := &model.AutocompleteArg{
		Name: m.GetName(), HelpText: m.GetHelpText(), Type: model.AutocompleteArgType(m.GetType()), Required: m.GetRequired(),
	}
	switch data := m.GetData().(type) {
	case *pb.AutocompleteArg_Text:
		arg.Data = AutocompleteTextArgFromProto(data.Text)
	case *pb.AutocompleteArg_StaticList:
		arg.Data = AutocompleteStaticListArgFromProto(data.StaticList)
	case *pb.AutocompleteArg_DynamicList:
		arg.Data = AutocompleteDynamicListArgFromProto(data.DynamicList)
	case *pb.AutocompleteArg_Other:
		arg.Data = ValueFromProto(data.Other, m.GetOtherNumbers()...)
	}
	return arg
}
