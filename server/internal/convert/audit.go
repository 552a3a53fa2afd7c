package convert

import (
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// auditLevels are the levels that Mattermost writes audit records with.
var auditLevels = append(append([]mlog.Level{}, mlog.MLvlAuditAll...), mlog.StdAll...)

// LevelFromProto gives the log level of a name such as "audit-api"; one that is not there is "audit-api", the level of
// LogAuditRec, so that no record is lost.
func LevelFromProto(name string) mlog.Level {
	for _, level := range auditLevels {
		if level.Name == name {
			return level
		}
	}
	return mlog.LvlAuditAPI
}

// What the contract has a field for in an audit record and Mattermost's model has none goes into its Meta, by these
// names.
const (
	auditMetaAPIPath  = model.AuditKeyAPIPath
	auditMetaID       = "id"
	auditMetaCreateAt = "create_at"
	auditMetaLevel    = "level"
)

// AuditRecordFromProto gives the model of what a plugin wants in the audit log. It is never nil: Mattermost
// dereferences it.
func AuditRecordFromProto(r *pb.AuditRecord) *model.AuditRecord {
	record := &model.AuditRecord{
		EventName: r.GetEvent(),
		Status:    r.GetStatus(),
		Actor: model.AuditEventActor{
			UserId:    r.GetUserId(),
			SessionId: r.GetSessionId(),
			Client:    r.GetClient(),
			IpAddress: r.GetIpAddress(),
		},
		Meta: StructFromProto(r.GetMeta()),
	}
	for key, text := range map[string]string{auditMetaAPIPath: r.GetApiPath(), auditMetaID: r.GetId(), auditMetaLevel: r.GetLevel()} {
		if text != "" {
			record.AddMeta(key, text)
		}
	}
	if r.GetCreateAt() != 0 {
		record.AddMeta(auditMetaCreateAt, r.GetCreateAt())
	}
	return record
}
