package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// python is the interpreter that Debian's gRPC package belongs to.
const python = "/usr/bin/python3"

const servicePrefix = "/mattermost.pluginapi.v1.PluginHooks/"

//go:embed grpcplugin/server.py
var grpcPlugin []byte

// nativePython is the plugin as native Python with Google's protobuf and ten worker threads, called through gRPC on the
// loopback interface; no Mattermost process boundary comes on top.
func nativePython(ctx context.Context, dir string) (way, error) {
	w := way{name: "native Python over gRPC"}
	installed := exec.CommandContext(ctx, python, "-c", "import grpc, google.protobuf").Run() == nil
	if !installed {
		w.skipped = "python3-grpcio is not installed (internal/bench/setup.sh installs it)"
		return w, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return w, fmt.Errorf("make a folder: %w", err)
	}
	script, contract := filepath.Join(dir, "server.py"), filepath.Join(dir, "contract.binpb")
	descriptors, err := contractDescriptors()
	if err != nil {
		return w, err
	}
	if err := errors.Join(os.WriteFile(script, grpcPlugin, 0o600), os.WriteFile(contract, descriptors, 0o600)); err != nil {
		return w, fmt.Errorf("write the Python plugin: %w", err)
	}
	w.start = func(ctx context.Context) (*running, error) { return startGRPC(ctx, script, contract) }
	return w, nil
}

// startGRPC starts the plugin's process and the server that answers its API calls.
func startGRPC(ctx context.Context, script, contract string) (*running, error) {
	api, listener, err := serveAPI()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, python, script, contract, listener.Addr().String())
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start Python: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start Python: %w", err)
	}
	stop := func() {
		api.Stop()
		_ = cmd.Process.Kill() // it serves until it is killed
		_ = cmd.Wait()
	}
	port, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		stop()
		return nil, fmt.Errorf("read the port from Python: %w", err)
	}
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		stop()
		return nil, fmt.Errorf("connect to Python: %w", err)
	}
	post := &pb.Post{}
	if err := convert(samplePost, post); err != nil {
		stop()
		return nil, err
	}
	request := &pb.MessageWillBePostedRequest{PluginContext: &pb.PluginContext{RequestId: samplePost.Id}, Post: post}
	return &running{
		hook: func() error {
			var response pb.MessageWillBePostedResponse
			if err := connection.Invoke(ctx, servicePrefix+"MessageWillBePosted", request, &response); err != nil {
				return err
			}
			if !strings.HasSuffix(response.GetModifiedPost().GetMessage(), mark) {
				return errors.New("the hook did not change the post")
			}
			return nil
		},
		calls: func(n int) ([]time.Duration, error) {
			args := &pb.CommandArgs{Command: fmt.Sprintf("/bench %d", n), UserId: sampleUser.Id}
			var response pb.ExecuteCommandResponse
			if err := connection.Invoke(ctx, servicePrefix+"ExecuteCommand", &pb.ExecuteCommandRequest{Args: args}, &response); err != nil {
				return nil, err
			}
			return parseDurations(response.GetResponse().GetText())
		},
		pid:   cmd.Process.Pid,
		close: func() error { defer stop(); return connection.Close() },
	}, nil
}

// serveAPI starts a gRPC server with the one method that the plugin calls.
func serveAPI() (*grpc.Server, net.Listener, error) {
	user := &pb.User{}
	if err := convert(sampleUser, user); err != nil {
		return nil, nil, err
	}
	response := &pb.GetUserResponse{User: user}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listen for API calls: %w", err)
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "mattermost.pluginapi.v1.PluginAPI",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "GetUser",
			Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				return response, decode(&pb.GetUserRequest{})
			},
		}},
	}, struct{}{})
	go func() { _ = server.Serve(listener) }() // ends with server.Stop
	return server, listener, nil
}

// convert fills a message from the model; both have the same names in JSON.
func convert(from any, to proto.Message) error {
	text, err := json.Marshal(from)
	if err == nil {
		err = protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(text, to)
	}
	if err != nil {
		return fmt.Errorf("make a %s: %w", to.ProtoReflect().Descriptor().Name(), err)
	}
	return nil
}

// contractDescriptors is the serialized FileDescriptorSet of the contract, every file after those it imports.
func contractDescriptors() ([]byte, error) {
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, m := range []proto.Message{&pb.MessageWillBePostedRequest{}, &pb.ExecuteCommandRequest{}, &pb.GetUserRequest{}, &pb.GetUserResponse{}} {
		add(m.ProtoReflect().Descriptor().ParentFile())
	}
	binary, err := proto.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("describe the contract: %w", err)
	}
	return binary, nil
}
