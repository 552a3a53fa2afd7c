// Package server is the Mattermost side of a Python plugin: it turns Mattermost's hooks into calls of the interpreter
// and the interpreter's API calls into calls of plugin.API.
//
// A [Bundle] is a plugin's folder, a [Plugin] the plugin running: it has the methods of plugin.Hooks and fits wherever
// Mattermost calls them. [Main] is the executable that an unmodified Mattermost server starts; [New] makes the same
// plugin inside of any Go program, given a plugin.API. [Handlers] is the API alone, for a guest of one's own.
//
// # When the plugin fails
//
// What fails in a hook does not fail Mattermost: what the plugin was asked goes on as if it did not define the hook, and
// the reason is in the server's log, with the Python traceback. OnActivate's failure is an error, and the plugin does not
// start; so is that of the other hooks that can give one, as in a Go plugin that returns it. Who sends a slash command is
// told that the plugin failed, not why. docs/hooks.md has a table of what becomes of a failure, hook by hook.
//
// A hook that exceeds its time gets an exception; one that goes on is ended together with its interpreter. Another one
// takes over at once, in which OnConfigurationChange and OnActivate run first. Hooks wait for them, but only until they
// call the API, since that call may be waiting for one of those hooks. Where interpreters end again and again the next one
// is started after a delay, and finally not any more: then Plugin.Health says why, and the process of a packed plugin
// ends.
//
// # Several interpreters
//
// A manifest may ask for more than one interpreter (server.python.instances). Each has a state of its own; hooks go to
// one that is idle, OnConfigurationChange and OnDeactivate to all, and OnActivate runs in each before it gets others.
//
// # Metrics
//
// ServeMetrics serves what the plugin does at the root, mmpy's own figures after the plugin's; Plugin.Metrics gives them to
// a Go program.
package server
