package abi

import "strconv"

// A Status says why the boundary itself refused or failed an API call: the guest gets it as the negative result of the
// host function. Business errors are no statuses: they travel as AppError in the response's field "error".
//
// A Status is an error; a host's handler returns it, wrapped or bare.
type Status int64

// The statuses. Their numbers are part of the ABI.
const (
	StatusDenied        Status = -1 // the plugin lacks the permission for this method
	StatusQuota         Status = -2 // a limit of the plugin is used up
	StatusInvalid       Status = -3 // the request is malformed, or a function is used wrongly
	StatusCancelled     Status = -4 // the hook's deadline has passed, or the instance is closing
	StatusUnavailable   Status = -5 // Mattermost, or the other end of a stream, cannot be reached
	StatusUnimplemented Status = -6 // this host does not know the method
	StatusInternal      Status = -7 // the host failed
	StatusBadPointer    Status = -8 // a pointer or length of the guest lies outside of its memory
)

// Error says what the status means.
func (s Status) Error() string {
	switch s {
	case StatusDenied:
		return "permission denied"
	case StatusQuota:
		return "quota exceeded"
	case StatusInvalid:
		return "malformed request"
	case StatusCancelled:
		return "cancelled"
	case StatusUnavailable:
		return "Mattermost is unavailable"
	case StatusUnimplemented:
		return "not implemented by this host"
	case StatusInternal:
		return "internal error of the host"
	case StatusBadPointer:
		return "pointer outside of the guest's memory"
	}
	return "status " + strconv.FormatInt(int64(s), 10)
}
