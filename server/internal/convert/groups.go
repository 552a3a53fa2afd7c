package convert

import (
	"strconv"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// GroupSearchOptsFromProto gives the model of which groups are wanted. The contract has text for a flag and for a time
// (milliseconds since 1970), and flags for what Mattermost wants an id for: those do not cross.
func GroupSearchOptsFromProto(o *pb.GroupSearchOpts) *model.GroupSearchOpts {
	opts := &model.GroupSearchOpts{
		Q:                         o.GetQ(),
		IncludeMemberCount:        o.GetIncludeMemberCount() || o.GetIncludeTotalMemberCount(),
		FilterAllowReference:      flag(o.GetFilterAllowReference()),
		FilterParentTeamPermitted: o.GetFilterParentTeamPermitted(),
		FilterArchived:            o.GetFilterArchived(),
		Since:                     number[int64](o.GetSince()),
		Source:                    model.GroupSource(o.GetSource()),
		IncludeTimezones:          o.GetIncludeTimezones(),
	}
	if o.GetPageOptsPerPage() != 0 {
		opts.PageOpts = &model.PageOpts{Page: int(o.GetPageOptsPage()), PerPage: int(o.GetPageOptsPerPage())}
	}
	return opts
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
