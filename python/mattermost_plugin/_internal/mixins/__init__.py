"""The methods of `mattermost_plugin.PluginAPIClient`, by area."""
