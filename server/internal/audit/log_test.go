package audit

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/mlog"
	"github.com/stretchr/testify/require"
)

// auditLog is an API that keeps what is written to the audit log.
type auditLog struct {
	plugin.API
	mu      sync.Mutex
	records []*model.AuditRecord
	levels  []mlog.Level
	times   []time.Time
	block   chan struct{} // records wait until it is closed; nil: they do not
}

func (a *auditLog) LogAuditRecWithLevel(record *model.AuditRecord, level mlog.Level) {
	if a.block != nil {
		<-a.block
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.records = append(a.records, record)
	a.levels = append(a.levels, level)
	a.times = append(a.times, time.Now())
}

func (a *auditLog) all() []*model.AuditRecord {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.records[:len(a.records):len(a.records)]
}

// total counts the events that the records stand for.
func (a *auditLog) total() (total int) {
	for _, record := range a.all() {
		repeated, _ := record.Meta["repeated"].(int)
		total += 1 + repeated
	}
	return total
}

func newLog(api *auditLog, text io.Writer) *Log {
	return New("com.example.test", slog.New(slog.NewTextHandler(text, nil)), func() plugin.API { return api },
		func(ctx context.Context) Who {
			who, _ := ctx.Value(whoKey{}).(Who)
			return who
		})
}

type whoKey struct{}

func as(who Who) context.Context { return context.WithValue(context.Background(), whoKey{}, who) }

var denied = Entry{Event: Denied, What: "CreatePost", Failed: true, Reason: "CreatePost is not granted: the manifest does not ask for it", Code: 403}

func TestARecordSaysWhoAndWhatAndWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, text := &auditLog{}, &strings.Builder{}
		l := newLog(api, text)
		l.Record(as(Who{"ExecuteCommand", "user", "session", "request", "192.0.2.1", "browser\n\x1b[31m"}), denied)
		l.Record(as(Who{}), Entry{Event: HTTP, What: "example.com:443", Code: 200, Details: map[string]any{"http_method": "GET", "sent": 12}})
		l.Flush(t.Context())
		now := time.Now().UTC().Format(time.RFC3339Nano)
		require.Equal(t, &model.AuditRecord{
			EventName: "mmpyCallDenied",
			Status:    model.AuditStatusFail,
			EventData: model.AuditEventData{
				Parameters: map[string]any{"plugin_id": "com.example.test", "method": "CreatePost"},
				PriorState: map[string]any{}, ResultState: map[string]any{}, ObjectType: "plugin",
			},
			Actor: model.AuditEventActor{UserId: "user", SessionId: "session", Client: `browser\n\x1b[31m`, IpAddress: "192.0.2.1"},
			Meta:  map[string]any{"api_path": "", "at": now, "hook": "ExecuteCommand", "request_id": "request"},
			Error: model.AuditEventError{Description: denied.Reason, Code: 403},
		}, api.all()[0])
		require.Equal(t, &model.AuditRecord{
			EventName: "mmpyHTTPRequest",
			Status:    model.AuditStatusSuccess,
			EventData: model.AuditEventData{
				Parameters: map[string]any{
					"plugin_id": "com.example.test", "host": "example.com:443", "http_method": "GET", "sent": 12, "status_code": 200,
				},
				PriorState: map[string]any{}, ResultState: map[string]any{}, ObjectType: "plugin",
			},
			Meta: map[string]any{"api_path": "", "at": now},
		}, api.all()[1])
		require.Equal(t, []mlog.Level{mlog.LvlAuditPerms, mlog.LvlAuditAPI}, api.levels)
		require.Contains(t, text.String(), `level=WARN msg="audit: a call was denied" event=mmpyCallDenied method=CreatePost `+
			`reason="CreatePost is not granted: the manifest does not ask for it" status_code=403 hook=ExecuteCommand user_id=user`+"\n")
		require.Contains(t, text.String(), `level=INFO msg="audit: an HTTP request was made" event=mmpyHTTPRequest host=example.com:443 `+
			`status_code=200 http_method=GET sent=12`+"\n")
	})
}

func TestWhatIsRepeatedIsWrittenEveryTenSecondsAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &auditLog{}
		l := newLog(api, io.Discard)
		begin := time.Now()
		l.Record(as(Who{}), denied)
		time.Sleep(5 * time.Millisecond)
		for range 3499 { // 35 s
			l.Record(as(Who{}), denied)
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		require.Len(t, api.all(), 4, "at 0, 10, 20 and 30 s")
		for n, at := range api.times {
			require.Equal(t, time.Duration(n)*interval, at.Sub(begin))
		}
		require.Nil(t, api.all()[0].Meta["repeated"])
		require.Equal(t, 999, api.all()[1].Meta["repeated"])

		l.Flush(t.Context())
		require.Len(t, api.all(), 5, "what is left is written at the end")
		require.Equal(t, 3500, api.total(), "nothing is lost")
	})
}

func TestWhatIsLeftIsWrittenWithoutAnythingFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &auditLog{}
		l := newLog(api, io.Discard)
		for range 5 {
			l.Record(as(Who{}), denied)
			synctest.Wait()
		}
		require.Len(t, api.all(), 1)
		time.Sleep(interval + time.Millisecond)
		synctest.Wait()
		require.Len(t, api.all(), 2)
		require.Equal(t, 5, api.total())
		// The goroutine has ended: synctest would complain.
	})
}

func TestDifferentThingsAreToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &auditLog{}
		l := newLog(api, io.Discard)
		for range 10 {
			for _, e := range []Entry{
				denied,
				{Event: Denied, What: "GetConfig", Failed: true, Code: 403},
				{Event: Sensitive, What: "GetConfig"},
				{Event: Sensitive, What: "GetConfig", Failed: true, Code: 500},
				{Event: Limit, What: "memory", Failed: true},
			} {
				l.Record(as(Who{}), e)
			}
		}
		synctest.Wait()
		require.Len(t, api.all(), 5)
		l.Flush(t.Context())
		require.Equal(t, 50, api.total())
	})
}

// TestAFloodOfDifferentThingsIsBounded: in memory, and in what is written.
func TestAFloodOfDifferentThingsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &auditLog{}
		l := newLog(api, io.Discard)
		for n := range 50_000 {
			l.Record(as(Who{}), Entry{Event: HTTP, What: fmt.Sprintf("%d.example.com:443", n), Failed: true})
		}
		require.LessOrEqual(t, len(l.series), maxSeries+1)
		synctest.Wait()
		require.Len(t, api.all(), burst+1)
		time.Sleep(5*time.Second + time.Millisecond)
		synctest.Wait()
		require.Len(t, api.all(), burst+1+5*perSecond)
		l.Flush(t.Context())
		require.Equal(t, 50_000, api.total(), "nothing is lost")
		last := api.all()[len(api.all())-1]
		require.NotNil(t, last)

		time.Sleep(2 * interval)
		l.Record(as(Who{}), Entry{Event: HTTP, What: "new.example.com:443"})
		require.LessOrEqual(t, len(l.series), 2, "there is room again")
		l.Flush(t.Context())
	})
}

// TestRecordingWaitsForNobody: while Mattermost does not answer, records are counted.
func TestRecordingWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &auditLog{block: make(chan struct{})}
		l := newLog(api, io.Discard)
		for range 1000 {
			l.Record(as(Who{}), denied)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		l.Flush(ctx)
		require.Equal(t, time.Second, time.Since(begin), "the end of a plugin does not wait for good")
		close(api.block)
		time.Sleep(interval)
		synctest.Wait()
		require.Equal(t, 1000, api.total())
	})
}

func TestAnAPIThatFailsIsSaid(t *testing.T) {
	text := &strings.Builder{}
	l := New("p", slog.New(slog.NewTextHandler(text, nil)), func() plugin.API { return struct{ plugin.API }{} }, func(context.Context) Who { return Who{} })
	l.Record(t.Context(), denied)
	l.Flush(t.Context())
	require.Contains(t, text.String(), "a record cannot be written to the audit log")

	text.Reset()
	l = New("p", slog.New(slog.NewTextHandler(text, nil)), func() plugin.API { return nil }, func(context.Context) Who { return Who{} })
	l.Record(t.Context(), denied)
	l.Flush(t.Context())
	require.Contains(t, text.String(), "mmpyCallDenied", "without an API there is the log")
}

func TestNoTextOfARecordIsLong(t *testing.T) {
	api, text := &auditLog{}, &strings.Builder{}
	l := newLog(api, text)
	l.Record(t.Context(), Entry{Event: HTTP, What: strings.Repeat("h", 1<<20), Reason: strings.Repeat("r", 1<<20), Failed: true})
	l.Flush(t.Context())
	require.Less(t, text.Len(), 1000)
	require.Less(t, len(api.all()[0].Error.Description), 300)
}

func TestManyGoroutinesLoseNothing(t *testing.T) {
	api := &auditLog{}
	l := newLog(api, io.Discard)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 1000 {
				l.Record(t.Context(), Entry{Event: Sensitive, What: fmt.Sprint("method", n%3)})
				if n == 0 {
					l.Flush(t.Context())
				}
			}
		})
	}
	all.Wait()
	l.Flush(t.Context())
	require.Equal(t, 8000, api.total())
}

func BenchmarkRecord(b *testing.B) {
	l := newLog(&auditLog{}, io.Discard)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		l.Record(ctx, denied)
	}
}
