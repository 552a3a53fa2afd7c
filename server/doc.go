// Package server is the Mattermost side of a Python plugin: it turns Mattermost's hooks into calls of the interpreter
// and the interpreter's API calls into calls of plugin.API.
//
// A [Bundle] is a plugin's folder, a [Plugin] the plugin running: it has the methods of plugin.Hooks and fits wherever
// Mattermost calls them. [Main] is the executable that an unmodified Mattermost server starts; [New] makes the same
// plugin inside of any Go program, given a plugin.API.
//
// What fails in a hook does not fail Mattermost: the event goes on as if the plugin did not define the hook, and the
// reason is in the log, with the Python traceback. Only OnActivate's failure is an error: the plugin does not start.
package server
