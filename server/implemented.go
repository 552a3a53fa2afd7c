package server

import (
	"fmt"

	goplugin "github.com/hashicorp/go-plugin"
)

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
	*reply = names
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
