package main

import (
	"fmt"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/spelling"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// findHook finds a hook by its name.
func findHook(name string) (abi.Hook, error) {
	hook, ok := abi.HookByName(name)
	if !ok {
		return 0, usage("there is no hook %s; %s", name, likeHook(name))
	}
	return hook, nil
}

// likeHook proposes the hook whose name is nearest to one that doesn't exist; MessageWillBePosted may be written as
// message_will_be_posted.
func likeHook(name string) string {
	names := make([]string, len(abi.Hooks))
	for i, info := range abi.Hooks {
		names[i] = info.Name
	}
	nearest := spelling.Nearest(name, names)
	if nearest == "" {
		return "hooks are named as in OnActivate, MessageWillBePosted and ExecuteCommand"
	}
	return "do you mean " + nearest + "?"
}

// newRequest reads a hook's request from protobuf JSON.
func newRequest(hook abi.Hook, text string) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(hook.Info().Request))
	if err != nil {
		return nil, fmt.Errorf("hook %s: %w", hook, err)
	}
	request := kind.New().Interface()
	if err := protojson.Unmarshal([]byte(text), request); err != nil {
		reason := strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\u00a0", " "), "proto:"))
		return nil, usage("the request of %s: %s; its fields are: %s", hook, reason, strings.Join(fieldNames(kind.Descriptor()), ", "))
	}
	return request, nil
}

func fieldNames(message protoreflect.MessageDescriptor) []string {
	fields := message.Fields()
	names := make([]string, fields.Len())
	for i := range names {
		names[i] = string(fields.Get(i).Name())
	}
	return names
}

// complete fills in what the caller left out and a hook can count on: a post has an author and a channel, a command
// a team, all of them those that the in-memory Mattermost has.
func (p *playground) complete(request proto.Message) error {
	message := request.ProtoReflect()
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.Message() == nil || field.IsList() || field.IsMap() {
			continue
		}
		var err error
		switch part := message.Get(field).Message().Interface().(type) {
		case *pb.PluginContext, *pb.CommandArgs:
			p.fill(message.Mutable(field).Message().Interface())
		case *pb.Post:
			part = message.Mutable(field).Message().Interface().(*pb.Post)
			p.fill(part)
			if strings.Contains(string(message.Descriptor().Name()), "HasBeen") && part.Id == "" {
				err = p.store(part)
			}
		default:
			if message.Has(field) {
				p.fill(message.Mutable(field).Message().Interface())
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fill sets the empty fields of a message that have these names.
func (p *playground) fill(part proto.Message) {
	home := p.mattermost.Home()
	message := part.ProtoReflect()
	for name, text := range map[protoreflect.Name]string{
		"user_id": home.Bob.Id, "channel_id": home.Project.Id, "team_id": home.Team.Id,
		"request_id": model.NewId(), "site_url": "http://localhost:8065",
	} {
		field := message.Descriptor().Fields().ByName(name)
		if field != nil && field.Kind() == protoreflect.StringKind && !field.IsList() && message.Get(field).String() == "" {
			message.Set(field, protoreflect.ValueOfString(text))
		}
	}
}

// store makes a post that has been posted one that can be found. No hooks are attached yet.
func (p *playground) store(post *pb.Post) error {
	stored, err := p.mattermost.CreatePost(&model.Post{
		UserId: post.UserId, ChannelId: post.ChannelId, RootId: post.RootId, Message: post.Message,
	})
	if err != nil {
		return usage("the post in the request: %w", err)
	}
	post.Id, post.CreateAt, post.UpdateAt = stored.Id, stored.CreateAt, stored.UpdateAt
	return nil
}
