// Package parity has the tests that a Python plugin can do everything that a Go plugin can: they walk Mattermost's own
// interfaces and call each method from Python, in the real interpreter.
package parity
