package pluginapiv1_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

func TestSecretsAreMaskedInTexts(t *testing.T) {
	config, err := structpb.NewStruct(map[string]any{
		"Webhook_Secret": "s3cr3t", "list": []any{map[string]any{"tokens": []any{"s3cr3t"}, "name": "kept"}},
	})
	require.NoError(t, err)
	for name, message := range map[string]proto.Message{
		"of a field":              &pb.User{Username: "kept", Password: "s3cr3t"},
		"of an optional field":    &pb.User{Username: "kept", AuthData: new("s3cr3t")},
		"of a message in another": &pb.CreateUserRequest{User: &pb.User{Username: "kept", MfaSecret: "s3cr3t"}},
		"of a list":               &pb.GetUsersResponse{Users: []*pb.User{{Username: "kept", Password: "s3cr3t"}}},
		"of a map":                &pb.SyncMsg{Users: map[string]*pb.User{"u": {Username: "kept", Password: "s3cr3t"}}},
		"of settings":             &pb.SavePluginConfigRequest{Config: config},
		"of a JSON document":      &pb.ConfigurationWillBeSavedRequest{NewConfig: &pb.ConfigJson{ConfigJson: []byte(`{"a":[{"SMTPPassword":"s3cr3t","name":"kept"}]}`)}},
		"of a header":             &pb.HTTPHeader{Key: "X-Api-Key", Values: []string{"kept", "s3cr3t"}},
		"of a cookie":             &pb.HTTPHeader{Key: "Cookie", Values: []string{"a=1; MMAUTHTOKEN=s3cr3t; b=2"}},
		"of a bearer":             &pb.ServeHTTPRequest{Init: &pb.ServeHTTPRequestInit{Headers: []*pb.HTTPHeader{{Key: "Authorization", Values: []string{"Bearer s3cr3t"}}}}},
		"of basic authentication": &pb.HTTPHeader{Key: "Authorization", Values: []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("bob:s3cr3t"))}},
		"of a map of headers":     &pb.PluginHTTPRequest{Url: "kept", Headers: map[string]string{"Authorization": "s3cr3t"}},
		"of an exact number":      &pb.SavePluginConfigRequest{ConfigNumbers: []*pb.ExactNumber{{Path: []string{"token"}, Number: "s3cr3t"}}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "ValueError: ••• is not kept: •••!", strings.ReplaceAll(
				pb.TextMasker(message).Replace("ValueError: s3cr3t is not kept: s3cr3t!"), "is not •••", "is not kept"))
		})
	}
}

func TestSecretsAreMaskedAsPythonWritesThem(t *testing.T) {
	masker := pb.TextMasker(&pb.User{Password: "pä'ss\\wö\"rd\n🦊 &x"})
	for name, written := range map[string]string{
		"as it is":        "pä'ss\\wö\"rd\n🦊 &x",
		"repr":            `pä\'ss\\wö"rd\n🦊 &x`,
		"ascii":           `p\xe4\'ss\\w\xf6"rd\n\U0001f98a &x`,
		"repr of bytes":   `p\xc3\xa4'ss\\w\xc3\xb6"rd\n\xf0\x9f\xa6\x8a &x`,
		"JSON":            `pä'ss\\wö\"rd\n🦊 &x`,
		"in a query":      "p%C3%A4%27ss%5Cw%C3%B6%22rd%0A%F0%9F%A6%8A+%26x",
		"in a path":       "p%C3%A4%27ss%5Cw%C3%B6%22rd%0A%F0%9F%A6%8A%20&x",
		"a part and more": "xpä'ss\\wö\"rd\n🦊 &xx",
	} {
		t.Run(name, func(t *testing.T) {
			want := "no: •••."
			if name == "a part and more" {
				want = "no: x•••x."
			}
			require.Equal(t, want, masker.Replace("no: "+written+"."))
		})
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	text := "a user with the id abc said pass"
	require.Equal(t, text, pb.TextMasker(nil).Replace(text))
	require.Equal(t, text, pb.TextMasker(&pb.User{Id: "abc", Username: "said", Password: "pas"}).Replace(text), "three characters are everywhere")
	require.Equal(t, "••• and •••", pb.TextMasker(&pb.GetUsersResponse{Users: []*pb.User{{Password: "long"}, {Password: "longer"}}}).Replace("long and longer"))
}
