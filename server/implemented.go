package server

import (
	"fmt"
	"slices"

	goplugin "github.com/hashicorp/go-plugin"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// delivered names the hooks that Plugin has a method for.
var delivered = map[string]bool{
	"OnActivate": true, "OnDeactivate": true, "OnConfigurationChange": true,
	"MessageWillBePosted": true, "MessageWillBeUpdated": true, "MessageHasBeenPosted": true,
	"MessageHasBeenUpdated": true, "MessageHasBeenDeleted": true, "MessagesWillBeConsumed": true,
	"ExecuteCommand": true, "FileWillBeUploaded": true, "ServeHTTP": true, "ServeMetrics": true,
}

// hooksServer is the receiver of Mattermost's hook calls, as the plugin package makes it: one method per hook that is
// delivered. Its type there is not exported.
type hooksServer interface {
	Implemented(struct{}, *[]string) error
	OnActivate(*plugin.Z_OnActivateArgs, *plugin.Z_OnActivateReturns) error
	OnDeactivate(*plugin.Z_OnDeactivateArgs, *plugin.Z_OnDeactivateReturns) error
	OnConfigurationChange(*plugin.Z_OnConfigurationChangeArgs, *plugin.Z_OnConfigurationChangeReturns) error
	MessageWillBePosted(*plugin.Z_MessageWillBePostedArgs, *plugin.Z_MessageWillBePostedReturns) error
	MessageWillBeUpdated(*plugin.Z_MessageWillBeUpdatedArgs, *plugin.Z_MessageWillBeUpdatedReturns) error
	MessageHasBeenPosted(*plugin.Z_MessageHasBeenPostedArgs, *plugin.Z_MessageHasBeenPostedReturns) error
	MessageHasBeenUpdated(*plugin.Z_MessageHasBeenUpdatedArgs, *plugin.Z_MessageHasBeenUpdatedReturns) error
	MessageHasBeenDeleted(*plugin.Z_MessageHasBeenDeletedArgs, *plugin.Z_MessageHasBeenDeletedReturns) error
	MessagesWillBeConsumed(*plugin.Z_MessagesWillBeConsumedArgs, *plugin.Z_MessagesWillBeConsumedReturns) error
	ExecuteCommand(*plugin.Z_ExecuteCommandArgs, *plugin.Z_ExecuteCommandReturns) error
	FileWillBeUploaded(*plugin.Z_FileWillBeUploadedArgs, *plugin.Z_FileWillBeUploadedReturns) error
	ServeHTTP(*plugin.Z_ServeHTTPArgs, *struct{}) error
	ServeMetrics(*plugin.Z_ServeMetricsArgs, *struct{}) error
}

// truthfulServer answers Implemented with the hooks that the Python plugin defines. The plugin package would name all
// that Plugin has methods for, and Mattermost would send each event of the server for nothing.
type truthfulServer struct {
	hooksServer
	implemented func() ([]string, error)
}

// Implemented lists the hooks that Mattermost is to call.
func (s *truthfulServer) Implemented(_ struct{}, reply *[]string) error {
	names, err := s.implemented()
	if err != nil {
		// Its OnActivate, which Mattermost calls next and whatever is listed here, says what is wrong.
		return nil //nolint:nilerr
	}
	*reply = slices.DeleteFunc(names, func(name string) bool { return !delivered[name] })
	return nil
}

// truthfulPlugin is go-plugin's plugin "hooks" with a truthfulServer.
type truthfulPlugin struct {
	goplugin.Plugin
	implemented func() ([]string, error)
}

// Server makes the receiver of one connection.
func (p *truthfulPlugin) Server(broker *goplugin.MuxBroker) (any, error) {
	server, err := p.Plugin.Server(broker)
	if err != nil {
		return nil, err
	}
	hooks, ok := server.(hooksServer)
	if !ok {
		return nil, fmt.Errorf("%T of Mattermost's plugin package does not have the hooks that are expected", server)
	}
	return &truthfulServer{hooks, p.implemented}, nil
}

// reportTruthfully is an option for plugin.ClientMain that has implemented answer Implemented.
func reportTruthfully(implemented func() ([]string, error)) func(*goplugin.ServeConfig) error {
	return func(config *goplugin.ServeConfig) error {
		config.Plugins["hooks"] = &truthfulPlugin{config.Plugins["hooks"], implemented}
		return nil
	}
}
