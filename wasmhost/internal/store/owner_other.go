//go:build !unix

package store

import "io/fs"

// Elsewhere the user's cache folder is protected by access lists that Go does not show.

func ownedByUser(fs.FileInfo) bool { return true }

func writableByOthers(fs.FileInfo) bool { return false }
