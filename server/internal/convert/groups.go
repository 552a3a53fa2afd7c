package convert

import (
	"strconv"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// GroupSearchOptsToProto gives the message of which groups are wanted. The older fields have text for a flag and for a
// time (milliseconds since 1970), and flags for what Mattermost wants an id for.
func GroupSearchOptsToProto(o *model.GroupSearchOpts) *pb.GroupSearchOpts {
	if o == nil {
		return nil
	}
	opts := &pb.GroupSearchOpts{
		Q:                              o.Q,
		NotAssociatedToTeam:            o.NotAssociatedToTeam,
		NotAssociatedToChannel:         o.NotAssociatedToChannel,
		IncludeMemberCount:             o.IncludeMemberCount,
		FilterAllowReference:           truth(o.FilterAllowReference),
		PageOpts:                       PageOptsToProto(o.PageOpts),
		Since:                          decimal(o.Since),
		Source:                         string(o.Source),
		FilterParentTeamPermitted:      o.FilterParentTeamPermitted,
		FilterHasMember:                o.FilterHasMember != "",
		FilterHasMemberExact:           NilIfZero(o.FilterHasMember),
		IncludeChannelMemberCount:      o.IncludeChannelMemberCount != "",
		IncludeChannelMemberCountExact: NilIfZero(o.IncludeChannelMemberCount),
		IncludeTimezones:               o.IncludeTimezones,
		IncludeMemberIds:               o.IncludeMemberIDs,
		IncludeArchived:                o.IncludeArchived,
		FilterArchived:                 o.FilterArchived,
		OnlySyncableSources:            o.OnlySyncableSources,
	}
	if o.PageOpts != nil {
		opts.PageOptsPage, opts.PageOptsPerPage = Int32(o.PageOpts.Page), Int32(o.PageOpts.PerPage)
	}
	return opts
}

// GroupSearchOptsFromProto is the inverse of GroupSearchOptsToProto. A flag where Mattermost wants an id says nothing.
func GroupSearchOptsFromProto(o *pb.GroupSearchOpts) *model.GroupSearchOpts {
	return &model.GroupSearchOpts{
		Q:                         o.GetQ(),
		NotAssociatedToTeam:       o.GetNotAssociatedToTeam(),
		NotAssociatedToChannel:    o.GetNotAssociatedToChannel(),
		IncludeMemberCount:        o.GetIncludeMemberCount() || o.GetIncludeTotalMemberCount(),
		FilterAllowReference:      ExactOrAlone(o.GetFilterAllowReferenceExact(), true, o.GetFilterAllowReference(), truth, flag),
		PageOpts:                  groupPage(o),
		Since:                     ExactOrAlone(o.GetSinceExact() != 0, o.GetSinceExact(), o.GetSince(), decimal[int64], number[int64]),
		Source:                    model.GroupSource(o.GetSource()),
		FilterParentTeamPermitted: o.GetFilterParentTeamPermitted(),
		FilterHasMember:           o.GetFilterHasMemberExact(),
		IncludeChannelMemberCount: o.GetIncludeChannelMemberCountExact(),
		IncludeTimezones:          o.GetIncludeTimezones(),
		IncludeMemberIDs:          o.GetIncludeMemberIds(),
		IncludeArchived:           o.GetIncludeArchived(),
		FilterArchived:            o.GetFilterArchived(),
		OnlySyncableSources:       o.GetOnlySyncableSources(),
	}
}

// groupPage gives the page that is wanted: page_opts, unless the older fields say another one.
func groupPage(o *pb.GroupSearchOpts) *model.PageOpts {
	exact := PageOptsFromProto(o.GetPageOpts())
	page, perPage := o.GetPageOptsPage(), o.GetPageOptsPerPage()
	if perPage == 0 || exact != nil && Int32(exact.Page) == page && Int32(exact.PerPage) == perPage {
		return exact
	}
	return &model.PageOpts{Page: int(page), PerPage: int(perPage)}
}

// truth writes a flag as the contract has it in text: "true", or nothing.
func truth(value bool) string {
	if value {
		return "true"
	}
	return ""
}

// decimal writes a number as text: nothing for 0.
func decimal[N int | int64](value N) string {
	if value == 0 {
		return ""
	}
	return strconv.FormatInt(int64(value), 10)
}

// flag reads a flag that the contract has as text: "true" is true, and so is "1".
func flag(text string) bool {
	value, err := strconv.ParseBool(text)
	return err == nil && value
}

// number reads a number that the contract has as text; 0 where it is none.
func number[N int | int64](text string) N {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return N(value)
}
