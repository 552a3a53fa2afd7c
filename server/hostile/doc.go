// Package hostile has no code but tests: what a hostile plugin does to Mattermost and to itself, and that it is contained.
// `make hostile` prints them as a table.
package hostile
