// Command nativeplugin is the benchmark's plugin as a native Go plugin.
package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

type benchPlugin struct{ plugin.MattermostPlugin }

func (p *benchPlugin) MessageWillBePosted(_ *plugin.Context, post *model.Post) (*model.Post, string) {
	if strings.Contains(post.Message, "forbidden") {
		return nil, "forbidden"
	}
	post.Message += " [seen]"
	return post, ""
}

// ExecuteCommand calls GetUser as often as "/bench N" says, and answers with the nanoseconds of a call, one number for
// every ten calls.
func (p *benchPlugin) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (*model.CommandResponse, *model.AppError) {
	count, err := strconv.Atoi(strings.TrimPrefix(args.Command, "/bench "))
	if err != nil {
		return nil, model.NewAppError("ExecuteCommand", "bench.command.app_error", nil, err.Error(), 400)
	}
	var each []string
	for range count / 10 {
		begin := time.Now()
		for range 10 {
			if _, failure := p.API.GetUser(args.UserId); failure != nil {
				return nil, failure
			}
		}
		each = append(each, strconv.FormatInt(time.Since(begin).Nanoseconds()/10, 10))
	}
	return &model.CommandResponse{Text: strings.Join(each, " ")}, nil
}

func main() { plugin.ClientMain(&benchPlugin{}) }
