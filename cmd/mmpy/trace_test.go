package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server"
)

func TestTracesShowNoSecrets(t *testing.T) {
	var out bytes.Buffer
	tracer(&out)(server.Record{
		API:      "CreateUser",
		Request:  &pb.CreateUserRequest{User: &pb.User{Username: "bob", Password: "hunter2"}},
		Response: &pb.CreateUserResponse{User: &pb.User{Id: "u1", Password: "$2a$10$hash", AuthData: new("ldap-uid")}},
	})
	require.JSONEq(t, `{"api": "CreateUser", "request": {"user": {"username": "bob", "password": "•••"}},
		"response": {"user": {"id": "u1", "password": "•••", "auth_data": "•••"}}, "us": 0}`, out.String())

	out.Reset()
	tracer(&out)(server.Record{API: "GetUser", Err: server.ErrNotDefined})
	require.JSONEq(t, `{"api": "GetUser", "error": "the plugin does not define this hook", "us": 0}`, out.String())
}
