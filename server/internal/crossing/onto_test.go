package crossing

import (
	"reflect"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mmpy/mmpy/server/internal/convert"
)

func drawPost(t *rapid.T, full bool) *model.Post {
	return Draw(t, reflect.TypeFor[model.Post](), full).(*model.Post)
}

func TestAPostThatThePluginLeftAloneIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		original := drawPost(t, true)
		original.Metadata.Images = nil // may be of more pixels than cross
		original.Metadata.Files = nil
		original.Participants = nil // may have failed to log in more often than crosses
		got := convert.PostOnto(original, convert.PostToProto(original))
		require.Empty(t, Differences(original, got))
		// Differences takes a typed value and its JSON for the same; here it has to be the very value.
		require.Equal(t, original.GetProps(), got.GetProps())
		require.Equal(t, original.Metadata.Embeds, got.Metadata.Embeds)
	})
}

func TestAPostThatThePluginChangedIsWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		original, changed := drawPost(t, false), drawPost(t, false)
		got := convert.PostOnto(original, convert.PostToProto(changed))
		require.Empty(t, Excused(Differences(changed, got)))
	})
}

func TestANumberThatThePluginChangedIsNew(t *testing.T) {
	original := &model.Post{}
	original.SetProps(model.StringInterface{"great": int64(1<<53 + 1), "other": int64(1<<53 + 1)})
	changed := convert.PostToProto(original)
	require.Len(t, changed.PropsNumbers, 2)
	changed.PropsNumbers[0].Number = "9007199254740995" // nearest to another double than the one that is there
	changed.PropsNumbers[1].Number = "9007199254740992" // nearest to the one that is there
	require.Equal(t, "great", changed.PropsNumbers[0].Path[0])
	got := convert.PostOnto(original, changed).GetProps()
	require.Equal(t, model.StringInterface{"great": float64(1 << 53), "other": int64(1 << 53)}, got)
}

func TestANumberThatADoubleHoldsNeedNotBeListed(t *testing.T) {
	original := &model.Post{}
	original.SetProps(model.StringInterface{"great": int64(1 << 60)})
	left := convert.PostToProto(original)
	left.PropsNumbers = nil
	require.Equal(t, original.GetProps(), convert.PostOnto(original, left).GetProps())
}
