//go:build !linux

package nativecode

import "io"

// offer offers an entry under a name until stop is called.
func (f *Feed) offer(name string, entry io.Reader, _ int64) (stop func() error, err error) {
	return f.offerFile(name, entry)
}
