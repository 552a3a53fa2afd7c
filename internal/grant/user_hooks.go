package grant

import (
	"time"

	"github.com/mmpy/mmpy/abi"
)

// userHooks are the hooks that somebody's request waits for, to whom the plugin is nothing: a message, a login, a command.
// A request to the plugin itself, as in ServeHTTP, is not among them, nor is what Mattermost sends in the background.
var userHooks = [len(abi.Hooks)]bool{
	abi.HookMessageWillBePosted: true, abi.HookMessageWillBeUpdated: true, abi.HookMessagesWillBeConsumed: true,
	abi.HookMessagesWillBeConsumedWithContext: true, abi.HookFileWillBeUploaded: true, abi.HookFileWillBeDownloaded: true,
	abi.HookUserWillLogIn: true, abi.HookOnSAMLLogin: true, abi.HookExecuteCommand: true, abi.HookConfigurationWillBeSaved: true,
	abi.HookChannelMemberWillBeAdded: true, abi.HookTeamMemberWillBeAdded: true, abi.HookChannelWillBeArchived: true,
	abi.HookChannelWillBeUpdated: true, abi.HookChannelWillBeRestored: true, abi.HookScheduledPostWillBeCreated: true,
	abi.HookDraftWillBeUpserted: true,
}

// HoldsUpUser says whether somebody who uses Mattermost waits for the hook.
func HoldsUpUser(hook abi.Hook) bool { return userHooks[hook] }

// TimeOf is the limit of how long a hook may take, and its value.
func (l *Limits) TimeOf(hook abi.Hook) (Limit, time.Duration) {
	if HoldsUpUser(hook) {
		return LimitUserHookTime, l.UserHookTime
	}
	return LimitHookTime, l.HookTime
}
