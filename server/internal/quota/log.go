package quota

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/internal/grant"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/metrics"
)

// MaySay counts lines that the plugin logs, and bytes of them; false: they are to be left out.
func (q *Quota) MaySay(lines, bytes int) bool {
	now := metrics.Now()
	switch {
	case lines > 0 && !q.lines.Take(now, lines):
		q.left.Add(1)
		q.fired(context.Background(), grant.LimitLogLines, "lines of the log were left out")
		return false
	case bytes > 0 && !q.bytes.Take(now, bytes):
		q.left.Add(1)
		q.fired(context.Background(), grant.LimitLogBytes, "output or lines of the log were left out")
		return false
	}
	return true
}

// LeftOut is how often something was left out since it was last asked. It costs next to nothing where nothing was.
func (q *Quota) LeftOut() int64 {
	if q.left.Load() == 0 {
		return 0
	}
	return q.left.Swap(0)
}

// log counts a record of one of the API's methods for the log, and cuts it where it is too long.
func (q *Quota) log(ctx context.Context, request proto.Message, length int) bool {
	if !q.MaySay(1, length) {
		return false
	}
	if int64(length) <= q.limits.LogLine {
		return true
	}
	q.fired(ctx, grant.LimitLogLine, fmt.Sprintf("a record of %d bytes", length))
	most := int(q.limits.LogLine)
	switch r := request.(type) {
	case *pb.LogDebugRequest:
		r.Msg, r.KeyValuePairs = cut(r.Msg, most, length), nil
	case *pb.LogInfoRequest:
		r.Msg, r.KeyValuePairs = cut(r.Msg, most, length), nil
	case *pb.LogWarnRequest:
		r.Msg, r.KeyValuePairs = cut(r.Msg, most, length), nil
	case *pb.LogErrorRequest:
		r.Msg, r.KeyValuePairs = cut(r.Msg, most, length), nil
	}
	return true
}

// cut makes a message of a record that is too long.
func cut(message string, most, length int) string {
	message = message[:min(len(message), most)]
	return fmt.Sprintf("%s… (%d more bytes)", strings.ToValidUTF8(message, "\uFFFD"), length-len(message))
}
