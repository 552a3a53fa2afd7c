package server

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mattermost/mattermost/server/public/model"
	"google.golang.org/protobuf/proto"

	"github.com/mmpy/mmpy/abi"
	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/convert"
	"github.com/mmpy/mmpy/wasmhost"
)

// ConfigurationWillBeSaved gives the plugin the server's new configuration before it is saved: nil and no error saves it
// as it is, a configuration takes its place, an error rejects it. A plugin that is broken, rather than against it, must
// not keep administrators from saving, which is what they may want to do about it.
func (p *Plugin) ConfigurationWillBeSaved(newCfg *model.Config) (*model.Config, error) {
	response, err := call[pb.ConfigurationWillBeSavedResponse](p, abi.HookConfigurationWillBeSaved, func() proto.Message {
		return &pb.ConfigurationWillBeSavedRequest{NewConfig: convert.ConfigJsonToProto(newCfg)}
	})
	switch {
	case err != nil && !raised(err):
		return nil, nil
	case err != nil || response.Error != nil:
		return nil, hookError(abi.HookConfigurationWillBeSaved, err, response.Error)
	case response.ModifiedConfig == nil:
		return nil, nil
	}
	modified := &model.Config{}
	if err := json.Unmarshal(response.ModifiedConfig.ConfigJson, modified); err != nil {
		err = fmt.Errorf("the configuration that the plugin returned: %w", err)
		p.logFailure("hook "+abi.HookConfigurationWillBeSaved.String()+" failed", err)
		return nil, hookError(abi.HookConfigurationWillBeSaved, err, nil)
	}
	return modified, nil
}

// raised says whether the handler itself raised an exception.
func raised(err error) bool {
	if _, ok := errors.AsType[*startError](err); ok {
		return false // the plugin's file, or its OnActivate, did
	}
	failure, ok := errors.AsType[*wasmhost.Error](err)
	return ok && failure.Code == wasmhost.Exception
}
