//go:build !linux

package server

// dropFilePages does nothing where it is not known how.
func dropFilePages() {}
