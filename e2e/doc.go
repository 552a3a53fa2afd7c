// Package e2e tests mmpy on a real Mattermost server with a real database: plugins are packed with the mmpy command,
// uploaded through the REST API and used as people use them. Run "make e2e" in the folder above, or e2e/setup.sh once
// and then "go test ./..." here; MMPY=/path/to/mmpy tests that binary instead of one built from the checkout.
package e2e
