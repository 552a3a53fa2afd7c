package memserver

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif"  // people use these formats
	_ "image/jpeg" // for their pictures
	"image/png"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// iconSize is the width and height of the pictures of users and teams.
const iconSize = 128

func profileImagePath(userID string) string { return "users/" + userID + "/profile.png" }
func teamIconPath(teamID string) string     { return "teams/" + teamID + "/teamIcon.png" }
func emojiImagePath(emojiID string) string  { return "emoji/" + emojiID + "/image" }

// SetProfileImage sets a user's picture; it is cut and scaled to a square.
func (a *API) SetProfileImage(userID string, data []byte) *model.AppError {
	s := a.s
	s.mu.Lock()
	_, err := s.user("GetUser", userID)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	icon, decodeErr := s.icon(data)
	if decodeErr != nil {
		return model.NewAppError("SetProfileImage", "api.user.upload_profile_user.decode.app_error", nil, "", http.StatusBadRequest).Wrap(decodeErr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.users[userID].DeepCopy()
	user.LastPictureUpdate, user.UpdateAt = s.millis(), s.millis()
	s.users[userID] = user
	s.writeFile(profileImagePath(userID), icon)
	return nil
}

// GetProfileImage returns a user's picture, a PNG. Where a server draws the user's initial for those who set none, this
// one gives a square in a colour of theirs.
func (a *API) GetProfileImage(userID string) ([]byte, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.user("GetUser", userID)
	if err != nil {
		return nil, err
	}
	if data, err := s.readFile(profileImagePath(userID)); err == nil {
		return data, nil
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(user.Username))
	sum := hash.Sum32()
	square := image.NewPaletted(image.Rect(0, 0, iconSize, iconSize),
		color.Palette{color.RGBA{byte(sum), byte(sum >> 8), byte(sum >> 16), 0xff}})
	return encodePNG(square), nil
}

// SetTeamIcon sets a team's picture; it is cut and scaled to a square.
func (a *API) SetTeamIcon(teamID string, data []byte) *model.AppError {
	s := a.s
	s.mu.Lock()
	_, err := s.team("GetTeam", teamID)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	icon, decodeErr := s.icon(data)
	if decodeErr != nil {
		return model.NewAppError("SetTeamIcon", "api.team.set_team_icon.decode.app_error", nil, "", http.StatusBadRequest).Wrap(decodeErr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setTeamIconTime(teamID, s.millis())
	s.writeFile(teamIconPath(teamID), icon)
	return nil
}

// GetTeamIcon returns a team's picture, a PNG.
func (a *API) GetTeamIcon(teamID string) ([]byte, *model.AppError) {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.team("GetTeam", teamID); err != nil {
		return nil, err
	}
	data, err := s.readFile(teamIconPath(teamID))
	if err != nil {
		return nil, fail("GetTeamIcon", "api.team.get_team_icon.read_file.app_error", http.StatusNotFound)
	}
	return data, nil
}

// RemoveTeamIcon makes the apps show none; the file stays, as on a server.
func (a *API) RemoveTeamIcon(teamID string) *model.AppError {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.team("GetTeam", teamID); err != nil {
		return err
	}
	s.setTeamIconTime(teamID, 0)
	return nil
}

// setTeamIconTime needs s.mu.
func (s *Server) setTeamIconTime(teamID string, at int64) {
	team := s.teams[teamID].ShallowCopy()
	team.LastTeamIconUpdate, team.UpdateAt = at, s.millis()
	s.teams[teamID] = team
}

// icon makes a square PNG of a picture, whose resolution is limited as a server limits it.
func (s *Server) icon(data []byte) ([]byte, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if int64(config.Width)*int64(config.Height) > *s.configuration().FileSettings.MaxImageResolution {
		return nil, image.ErrFormat
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return encodePNG(square(picture)), nil
}

// square takes the middle of a picture and scales it to the size of an icon, without smoothing.
func square(picture image.Image) image.Image {
	bounds := picture.Bounds()
	side := min(bounds.Dx(), bounds.Dy())
	left, top := bounds.Min.X+(bounds.Dx()-side)/2, bounds.Min.Y+(bounds.Dy()-side)/2
	icon := image.NewNRGBA(image.Rect(0, 0, iconSize, iconSize))
	if side == iconSize {
		draw.Draw(icon, icon.Bounds(), picture, image.Pt(left, top), draw.Src)
		return icon
	}
	for y := range iconSize {
		for x := range iconSize {
			icon.Set(x, y, picture.At(left+x*side/iconSize, top+y*side/iconSize))
		}
	}
	return icon
}

// encodePNG cannot fail: it writes to memory, and icons are neither empty nor too large.
func encodePNG(icon image.Image) []byte {
	var buffer bytes.Buffer
	if err := png.Encode(&buffer, icon); err != nil {
		panic("memserver: encode an icon: " + err.Error())
	}
	return buffer.Bytes()
}
