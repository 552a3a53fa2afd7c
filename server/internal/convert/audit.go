package convert

import (
	"maps"
	"math"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/shared/mlog"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// auditLevels are the levels that Mattermost writes audit records with.
var auditLevels = append(append([]mlog.Level{}, mlog.MLvlAuditAll...), mlog.StdAll...)

// LevelFromProto gives the log level of a name such as "audit-api", or the one that is described exactly; a name that is
// not there is "audit-api", the level of LogAuditRec, so that no record is lost.
func LevelFromProto(name string, exact *pb.LogLevel) mlog.Level {
	if exact != nil && exact.GetName() == name {
		level := mlog.Level{Name: name, Stacktrace: exact.GetStacktrace()}
		set(&level.ID, exact.GetId())
		set(&level.Color, min(exact.GetColor(), math.MaxUint8))
		return level
	}
	for _, level := range auditLevels {
		if level.Name == name {
			return level
		}
	}
	return mlog.LvlAuditAPI
}

// set sets a number of a level, whose type package mlog does not name.
func set[Number ~uint | ~uint8](number *Number, to uint32) { *number = Number(to) }

// LevelToProto gives the name of a level and the whole of it.
func LevelToProto(level mlog.Level) (string, *pb.LogLevel) {
	return level.Name, &pb.LogLevel{
		Id: uint32(level.ID), Name: level.Name, Stacktrace: level.Stacktrace, Color: uint32(level.Color),
	}
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
		EventData: ZeroIfNil(AuditEventDataFromProto(r.GetEventData())),
		Actor: model.AuditEventActor{
			UserId:        r.GetUserId(),
			SessionId:     r.GetSessionId(),
			Client:        r.GetClient(),
			IpAddress:     r.GetIpAddress(),
			XForwardedFor: r.GetXForwardedFor(),
		},
		Meta:  StructFromProto(r.GetMeta(), r.GetMetaNumbers()...),
		Error: ZeroIfNil(AuditEventErrorFromProto(r.GetError())),
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

// AuditRecordToProto is the inverse of AuditRecordFromProto: what is in Meta by the names above is in fields again.
func AuditRecordToProto(r *model.AuditRecord) *pb.AuditRecord {
	if r == nil {
		return nil
	}
	record := &pb.AuditRecord{
		Event:         r.EventName,
		Status:        r.Status,
		EventData:     AuditEventDataToProto(&r.EventData),
		UserId:        r.Actor.UserId,
		SessionId:     r.Actor.SessionId,
		Client:        r.Actor.Client,
		IpAddress:     r.Actor.IpAddress,
		XForwardedFor: r.Actor.XForwardedFor,
		Error:         AuditEventErrorToProto(&r.Error),
	}
	meta := maps.Clone(r.Meta)
	for key, field := range map[string]*string{auditMetaAPIPath: &record.ApiPath, auditMetaID: &record.Id, auditMetaLevel: &record.Level} {
		if text, ok := meta[key].(string); ok {
			*field = text
			delete(meta, key)
		}
	}
	if at, ok := meta[auditMetaCreateAt].(int64); ok {
		record.CreateAt = at
		delete(meta, auditMetaCreateAt)
	}
	record.Meta, record.MetaNumbers = StructAndNumbers(meta)
	return record
}
