package pluginapiv1_test

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// suspicious are names that a secret may have; more than those that are masked.
var suspicious = regexp.MustCompile(`pass|secret|token|credential|cookie|auth_|oauth|mfa|salt|(^|_)key|private|signature|cert|hash(_|$)|invite_id|session_id|data_source`)

// harmless are the fields of suspicious names that everybody may read, and why.
var harmless = map[string]string{
	"AuditRecord.session_id":                "an id, not the token",
	"DialogElement.data_source":             "what a menu lists",
	"DialogElement.data_source_url":         "where it asks",
	"ExtendSessionExpiryRequest.session_id": "an id, not the token",
	"GetSessionRequest.session_id":          "an id, not the token",
	"HTTPHeader.key":                        "a name; the values are masked by it",
	"KVCompareAndDeleteRequest.key":         "the name of a value of the plugin's own",
	"KVCompareAndSetRequest.key":            "the name of a value of the plugin's own",
	"KVDeleteRequest.key":                   "the name of a value of the plugin's own",
	"KVGetRequest.key":                      "the name of a value of the plugin's own",
	"KVListResponse.keys":                   "the names of values of the plugin's own",
	"KVSetRequest.key":                      "the name of a value of the plugin's own",
	"KVSetWithExpiryRequest.key":            "the name of a value of the plugin's own",
	"KVSetWithOptionsRequest.key":           "the name of a value of the plugin's own",
	"KeyValuePair.key":                      "a name; the value is masked by it",
	"LogDebugRequest.key_value_pairs":       "masked by their keys",
	"LogErrorRequest.key_value_pairs":       "masked by their keys",
	"LogInfoRequest.key_value_pairs":        "masked by their keys",
	"LogWarnRequest.key_value_pairs":        "masked by their keys",
	"ManifestWebapp.bundle_hash":            "of what every browser gets",
	"PluginContext.session_id":              "an id, not the token",
	"PluginSetting.key":                     "the name of a setting",
	"PluginSetting.secret":                  "whether a setting is one",
	"PluginSettingsSection.key":             "the name of a section",
	"PostAction.data_source":                "what a menu lists",
	"RequestContext.session_id":             "an id, not the token",
	"RevokeSessionRequest.session_id":       "an id, not the token",
	"RevokeUserAccessTokenRequest.token_id": "an id, not the token",
	"Session.is_oauth":                      "a flag",
	"User.auth_service":                     "the name of a way to log in",
	"UserAuth.auth_service":                 "the name of a way to log in",
	"User.last_password_update":             "a time",
	"User.mfa_active":                       "a flag",
	"User.mfa_used_timestamps":              "times",
}

// eachField visits the fields of all messages of the contract.
func eachField(visit func(name string, field protoreflect.FieldDescriptor)) {
	pb.Files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Messages().Len() {
			message := file.Messages().Get(i)
			for j := range message.Fields().Len() {
				field := message.Fields().Get(j)
				visit(string(message.Name())+"."+string(field.Name()), field)
			}
		}
		return true
	})
}

func TestEveryFieldThatSoundsSecretIsMaskedOrHarmless(t *testing.T) {
	unneeded := maps.Clone(harmless)
	masked := 0
	eachField(func(name string, field protoreflect.FieldDescriptor) {
		if !suspicious.MatchString(string(field.Name())) {
			require.False(t, pb.IsSecret(field), "%s is masked and not even suspicious", name)
			return
		}
		if field.Kind() == protoreflect.MessageKind && !field.IsMap() && harmless[name] == "" {
			return // its own fields are looked at
		}
		_, isHarmless := harmless[name]
		assert.NotEqual(t, isHarmless, pb.IsSecret(field), "%s: is harmless: %v, is masked: %v", name, isHarmless, pb.IsSecret(field))
		delete(unneeded, name)
		if pb.IsSecret(field) {
			masked++
		}
	})
	require.Greater(t, masked, 10)
	require.Empty(t, slices.Sorted(maps.Keys(unneeded)), "harmless lists fields that are not there")
}

func TestSecretsAreMaskedWhereverTheyAre(t *testing.T) {
	config, err := structpb.NewStruct(map[string]any{
		"Webhook_Secret": "s3cr3t", "list": []any{map[string]any{"token": "s3cr3t", "name": "kept"}},
	})
	require.NoError(t, err)
	for name, message := range map[string]proto.Message{
		"in a field":              &pb.User{Username: "kept", Password: "s3cr3t", AuthData: new("s3cr3t"), MfaSecret: "s3cr3t"},
		"in a message in another": &pb.CreateUserRequest{User: &pb.User{Username: "kept", Password: "s3cr3t"}},
		"in a list":               &pb.GetUsersResponse{Users: []*pb.User{{Username: "kept", Password: "s3cr3t"}}},
		"in a map":                &pb.SyncMsg{Users: map[string]*pb.User{"u": {Username: "kept", Password: "s3cr3t"}}},
		"in settings":             &pb.SavePluginConfigRequest{Config: config},
		"in a JSON document":      &pb.GetUnsanitizedConfigResponse{ConfigJson: []byte(`{"a":[{"SMTPPassword":"s3cr3t","name":"kept"}]}`)},
		"in a broken document":    &pb.SaveConfigRequest{ConfigJson: []byte(`{"SMTPPassword":"s3cr3t`)},
		"in headers":              &pb.ServeHTTPRequestInit{Url: "kept", Headers: []*pb.HTTPHeader{{Key: "Cookie", Values: []string{"s3cr3t", "s3cr3t"}}}},
		"in a map of headers":     &pb.PluginHTTPRequest{Url: "kept", Headers: map[string]string{"Authorization": "s3cr3t"}},
		"in a line of the log":    &pb.LogInfoRequest{Msg: "kept", KeyValuePairs: []*pb.KeyValuePair{{Key: "api_token", Value: structpb.NewStringValue("s3cr3t")}}},
		"in an exact number":      &pb.SavePluginConfigRequest{ConfigNumbers: []*pb.ExactNumber{{Path: []string{"token"}, Number: "s3cr3t"}}},
		"of another name":         &pb.Team{Name: "kept", InviteId: "s3cr3t"},
	} {
		t.Run(name, func(t *testing.T) {
			before := proto.Clone(message)
			masked := text(t, pb.Masked(message))
			require.NotContains(t, masked, "s3cr3t")
			require.True(t, proto.Equal(before, message), "the message itself stays as it is")
			if kept := "kept"; regexp.MustCompile(kept).MatchString(text(t, message)) {
				require.Contains(t, masked, kept)
			}
		})
	}
	require.Nil(t, pb.Masked(nil))
	require.True(t, proto.Equal(&pb.User{}, pb.Masked(&pb.User{})), "an empty password is none")
}

// text is a message as people read it; JSON documents in it as texts.
func text(t *testing.T, message proto.Message) string {
	t.Helper()
	encoded, err := protojson.Marshal(message)
	require.NoError(t, err)
	shown := string(encoded)
	message.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Kind() == protoreflect.BytesKind {
			shown += string(value.Bytes())
		}
		return true
	})
	return shown
}
