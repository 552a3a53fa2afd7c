package grant

import (
	"slices"

	"github.com/mmpy/mmpy/abi"
)

// A Group is a part of the API that an administrator can grant or deny with one word.
type Group struct {
	Name string // "posts:read"
	Text string // what it lets a plugin do, for people
	// Sensitive groups reach beyond what an ordinary plugin has to do with. They are granted only where the manifest asks for
	// them, and their calls are in the audit.
	Sensitive bool
	Methods   []abi.Method
}

// groups has each method in exactly one group. What a method may do at worst decides which.
var groups = []Group{
	{Name: "posts:read", Text: "Read and search posts in all channels, reactions, and custom emoji.", Methods: []abi.Method{
		abi.GetPost, abi.GetPostThread, abi.GetPostsSince, abi.GetPostsAfter, abi.GetPostsBefore, abi.GetPostsForChannel,
		abi.SearchPostsInTeam, abi.SearchPostsInTeamForUser, abi.GetReactions,
		abi.GetEmojiList, abi.GetEmojiByName, abi.GetEmoji, abi.GetEmojiImage,
	}},
	{Name: "posts:write", Text: "Post in the name of any user, change and delete posts, react to them, and show ephemeral posts.", Methods: []abi.Method{
		abi.CreatePost, abi.UpdatePost, abi.DeletePost, abi.AddReaction, abi.RemoveReaction,
		abi.SendEphemeralPost, abi.UpdateEphemeralPost, abi.DeleteEphemeralPost, abi.RegisterCollectionAndTopic,
	}},
	{Name: "channels:read", Text: "Read and search channels, their members, and the sidebar.", Methods: []abi.Method{
		abi.GetChannel, abi.GetChannelOfType, abi.GetChannelByName, abi.GetChannelByNameForTeamName, abi.GetPublicChannelsForTeam,
		abi.GetChannelsForTeamForUser, abi.GetChannelStats, abi.SearchChannels,
		abi.GetChannelMember, abi.GetChannelMembers, abi.GetChannelMembersByIds, abi.GetChannelMembersForUser,
		abi.GetChannelSidebarCategories,
	}},
	{Name: "channels:write", Text: "Create, change, archive and restore channels, add and remove members, and arrange the sidebar.", Methods: []abi.Method{
		abi.CreateChannel, abi.UpdateChannel, abi.DeleteChannel, abi.RestoreChannel, abi.GetDirectChannel, abi.GetGroupChannel,
		abi.AddChannelMember, abi.AddUserToChannel, abi.DeleteChannelMember,
		abi.UpdateChannelMemberNotifications, abi.PatchChannelMembersNotifications,
		abi.CreateChannelSidebarCategory, abi.UpdateChannelSidebarCategories,
		abi.RegisterChannelGuard, abi.UnregisterChannelGuard,
	}},
	{Name: "teams:read", Text: "Read and search teams, their members, and their icons.", Methods: []abi.Method{
		abi.GetTeams, abi.GetTeam, abi.GetTeamByName, abi.GetTeamsUnreadForUser, abi.SearchTeams, abi.GetTeamsForUser,
		abi.GetTeamMembers, abi.GetTeamMember, abi.GetTeamMembersForUser, abi.GetTeamIcon, abi.GetTeamStats,
	}},
	{Name: "teams:write", Text: "Create, change and archive teams, and add and remove members.", Methods: []abi.Method{
		abi.CreateTeam, abi.UpdateTeam, abi.DeleteTeam, abi.CreateTeamMember, abi.CreateTeamMembers,
		abi.CreateTeamMembersGracefully, abi.DeleteTeamMember, abi.SetTeamIcon, abi.RemoveTeamIcon,
	}},
	{Name: "users:read", Text: "Read and search users with their addresses, status, picture, preferences and permissions.", Methods: []abi.Method{
		abi.GetUsers, abi.GetUsersByIds, abi.GetUser, abi.GetUserByEmail, abi.GetUserByUsername, abi.GetUsersByUsernames,
		abi.GetUsersInTeam, abi.GetUsersInChannel, abi.SearchUsers, abi.GetUserStatus, abi.GetUserStatusesByIds,
		abi.GetProfileImage, abi.GetPreferenceForUser, abi.GetPreferencesForUser,
		abi.HasPermissionTo, abi.HasPermissionToTeam, abi.HasPermissionToChannel, abi.RolesGrantPermission,
	}},
	{Name: "users:write", Text: "Change the status, picture and preferences of users.", Methods: []abi.Method{
		abi.UpdateUserStatus, abi.SetUserStatusTimedDND, abi.UpdateUserCustomStatus, abi.RemoveUserCustomStatus,
		abi.SetProfileImage, abi.UpdatePreferencesForUser, abi.DeletePreferencesForUser,
	}},
	{Name: "groups:read", Text: "Read groups of users, their members, and the teams and channels that they are linked to.", Methods: []abi.Method{
		abi.GetGroup, abi.GetGroupByName, abi.GetGroupByRemoteID, abi.GetGroups, abi.GetGroupsBySource, abi.GetGroupsForUser,
		abi.GetGroupMemberUsers, abi.GetGroupSyncable, abi.GetGroupSyncables,
	}},
	{Name: "files:read", Text: "Read files, also by their path in the file store, and make public links to them.", Methods: []abi.Method{
		abi.GetFileInfo, abi.GetFileInfos, abi.GetFile, abi.GetFileLink, abi.ReadFile, abi.GetUploadSession,
	}},
	{Name: "files:write", Text: "Upload and copy files.", Methods: []abi.Method{
		abi.UploadFile, abi.CreateUploadSession, abi.UploadData, abi.CopyFileInfos, abi.SetFileSearchableContent,
	}},
	{Name: "properties:read", Text: "Read properties: fields, and the values that users, posts and other things have for them.", Methods: []abi.Method{
		abi.GetPropertyField, abi.GetPropertyFields, abi.GetPropertyFieldByName, abi.SearchPropertyFields,
		abi.CountPropertyFields, abi.CountPropertyFieldsForTarget, abi.GetPropertyValue, abi.GetPropertyValues,
		abi.SearchPropertyValues, abi.GetPropertyGroup,
	}},
	{Name: "properties:write", Text: "Create, change and delete properties and their values.", Methods: []abi.Method{
		abi.CreatePropertyField, abi.UpdatePropertyField, abi.UpdatePropertyFields, abi.DeletePropertyField,
		abi.CreatePropertyValue, abi.UpdatePropertyValue, abi.UpdatePropertyValues, abi.DeletePropertyValue,
		abi.UpsertPropertyValue, abi.UpsertPropertyValues, abi.UpsertPropertyValueWithOptions, abi.UpsertPropertyValuesWithOptions,
		abi.DeletePropertyValueWithOptions, abi.DeletePropertyValuesForTarget, abi.DeletePropertyValuesForTargetWithOptions,
		abi.DeletePropertyValuesForField, abi.DeletePropertyValuesForFieldWithOptions, abi.RegisterPropertyGroup,
	}},
	{Name: "access_control", Text: "Evaluate and keep access control policies of the plugin's own resources.", Methods: []abi.Method{
		abi.EvaluateAccessControl, abi.SaveAccessControlPolicy, abi.GetAccessControlPolicy, abi.DeleteAccessControlPolicy,
		abi.CheckAccessControlExpression, abi.QueryUsersForAccessControlExpression,
		abi.GetAccessControlFieldsAutocomplete, abi.GetAccessControlVisualAST,
	}},
	{Name: "kv", Text: "Read and write the plugin's own key-value store.", Methods: []abi.Method{
		abi.KVSet, abi.KVCompareAndSet, abi.KVCompareAndDelete, abi.KVSetWithOptions, abi.KVSetWithExpiry,
		abi.KVGet, abi.KVDelete, abi.KVDeleteAll, abi.KVList,
	}},
	{Name: "settings", Text: "Read and save the plugin's own settings.", Methods: []abi.Method{
		abi.LoadPluginConfiguration, abi.GetPluginConfig, abi.SavePluginConfig, abi.GetPluginID, abi.GetBundlePath,
	}},
	{Name: "commands", Text: "Register slash commands of the plugin, and list those that plugins and the server have.", Methods: []abi.Method{
		abi.RegisterCommand, abi.UnregisterCommand, abi.ListPluginCommands, abi.ListBuiltInCommands,
	}},
	{Name: "bots", Text: "Create, change and read bots.", Methods: []abi.Method{
		abi.CreateBot, abi.PatchBot, abi.GetBot, abi.GetBots, abi.UpdateBotActive, abi.EnsureBotUser,
	}},
	{Name: "events", Text: "Send events, dialogs, notes and push notifications to people's clients, and events to the plugin's other nodes.", Methods: []abi.Method{
		abi.PublishWebSocketEvent, abi.PublishUserTyping, abi.OpenInteractiveDialog, abi.SendToastMessage,
		abi.SendPushNotification, abi.PublishPluginClusterEvent,
	}},
	{Name: "logs", Text: "Write to the server's log, and its audit log.", Methods: []abi.Method{
		abi.LogDebug, abi.LogInfo, abi.LogWarn, abi.LogError, abi.LogAuditRec, abi.LogAuditRecWithLevel,
	}},
	{Name: "server:read", Text: "Read the server's version, licence, installed plugins, and its configuration without the secrets in it.", Methods: []abi.Method{
		abi.GetConfig, abi.GetLicense, abi.IsEnterpriseReady, abi.GetServerVersion, abi.GetSystemInstallDate,
		abi.GetDiagnosticId, abi.GetTelemetryId, abi.GetCloudLimits, abi.GetPlugins, abi.GetPluginStatus,
	}},

	{Name: "server:write", Text: "Change the server's configuration, and ask for a trial licence.", Sensitive: true, Methods: []abi.Method{
		abi.SaveConfig, abi.RequestTrialLicense,
	}},
	{Name: "secrets", Text: "Read the server's configuration with the passwords and keys in it.", Sensitive: true, Methods: []abi.Method{
		abi.GetUnsanitizedConfig,
	}},
	{Name: "sessions", Text: "Read, create and revoke the sessions and access tokens of users: act as anybody.", Sensitive: true, Methods: []abi.Method{
		abi.GetSession, abi.CreateSession, abi.ExtendSessionExpiry, abi.RevokeSession,
		abi.CreateUserAccessToken, abi.RevokeUserAccessToken,
	}},
	{Name: "accounts", Text: "Create, change and deactivate accounts, change how users log in, and read their attributes in LDAP.", Sensitive: true, Methods: []abi.Method{
		abi.CreateUser, abi.UpdateUser, abi.DeleteUser, abi.UpdateUserActive, abi.UpdateUserAuth, abi.GetLDAPUserAttributes,
	}},
	{Name: "roles", Text: "Give roles to users, and to members of teams and channels: make anybody an administrator.", Sensitive: true, Methods: []abi.Method{
		abi.UpdateUserRoles, abi.UpdateTeamMemberRoles, abi.UpdateChannelMemberRoles,
	}},
	{Name: "groups:write", Text: "Create, change and delete groups of users, and link them to teams and channels, whose members they decide.", Sensitive: true, Methods: []abi.Method{
		abi.CreateGroup, abi.UpdateGroup, abi.DeleteGroup, abi.RestoreGroup,
		abi.UpsertGroupMember, abi.UpsertGroupMembers, abi.DeleteGroupMember,
		abi.UpsertGroupSyncable, abi.UpdateGroupSyncable, abi.DeleteGroupSyncable,
		abi.CreateDefaultSyncableMemberships, abi.DeleteGroupConstrainedMemberships,
	}},
	{Name: "integrations", Text: "Read, create, change and delete custom slash commands and OAuth apps, with their tokens and secrets.", Sensitive: true, Methods: []abi.Method{
		abi.CreateCommand, abi.GetCommand, abi.UpdateCommand, abi.DeleteCommand, abi.ListCommands, abi.ListCustomCommands,
		abi.CreateOAuthApp, abi.GetOAuthApp, abi.UpdateOAuthApp, abi.DeleteOAuthApp,
	}},
	{Name: "commands:run", Text: "Run slash commands, also of other plugins, in the name of any user, an administrator perhaps.", Sensitive: true, Methods: []abi.Method{
		abi.ExecuteSlashCommand,
	}},
	{Name: "shared_channels", Text: "Share channels with other servers, and take posts, files and users from them.", Sensitive: true, Methods: []abi.Method{
		abi.RegisterPluginForSharedChannels, abi.UnregisterPluginForSharedChannels, abi.UnregisterPluginRemoteForSharedChannels,
		abi.ShareChannel, abi.UpdateSharedChannel, abi.UnshareChannel, abi.UpdateSharedChannelCursor, abi.SyncSharedChannel,
		abi.InviteRemoteToChannel, abi.UninviteRemoteFromChannel, abi.ReceiveSharedChannelSyncMsg,
		abi.ReceiveSharedChannelAttachmentSyncMsg, abi.ReceiveSharedChannelProfileImageSyncMsg,
	}},
	{Name: "mail", Text: "Send mail to any address.", Sensitive: true, Methods: []abi.Method{abi.SendMail}},
	{Name: "plugins:http", Text: "Send HTTP requests to other plugins, which take them for the plugin's own.", Sensitive: true, Methods: []abi.Method{
		abi.PluginHTTP,
	}},
	{Name: "plugins:manage", Text: "Install, enable, disable and remove plugins.", Sensitive: true, Methods: []abi.Method{
		abi.InstallPlugin, abi.EnablePlugin, abi.DisablePlugin, abi.RemovePlugin,
	}},
	{Name: "bots:delete", Text: "Delete bots for good.", Sensitive: true, Methods: []abi.Method{abi.PermanentDeleteBot}},
}

// Groups lists all groups; those that are granted by default come first. They must not be changed.
func Groups() []Group { return groups }

// groupOf is the index of each method's group.
var groupOf = func() (of [len(abi.Methods)]int) {
	for method := range of {
		of[method] = -1 // which no method has, or a test fails
	}
	for index, group := range groups {
		for _, method := range group.Methods {
			of[method] = index
		}
	}
	return of
}()

// GroupOf is the index, in Groups, of the group that a method belongs to.
func GroupOf(method abi.Method) int { return groupOf[method] }

// Sensitive says whether a method is of a sensitive group.
func Sensitive(method abi.Method) bool {
	group := groupOf[method]
	return group < 0 || groups[group].Sensitive
}

// findGroup finds the methods of a group by its name.
func findGroup(name string) ([]abi.Method, bool) {
	index := slices.IndexFunc(groups, func(g Group) bool { return g.Name == name })
	if index < 0 {
		return nil, false
	}
	return groups[index].Methods, true
}
