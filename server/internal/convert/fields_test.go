package convert

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestFieldsOfOtherTypesCrossAsWhatTheyMean(t *testing.T) {
	app := &model.OAuthApp{CallbackUrls: model.StringArray{"https://a.example.com", "https://b.example.com"}}
	require.Equal(t, "https://a.example.com\nhttps://b.example.com", OAuthAppToProto(app).CallbackUrls)
	require.Equal(t, app, OAuthAppFromProto(OAuthAppToProto(app)))

	for _, home := range []bool{true, false} {
		channel := &model.SharedChannel{Home: home}
		require.Equal(t, channel, SharedChannelFromProto(SharedChannelToProto(channel)))
	}

	push := PushNotificationFromProto(&pb.PushNotification{Badge: "3", ContAva: "many"})
	require.Equal(t, &model.PushNotification{Badge: 3}, push, "what is no number is none")

	require.Equal(t, []string{"u"}, PropertyFieldSearchOptsFromProto(&pb.PropertyFieldSearchOpts{TargetId: "u"}).TargetIDs)
	require.Nil(t, PropertyValueSearchOptsFromProto(&pb.PropertyValueSearchOpts{}).TargetIDs)

	search := SearchParamsFromProto(&pb.SearchParams{ExcludedDates: []string{"2026-01-01", "2026-01-02"}})
	require.Equal(t, "2026-01-01", search.ExcludedDate)
	require.Empty(t, search.ExcludedAfterDate)
}

func TestSidebarCategoriesAreSortedByWords(t *testing.T) {
	for number, word := range sidebarSortings {
		category := &model.SidebarCategoryWithChannels{SidebarCategory: model.SidebarCategory{Sorting: word}}
		message := SidebarCategoryWithChannelsToProto(category)
		require.EqualValues(t, number, message.Sorting)
		require.Equal(t, category, SidebarCategoryWithChannelsFromProto(message))
	}
	require.Empty(t, SidebarCategoryWithChannelsFromProto(&pb.SidebarCategoryWithChannels{Sorting: 99}).Sorting)
}

func TestGroupsAreSearchedByWhatTheContractSays(t *testing.T) {
	opts := GroupSearchOptsFromProto(&pb.GroupSearchOpts{
		Q: "dev", FilterAllowReference: "true", Since: "1700000000000", PageOptsPage: 1, PageOptsPerPage: 20, Source: "custom",
	})
	require.Equal(t, &model.GroupSearchOpts{
		Q: "dev", FilterAllowReference: true, Since: 1700000000000, PageOpts: &model.PageOpts{Page: 1, PerPage: 20}, Source: "custom",
	}, opts)
	require.Equal(t, &model.GroupSearchOpts{}, GroupSearchOptsFromProto(nil))
}

func TestAuditRecordsHoldAllThatIsSaid(t *testing.T) {
	meta, err := structpb.NewStruct(map[string]any{"a": "b"})
	require.NoError(t, err)
	record := AuditRecordFromProto(&pb.AuditRecord{
		Id: "r1", CreateAt: 7, Level: "audit-api", ApiPath: "/p", Event: "e", Status: "success",
		UserId: "u", SessionId: "s", Client: "c", IpAddress: "::1", Meta: meta,
	})
	require.Equal(t, &model.AuditRecord{
		EventName: "e", Status: "success",
		Actor: model.AuditEventActor{UserId: "u", SessionId: "s", Client: "c", IpAddress: "::1"},
		Meta:  map[string]any{"a": "b", "id": "r1", "create_at": int64(7), "level": "audit-api", "api_path": "/p"},
	}, record)
	require.NotNil(t, AuditRecordFromProto(nil), "Mattermost dereferences it")

	require.Equal(t, mlog.LvlAuditContent, LevelFromProto("audit-content", nil))
	require.Equal(t, mlog.LvlError, LevelFromProto("error", nil))
	require.Equal(t, mlog.LvlAuditAPI, LevelFromProto("no such level", nil))
	own := mlog.Level{ID: 999, Name: "my-level", Stacktrace: true, Color: 31}
	require.Equal(t, own, LevelFromProto(LevelToProto(own)))
	_, exact := LevelToProto(own)
	require.Equal(t, mlog.LvlError, LevelFromProto("error", exact), "the name was changed")
}

func TestJSONTextsCrossAsValues(t *testing.T) {
	for _, text := range []string{`null`, `true`, `"a"`, `1.5`, `[1,"a",null]`, `{"a":{"b":[]}}`} {
		require.JSONEq(t, text, string(RawMessageFromProto(RawMessageToProto(json.RawMessage(text)))))
	}
	require.Nil(t, RawMessageToProto(json.RawMessage("{")))
	require.Nil(t, RawMessageFromProto(nil))
}

func TestTimesCrossAsMilliseconds(t *testing.T) {
	at := time.UnixMilli(1700000000123).UTC()
	require.Equal(t, at, TimeFromMillis(TimeToMillis(at)))
	require.Zero(t, TimeToMillis(time.Time{}))
	require.True(t, TimeFromMillis(0).IsZero())
}

func TestZeroAndNilStandForEachOther(t *testing.T) {
	require.Nil(t, NilIfZero(""))
	require.Equal(t, "a", *NilIfZero("a"))
	require.Zero(t, ZeroIfNil[int](nil))
	require.Equal(t, 7, ZeroIfNil(new(7)))
}

func TestPointersAreCopiedAndConverted(t *testing.T) {
	text := "custom"
	require.Equal(t, model.GroupSourceCustom, *TextPointer[model.GroupSource](&text))
	require.Nil(t, TextPointer[string]((*model.GroupSource)(nil)))
	number := 7
	require.EqualValues(t, 7, *NumberPointer[int64](&number))
	require.Nil(t, NumberPointer[int]((*int64)(nil)))
	require.NotSame(t, &text, Pointer(&text))
}
