package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
)

// ExecuteCommand gives a slash command to the plugin that registered it. Its error is what the user sees: what the
// plugin said, or that it failed; why it failed is in the log.
func (p *Plugin) ExecuteCommand(c *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	response, err := call[pb.ExecuteCommandResponse](p, abi.HookExecuteCommand, func() proto.Message {
		return &pb.ExecuteCommandRequest{PluginContext: convert.ContextToProto(c), Args: convert.CommandArgsToProto(args)}
	})
	switch {
	case errors.Is(err, ErrNotDefined):
		return nil, p.commandError("not_implemented", http.StatusNotImplemented, "does not answer commands.", "")
	case err != nil:
		return nil, p.commandError("error", http.StatusInternalServerError, fmt.Sprintf("failed to answer %s.", trigger(args)), reason(err))
	case response.Error != nil:
		return nil, convert.AppErrorFromProto(response.Error)
	}
	return convert.CommandResponseFromProto(response.Response), nil
}

// commandError is an error whose text is shown as it is: Mattermost has no translation for it.
func (p *Plugin) commandError(id string, status int, message, detail string) *model.AppError {
	appError := model.NewAppError("ExecuteCommand", "plugin.execute_command."+id, nil, detail, status)
	appError.Message = fmt.Sprintf("The plugin %s %s", p.bundle.Name(), message)
	appError.SkipTranslation = true
	return appError
}

// trigger is the command's first word: "/hello".
func trigger(args *model.CommandArgs) string {
	if args == nil {
		return "a command"
	}
	word, _, _ := strings.Cut(args.Command, " ")
	return word
}
