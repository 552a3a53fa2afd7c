package memserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

var (
	errRemoteMismatch  = errors.New("remote id mismatch")
	errChannelMismatch = errors.New("channel id mismatch")
)

// ownRemote finds one of the plugin's remotes.
func (a *API) ownRemote(remoteID string) (*model.RemoteCluster, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	remote := a.s.remote(remoteID)
	if remote == nil || remote.PluginID != a.manifest.Id {
		return nil, notFound("RemoteCluster", remoteID)
	}
	return remote, nil
}

// sharedWith refuses channels to which the remote is not invited.
func (s *Server) sharedWith(channelID, remoteID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels[channelID] == nil {
		return fmt.Errorf("channel not found processing sync message: %w", notFound("Channel", channelID))
	}
	if _, invited := s.sharing.invited[remoteKey{channelID, remoteID}]; !invited {
		return fmt.Errorf("cannot process sync message; %w: %s", model.ErrChannelNotShared, channelID)
	}
	return nil
}

// ReceiveSharedChannelSyncMsg takes what happened at one of the plugin's remotes: users, posts, reactions, statuses and
// memberships. What cannot be taken is listed in the response. Acknowledgements of posts are not kept here.
func (a *API) ReceiveSharedChannelSyncMsg(remoteID string, message *model.SyncMsg) (model.SyncResponse, error) {
	s := a.s
	message = orZero(message)
	response := model.SyncResponse{UserErrors: []string{}, UsersSyncd: []string{}, PostErrors: []string{}, ReactionErrors: []string{}, AcknowledgementErrors: []string{}}
	remote, err := a.ownRemote(remoteID)
	if err != nil {
		return response, err
	}
	if message.ChannelId != "" {
		err = s.sharedWith(message.ChannelId, remoteID)
	} else if len(message.Posts)+len(message.Reactions)+len(message.Statuses) > 0 {
		err = errors.New("global user sync message should not contain posts, reactions or statuses")
	}
	if err != nil {
		return response, err
	}
	failed := func(list *[]string, id string, err error) {
		s.log.Error("could not take a part of a message about a shared channel", "remote", remote.Name, "id", id, "error", err)
		*list = append(*list, id)
	}
	for id, user := range message.Users {
		if err := a.receiveUser(remote, message.ChannelId, user); err != nil {
			failed(&response.UserErrors, id, err)
			continue
		}
		response.UsersSyncd = append(response.UsersSyncd, user.Id)
		response.UsersLastUpdateAt = max(response.UsersLastUpdateAt, user.UpdateAt)
	}
	for _, post := range message.Posts {
		saved, err := a.receivePost(remote, message.ChannelId, orZero(post))
		if err != nil {
			failed(&response.PostErrors, orZero(post).Id, err)
			continue
		}
		response.PostsLastUpdateAt = max(response.PostsLastUpdateAt, saved.UpdateAt)
	}
	for _, reaction := range message.Reactions {
		if err := a.receiveReaction(remote, message.ChannelId, orZero(reaction)); err != nil {
			failed(&response.ReactionErrors, orZero(reaction).PostId, err)
			continue
		}
		response.ReactionsLastUpdateAt = max(response.ReactionsLastUpdateAt, reaction.UpdateAt)
	}
	for _, status := range message.Statuses {
		status = orZero(status)
		if err := s.fromRemote(remote, status.UserId); err != nil {
			failed(&response.StatusErrors, status.UserId, err)
			continue
		}
		s.mu.Lock()
		s.statuses[status.UserId] = shallow(status)
		s.mu.Unlock()
	}
	for _, change := range message.MembershipChanges {
		change = orZero(change)
		if err := a.receiveMembership(remote, message.ChannelId, change); err != nil {
			failed(&response.MembershipErrors, change.UserId, err)
		}
	}
	for _, acknowledgement := range message.Acknowledgements {
		failed(&response.AcknowledgementErrors, orZero(acknowledgement).PostId, unsupported("acknowledgements of posts"))
	}
	return response, nil
}

// fromRemote refuses users that are not the remote's.
func (s *Server) fromRemote(remote *model.RemoteCluster, userID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.users[userID]
	if user == nil {
		return notFound("User", userID)
	}
	if user.GetRemoteID() != remote.RemoteId {
		return errRemoteMismatch
	}
	return nil
}

// receiveUser makes or changes a user of the remote, whose name gets that of the remote, and puts it into the channel.
func (a *API) receiveUser(remote *model.RemoteCluster, channelID string, user *model.User) error {
	if user == nil {
		return errors.New("there is no user")
	}
	s := a.s
	user = user.DeepCopy()
	name, address := user.Username, user.Email
	s.mu.Lock()
	old := s.users[user.Id]
	if old != nil && old.GetRemoteID() != remote.RemoteId {
		s.mu.Unlock()
		return errRemoteMismatch
	}
	user.RemoteId = &remote.RemoteId
	user.Roles, user.AuthData, user.AuthService, user.NotifyProps = model.SystemUserRoleId, nil, "", model.StringMap{}
	user.SetProp(model.UserPropsKeyRemoteUsername, name)
	user.SetProp(model.UserPropsKeyRemoteEmail, address)
	user.Email = model.NewId()
	local, _, _ := strings.Cut(name, ":")
	var err *model.AppError
	for i := 1; i <= 25; i++ {
		suffix := ""
		if i > 1 {
			suffix = "-" + strconv.Itoa(i)
		}
		user.Username = local + suffix + ":" + remote.Name
		if old != nil {
			_, err = s.replaceUser("UpdateUser", old, user)
		} else {
			user.Password = model.NewId()
			_, err = s.saveUser("createUserOrGuest", user)
		}
		if err == nil || err.Id != errUsernameExists {
			break
		}
	}
	channel := s.channels[channelID]
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if channel == nil || channel.TeamId == "" {
		return nil
	}
	if _, err := a.CreateTeamMember(channel.TeamId, user.Id); err != nil {
		return err
	}
	if _, err := a.AddChannelMember(channel.Id, user.Id); err != nil {
		return err
	}
	return nil
}

// receivePost makes, changes or deletes a post. Only the remote's own users make any.
func (a *API) receivePost(remote *model.RemoteCluster, channelID string, post *model.Post) (*model.Post, error) {
	s := a.s
	post = post.Clone()
	post.RemoteId = &remote.RemoteId
	s.mu.Lock()
	old := s.posts[post.Id]
	s.mu.Unlock()
	if post.ChannelId != channelID || (old != nil && old.ChannelId != channelID) {
		return nil, errChannelMismatch
	}
	var saved *model.Post
	var err *model.AppError
	switch {
	case old == nil:
		if err := s.fromRemote(remote, post.UserId); err != nil {
			return nil, err
		}
		saved, err = s.createPost(post)
	case post.DeleteAt > 0:
		saved = post
		if old.DeleteAt == 0 {
			err = a.DeletePost(post.Id)
		}
	case post.EditAt > old.EditAt || post.Message != old.Message || post.UpdateAt > old.UpdateAt:
		saved, err = s.updatePost(post)
	default:
		saved = old
	}
	if err != nil {
		return nil, err
	}
	return saved, nil
}

// receiveReaction adds or removes a reaction of one of the remote's users.
func (a *API) receiveReaction(remote *model.RemoteCluster, channelID string, reaction *model.Reaction) error {
	reaction = shallow(reaction)
	reaction.RemoteId = &remote.RemoteId
	post, err := a.GetPost(reaction.PostId)
	if err != nil {
		return err
	}
	if post.ChannelId != channelID {
		return errChannelMismatch
	}
	if err := a.s.fromRemote(remote, reaction.UserId); err != nil {
		return err
	}
	if reaction.DeleteAt > 0 {
		err = a.RemoveReaction(reaction)
	} else {
		_, err = a.AddReaction(reaction)
	}
	if err != nil {
		return err
	}
	return nil
}

func (a *API) receiveMembership(remote *model.RemoteCluster, channelID string, change *model.MembershipChangeMsg) error {
	if change.ChannelId != channelID {
		return errChannelMismatch
	}
	if err := a.s.fromRemote(remote, change.UserId); err != nil {
		return err
	}
	var err *model.AppError
	if change.IsAdd {
		_, err = a.AddChannelMember(channelID, change.UserId)
	} else {
		err = a.DeleteChannelMember(channelID, change.UserId)
	}
	if err != nil {
		return err
	}
	return nil
}

// ReceiveSharedChannelAttachmentSyncMsg takes a file of a post at one of the plugin's remotes; it may arrive before the
// post, and again.
func (a *API) ReceiveSharedChannelAttachmentSyncMsg(remoteID, channelID string, info *model.FileInfo, data io.Reader) (*model.FileInfo, error) {
	s := a.s
	info = orZero(info)
	if _, err := a.ownRemote(remoteID); err != nil {
		return nil, err
	}
	if err := s.sharedWith(channelID, remoteID); err != nil {
		return nil, err
	}
	s.mu.Lock()
	present := s.files.infos[info.Id]
	s.mu.Unlock()
	if present != nil {
		if present.ChannelId != channelID || present.CreatorId != info.CreatorId {
			return nil, fmt.Errorf("the file %s belongs to another channel or user", info.Id)
		}
		return shallow(present), nil
	}
	if data == nil {
		data = bytes.NewReader(nil)
	}
	content, err := io.ReadAll(data)
	if err != nil {
		return nil, fmt.Errorf("read the file %s: %w", info.Id, err)
	}
	received := s.describeFile(info.Name, content)
	received.Id, received.CreatorId, received.ChannelId, received.RemoteId = info.Id, info.CreatorId, channelID, &remoteID
	received.CreateAt = s.millis()
	received.Path = s.now().Format("20060102") + "/teams/noteam/channels/" + channelID + "/users/" + info.CreatorId + "/" + info.Id + "/" + info.Name
	saved, appErr := s.saveFile(received, content, func(reason string) *model.AppError {
		return refused("runPluginsHook", "app.upload.run_plugins_hook.rejected", reason)
	})
	if appErr != nil {
		return nil, appErr
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, post := range s.posts {
		if post.DeleteAt == 0 && post.ChannelId == channelID && post.UserId == info.CreatorId {
			s.bindFile(post, saved.Id)
		}
	}
	return shallow(s.files.infos[saved.Id]), nil
}

// bindFile attaches a file that arrived after its post. The caller holds s.mu.
func (s *Server) bindFile(post *model.Post, fileID string) {
	for _, id := range post.FileIds {
		if info := s.files.infos[id]; id == fileID && info.PostId == "" {
			info = shallow(info)
			info.PostId = post.Id
			s.files.infos[id] = info
		}
	}
}

// ReceiveSharedChannelProfileImageSyncMsg takes the picture of a user at one of the plugin's remotes.
func (a *API) ReceiveSharedChannelProfileImageSyncMsg(remoteID, userID string, image []byte) error {
	remote, err := a.ownRemote(remoteID)
	if err != nil {
		return err
	}
	if err := a.s.fromRemote(remote, userID); err != nil {
		return err
	}
	if err := a.SetProfileImage(userID, image); err != nil {
		return err
	}
	return nil
}
