package convert

import (
	"errors"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// PlainErrorID is the id of the AppError that stands for an error of Mattermost which is none: properties, commands,
// upload sessions and shared channels return plain Go errors.
const PlainErrorID = "plugin_api.error"

// AppErrorToProto gives the message of a model.AppError, with the text of the error that it wraps and its params.
func AppErrorToProto(e *model.AppError) *pb.AppError {
	if e == nil {
		return nil
	}
	detailed := e.DetailedError
	if wrapped := e.Unwrap(); wrapped != nil {
		if detailed != "" {
			detailed += ", "
		}
		detailed += wrapped.Error()
	}
	appError := &pb.AppError{
		Id:              e.Id,
		Message:         e.Message,
		DetailedError:   detailed,
		RequestId:       e.RequestId,
		StatusCode:      Int32(e.StatusCode),
		Where:           e.Where,
		SkipTranslation: e.SkipTranslation,
	}
	appError.Params, appError.ParamsNumbers = StructAndNumbers(params(e))
	return appError
}

// params gives the parameters of the error's message, which model.AppError shows to nobody but a translation function.
func params(e *model.AppError) map[string]any {
	var params map[string]any
	e.SystemMessage(func(_ string, args ...any) string {
		if len(args) > 0 {
			params, _ = args[0].(map[string]any)
		}
		return ""
	})
	return params
}

// AppErrorFromProto is the inverse of AppErrorToProto.
func AppErrorFromProto(e *pb.AppError) *model.AppError {
	if e == nil {
		return nil
	}
	appError := model.NewAppError(e.GetWhere(), e.GetId(), StructFromProto(e.GetParams(), e.GetParamsNumbers()...), e.GetDetailedError(), int(e.GetStatusCode()))
	appError.Message = e.GetMessage()
	appError.RequestId = e.GetRequestId()
	appError.SkipTranslation = e.GetSkipTranslation()
	return appError
}

// ErrorToProto gives the message of any error: a model.AppError as AppErrorToProto does, every other error as an
// AppError with the id PlainErrorID, its text and status 500.
func ErrorToProto(err error) *pb.AppError {
	if err == nil {
		return nil
	}
	if appError, ok := errors.AsType[*model.AppError](err); ok {
		return AppErrorToProto(appError) // nil for a nil *model.AppError in an error
	}
	return &pb.AppError{Id: PlainErrorID, Message: err.Error(), StatusCode: http.StatusInternalServerError}
}
