package grant_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/grant"
)

func TestEveryMethodIsInExactlyOneGroup(t *testing.T) {
	of := map[abi.Method][]string{}
	for _, group := range grant.Groups() {
		for _, method := range group.Methods {
			require.Less(t, int(method), len(abi.Methods), "%s has a method that there is not", group.Name)
			of[method] = append(of[method], group.Name)
		}
	}
	for i := range abi.Methods {
		method := abi.Method(i)
		require.Len(t, of[method], 1, "%s is in %v", method, of[method])
		require.Equal(t, of[method][0], grant.Groups()[grant.GroupOf(method)].Name)
	}
	require.Len(t, of, len(abi.Methods))
}

func TestGroupsAreForPeople(t *testing.T) {
	names := map[string]bool{}
	sensitive := false
	for _, group := range grant.Groups() {
		require.Regexp(t, `^[a-z_]+(:[a-z]+)?$`, group.Name)
		require.False(t, names[group.Name], "two groups %s", group.Name)
		names[group.Name] = true
		require.True(t, strings.HasSuffix(group.Text, "."), group.Name)
		require.NotEmpty(t, group.Methods, group.Name)
		require.True(t, group.Sensitive || !sensitive, "%s: the groups that are granted by default come first", group.Name)
		sensitive = group.Sensitive
	}
	require.True(t, sensitive)
	require.Less(t, len(names), 40)
}

// What must not be in the hands of a plugin whose manifest says nothing, by what it could do with it.
func TestWhatIsSensitive(t *testing.T) {
	for _, method := range []abi.Method{
		abi.GetUnsanitizedConfig, abi.SaveConfig, // secrets of the server; its configuration
		abi.GetSession, abi.CreateSession, abi.CreateUserAccessToken, // acting as somebody else
		abi.InstallPlugin, abi.EnablePlugin, abi.DisablePlugin, abi.RemovePlugin,
		abi.PermanentDeleteBot,
		abi.UpdateUserRoles, abi.UpdateUser, abi.UpdateUserAuth, // taking an account over
		abi.ExecuteSlashCommand,                                           // likewise
		abi.SendMail, abi.ShareChannel, abi.CreateCommand, abi.PluginHTTP, // ways out
		abi.GetOAuthApp, abi.GetCommand, // which come with secrets
	} {
		require.True(t, grant.Sensitive(method), method)
	}
	for i := range abi.Methods {
		name := abi.Methods[i].Name
		if strings.HasPrefix(name, "Permanent") || strings.HasSuffix(name, "Plugin") || strings.Contains(name, "Session") && !strings.Contains(name, "Upload") ||
			strings.Contains(name, "Token") || strings.Contains(name, "OAuth") || strings.Contains(name, "Unsanitized") {
			require.True(t, grant.Sensitive(abi.Method(i)), name)
		}
	}
	ordinary := []abi.Method{abi.CreatePost, abi.GetUser, abi.KVSet, abi.LogInfo, abi.RegisterCommand, abi.LoadPluginConfiguration, abi.EnsureBotUser}
	require.False(t, slices.ContainsFunc(ordinary, grant.Sensitive))
}
