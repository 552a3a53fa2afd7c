package memserver

import (
	"bytes"
	"errors"
	"image"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// upload is a file that arrives in parts.
type upload struct {
	session model.UploadSession
	data    []byte
	busy    bool
}

// UploadFile stores a file that can be attached to a post in the channel. FileWillBeUploaded may change or refuse it.
func (a *API) UploadFile(data []byte, channelID, filename string) (*model.FileInfo, *model.AppError) {
	s := a.s
	s.mu.Lock()
	_, err := s.channel("GetChannel", channelID)
	s.mu.Unlock()
	if err != nil && channelID != "" {
		return nil, fail("UploadFile", "api.file.upload_file.incorrect_channelId.app_error", http.StatusBadRequest)
	}
	info := s.describeFile(path.Base(filename), data)
	info.Id, info.CreatorId, info.CreateAt = model.NewId(), noUser, s.millis()
	info.Path = s.now().Format("20060102") + "/teams/noteam/channels/" + path.Base(channelID) + "/users/" + noUser + "/" + info.Id + "/" + info.Name
	rejected := func(reason string) *model.AppError {
		return fail("DoUploadFile", "File rejected by plugin. "+reason, http.StatusBadRequest)
	}
	return s.saveFile(info, data, rejected)
}

// describeFile tells what follows from a file's name and content.
func (s *Server) describeFile(name string, data []byte) *model.FileInfo {
	info := model.NewInfo(name)
	info.Size = int64(len(data))
	if info.IsImage() && !info.IsSvg() {
		if config, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
			info.Width, info.Height, info.HasPreviewImage = config.Width, config.Height, true
		}
	}
	return info
}

// saveFile runs the hook and stores a file. A plugin may replace what is known of the file, and, by writing anything,
// the file.
func (s *Server) saveFile(info *model.FileInfo, data []byte, rejected func(reason string) *model.AppError) (*model.FileInfo, *model.AppError) {
	type hooks interface {
		FileWillBeUploaded(c *plugin.Context, info *model.FileInfo, file io.Reader, output io.Writer) (*model.FileInfo, string)
	}
	for _, p := range hooked[hooks](s, "FileWillBeUploaded") {
		var output bytes.Buffer
		replacement, reason := p.hooks.FileWillBeUploaded(hookContext(), shallow(info), bytes.NewReader(data), &output)
		if reason != "" {
			return nil, rejected(reason)
		}
		if replacement != nil {
			replacement = shallow(replacement)
			if replacement.Path == "" { // it is not part of a FileInfo's JSON, so it is easily lost
				replacement.Path = info.Path
			}
			info = replacement
		}
		if output.Len() > 0 {
			data = output.Bytes()
			info.Size = int64(len(data))
		}
	}
	if strings.HasPrefix(info.MimeType, "text/") && *s.configuration().FileSettings.ExtractContent {
		info.Content = string(data)
	}
	info.PreSave()
	if err := info.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeFile(info.Path, data)
	s.files.infos[info.Id] = info
	return shallow(info), nil
}

// configuration is the server's configuration, not to be changed.
func (s *Server) configuration() *model.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.config
}

// CreateUploadSession begins an upload in parts. The caller chooses its id.
func (a *API) CreateUploadSession(session *model.UploadSession) (*model.UploadSession, error) {
	session = orZero(session)
	const where = "CreateUploadSession"
	s := a.s
	session = shallow(session)
	session.FileOffset, session.CreateAt = 0, s.millis()
	name := session.Id + "/" + path.Base(session.Filename)
	switch session.Type {
	case model.UploadTypeAttachment:
		session.Path = s.now().Format("20060102") + "/teams/noteam/channels/" + session.ChannelId + "/users/" + session.UserId + "/" + name
	case model.UploadTypeImport:
		session.Path = path.Clean(*s.configuration().ImportSettings.Directory) + "/" + strings.Replace(name, "/", "_", 1)
	}
	if err := session.IsValid(); err != nil {
		return nil, explain(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if session.Type == model.UploadTypeAttachment {
		channel := s.channels[session.ChannelId]
		if channel == nil {
			return nil, fail(where, "app.upload.create.incorrect_channel_id.app_error", http.StatusBadRequest)
		}
		if channel.DeleteAt != 0 {
			return nil, fail(where, "app.upload.create.cannot_upload_to_deleted_channel.app_error", http.StatusBadRequest)
		}
	}
	if s.files.uploads[session.Id] != nil {
		return nil, fail(where, "app.upload.create.save.app_error", http.StatusInternalServerError)
	}
	s.files.uploads[session.Id] = &upload{session: *session}
	return shallow(session), nil
}

// GetUploadSession tells how far an upload is.
func (a *API) GetUploadSession(uploadID string) (*model.UploadSession, error) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	upload := a.s.files.uploads[uploadID]
	if upload == nil {
		return nil, fail("GetUpload", "app.upload.get.app_error", http.StatusNotFound)
	}
	return shallow(&upload.session), nil
}

// UploadData reads the next part of an upload, at most as much as is missing. It returns the file once it is complete,
// and before that nothing: how far it is says FileOffset of the session, which is updated.
func (a *API) UploadData(session *model.UploadSession, part io.Reader) (*model.FileInfo, error) {
	session = orZero(session)
	const where = "UploadData"
	s := a.s
	s.mu.Lock()
	u := s.files.uploads[session.Id]
	var err *model.AppError
	switch {
	case u == nil:
		err = fail("GetUpload", "app.upload.get.app_error", http.StatusNotFound)
	case u.busy, u.session.FileOffset != session.FileOffset:
		err = fail(where, "app.upload.upload_data.concurrent.app_error", http.StatusBadRequest)
	default:
		u.busy = true
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		u.busy = false
	}()
	// Only this call uses the upload now. What arrived before a failure counts.
	var data []byte
	readErr := errors.New("there is no reader")
	if part != nil {
		data, readErr = io.ReadAll(io.LimitReader(part, u.session.FileSize-u.session.FileOffset))
	}
	s.mu.Lock()
	u.data = append(u.data, data...)
	u.session.FileOffset = int64(len(u.data))
	s.mu.Unlock()
	session.FileOffset = int64(len(u.data))
	if readErr != nil {
		return nil, model.NewAppError("WriteFile", "api.file.write_file.app_error", nil, "", http.StatusInternalServerError).Wrap(readErr)
	}
	if session.FileOffset != u.session.FileSize {
		return nil, nil
	}
	return s.finishUpload(u)
}

func (s *Server) finishUpload(u *upload) (*model.FileInfo, error) {
	info := s.describeFile(u.session.Filename, u.data)
	info.Id, info.CreatorId, info.ChannelId = u.session.ReqFileId, u.session.UserId, u.session.ChannelId
	info.Path, info.CreateAt, info.RemoteId = u.session.Path, s.millis(), &u.session.RemoteId
	rejected := func(reason string) *model.AppError {
		return refused("runPluginsHook", "app.upload.run_plugins_hook.rejected", reason)
	}
	saved, err := s.saveFile(info, u.data, rejected)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files.uploads, u.session.Id)
	return saved, nil
}
