package memserver

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// files is what the server keeps in its file store, and what it knows about attachments.
type files struct {
	data    map[string][]byte          // by path; replaced, never changed
	infos   map[string]*model.FileInfo // by id; replaced, never changed
	uploads map[string]*upload         // by id
}

func newFiles() files {
	return files{data: map[string][]byte{}, infos: map[string]*model.FileInfo{}, uploads: map[string]*upload{}}
}

// FileInfo.CreatorId of files that no user uploaded. Whoever posts may attach them.
const noUser = "nouser"

// GetFileInfo describes a file that is not deleted.
func (a *API) GetFileInfo(fileID string) (*model.FileInfo, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	info, err := a.s.fileInfo("GetFileInfo", fileID)
	if err != nil {
		return nil, err
	}
	return shallow(info), nil
}

// fileInfo finds a file that is not deleted. The caller holds s.mu.
func (s *Server) fileInfo(where, id string) (*model.FileInfo, *model.AppError) {
	if info := s.files.infos[id]; info != nil && info.DeleteAt == 0 {
		return info, nil
	}
	return nil, fail(where, "app.file_info.get.app_error", http.StatusNotFound)
}

// GetFileInfos lists a page of the files that match all options, by time or, asked for "size", by size.
func (a *API) GetFileInfos(number, perPage int, options *model.GetFileInfosOptions) ([]*model.FileInfo, *model.AppError) {
	if options == nil {
		options = &model.GetFileInfosOptions{}
	}
	key := func(info *model.FileInfo) int64 { return info.CreateAt }
	switch options.SortBy {
	case "", model.FileinfoSortByCreated:
	case model.FileinfoSortBySize:
		key = func(info *model.FileInfo) int64 { return info.Size }
	default:
		return nil, fail("GetFileInfos", "app.file_info.get_with_options.app_error", http.StatusBadRequest)
	}
	if number < 0 || perPage < 0 {
		return nil, fail("GetFileInfos", "app.file_info.get_with_options.app_error", http.StatusBadRequest)
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []*model.FileInfo{}
	for _, info := range s.files.infos {
		switch {
		case len(options.ChannelIds) > 0 && !slices.Contains(options.ChannelIds, info.ChannelId),
			len(options.UserIds) > 0 && !slices.Contains(options.UserIds, info.CreatorId),
			info.CreateAt < options.Since,
			info.DeleteAt != 0 && !options.IncludeDeleted,
			info.Content != "" && options.OnlyEmptyContent:
		default:
			found = append(found, shallow(info))
		}
	}
	slices.SortFunc(found, func(a, b *model.FileInfo) int {
		order := cmp.Compare(key(a), key(b))
		if options.SortDescending {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.Id, b.Id))
	})
	return page(found, number, perPage), nil
}

// GetFile returns what is in a file.
func (a *API) GetFile(fileID string) ([]byte, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	info, err := a.s.fileInfo("GetFileInfo", fileID)
	if err != nil {
		return nil, err
	}
	return a.s.readFile(info.Path)
}

// ReadFile returns what the file store has at a path, such as FileInfo.Path.
func (a *API) ReadFile(path string) ([]byte, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.s.readFile(path)
}

// readFile copies a file. The caller holds s.mu.
func (s *Server) readFile(path string) ([]byte, *model.AppError) {
	data, ok := s.files.data[path]
	if !ok {
		return nil, fail("ReadFile", "api.file.read_file.app_error", http.StatusInternalServerError)
	}
	return append([]byte{}, data...), nil
}

// GetFileLink returns the public address of an attached file, if the configuration allows such addresses.
func (a *API) GetFileLink(fileID string) (string, *model.AppError) {
	const where = "GetFileLink"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if !*s.config.FileSettings.EnablePublicLink {
		return "", fail(where, "plugin_api.get_file_link.disabled.app_error", http.StatusNotImplemented)
	}
	info, err := s.fileInfo("GetFileInfo", fileID)
	if err != nil {
		return "", err
	}
	if info.PostId == "" {
		return "", fail(where, "plugin_api.get_file_link.no_post.app_error", http.StatusBadRequest)
	}
	hash := sha256.Sum256([]byte(*s.config.FileSettings.PublicLinkSalt + info.Id))
	return *s.config.ServiceSettings.SiteURL + "/files/" + info.Id + "/public?h=" + base64.RawURLEncoding.EncodeToString(hash[:]), nil
}

// CopyFileInfos gives files further ids, so that a user can attach them to another post. They share their content.
func (a *API) CopyFileInfos(userID string, fileIDs []string) ([]string, *model.AppError) {
	const where = "CopyFileInfos"
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	copies := []string{}
	for _, id := range fileIDs {
		info, err := s.fileInfo(where, id)
		if err != nil {
			return nil, err
		}
		info = shallow(info)
		info.Id, info.CreatorId, info.PostId, info.ChannelId = model.NewId(), userID, "", ""
		info.CreateAt = s.millis()
		info.UpdateAt = info.CreateAt
		if err := info.IsValid(); err != nil {
			return nil, explain(err)
		}
		s.files.infos[info.Id] = info
		copies = append(copies, info.Id)
	}
	return copies, nil
}

// SetFileSearchableContent sets the text by which a file is found.
func (a *API) SetFileSearchableContent(fileID, content string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.fileInfo("GetFileInfo", fileID)
	if err != nil {
		return err
	}
	info := shallow(old)
	info.Content = content
	s.files.infos[fileID] = info
	return nil
}

// attachFiles makes files belong to a post, besides those it had. Files that do not exist, are in another post, or were
// uploaded by another user are left out, as on a server; files that the post has no more are deleted. The caller holds
// s.mu.
func (s *Server) attachFiles(post *model.Post, had model.StringArray) {
	attached := model.StringArray{}
	for _, id := range post.FileIds {
		info := s.files.infos[id]
		if info == nil && post.IsRemote() { // it may arrive later
			attached = append(attached, id)
			continue
		}
		if info != nil && slices.Contains(had, id) {
			attached = append(attached, id)
			continue
		}
		if info == nil || info.PostId != "" || (info.CreatorId != post.UserId && info.CreatorId != noUser) {
			s.log.Warn("could not attach a file to a post", "file_id", id, "post_id", post.Id)
			continue
		}
		info = shallow(info)
		info.PostId, info.ChannelId = post.Id, post.ChannelId
		s.files.infos[id] = info
		attached = append(attached, id)
	}
	post.FileIds = attached
	s.deleteFiles(slices.DeleteFunc(slices.Clone(had), func(id string) bool { return slices.Contains(attached, id) }))
}

// deleteFiles deletes files, but not the content, as other ids may share it. The caller holds s.mu.
func (s *Server) deleteFiles(ids []string) {
	for _, id := range ids {
		if info := s.files.infos[id]; info != nil && info.DeleteAt == 0 {
			info = shallow(info)
			info.DeleteAt = s.millis()
			s.files.infos[id] = info
		}
	}
}

// writeFile stores a copy. The caller holds s.mu.
func (s *Server) writeFile(path string, data []byte) { s.files.data[path] = bytes.Clone(data) }
