package server

import (
	"errors"

	"google.golang.org/protobuf/proto"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/wasmhost"
)

// masked gives the error that a hook has failed with, without the secrets of its request: an exception may quote them. Of
// the texts of another hook, which has ended the interpreter, nothing is left, since its secrets are not known here.
func masked(err error, request proto.Message) error {
	failure, ok := err.(*wasmhost.Error) //nolint:errorlint // as the instance gives it
	switch {
	case !ok:
		return err
	case failure.Type == "":
		return withoutTexts(err)
	}
	masker := pb.TextMasker(request)
	without := *failure
	without.Message, without.Traceback = masker.Replace(failure.Message), masker.Replace(failure.Traceback)
	return &without
}

// withoutTexts gives an error of an interpreter without what Python has said of it, but for the exception's type.
func withoutTexts(err error) error {
	failure, ok := errors.AsType[*wasmhost.Error](err)
	if !ok {
		return err
	}
	without := *failure
	if without.Type != "" {
		without.Message, without.Traceback = "", ""
	}
	if cause, ok := without.Err.(*wasmhost.Error); ok { //nolint:errorlint // as the instance gives it
		without.Err = withoutTexts(cause)
	}
	return &without
}
