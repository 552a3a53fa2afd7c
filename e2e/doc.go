// Package e2e tests mmpy on a real Mattermost server with a real database: plugins are packed with the mmpy command,
// uploaded through the REST API and used as people use them. Run "make e2e" in the folder above, or e2e/setup.sh once
// and then "go test ./..." here; MMPY=/path/to/mmpy tests that binary instead of one built from the checkout.
//
// Each area of the plugin API has a file here and a small plugin in testdata/plugins, which is also an example of how
// that part of the API is used from Python. Most are talked to by a slash command that answers in JSON; what comes of
// it is looked at from outside, by REST, by the websocket, or in the database where nothing else shows it.
package e2e
