package memserver

import (
	"bytes"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// valueKey is a key of one plugin's store; plugins do not see each other's keys.
type valueKey struct{ plugin, key string }

type value struct {
	data      []byte
	expiresAt int64 // milliseconds; 0 is never
}

// keysPerPage is how many keys KVList returns when it is asked for none.
const keysPerPage = 10

// KVSetWithOptions stores, or with a nil value removes. Atomic, it does so only if the stored value equals
// options.OldValue, where nil means no value; it reports whether it did. A value past its expiry does not exist.
func (a *API) KVSetWithOptions(key string, data []byte, options model.PluginKVSetOptions) (bool, *model.AppError) {
	if err := options.IsValid(); err != nil {
		return false, explain(err)
	}
	entry := model.PluginKeyValue{PluginId: a.manifest.Id, Key: key}
	if err := entry.IsValid(); err != nil {
		return false, explain(err)
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	at := valueKey{a.manifest.Id, key}
	if options.Atomic {
		if data == nil && options.OldValue == nil {
			return false, nil
		}
		current, exists := s.value(at)
		if exists != (options.OldValue != nil) || !bytes.Equal(current.data, options.OldValue) {
			return false, nil
		}
	}
	if data == nil {
		delete(s.values, at)
		return true, nil
	}
	stored := value{data: bytes.Clone(data)}
	if options.ExpireInSeconds != 0 {
		stored.expiresAt = s.millis() + options.ExpireInSeconds*1000
	}
	s.values[at] = stored
	return true, nil
}

// value returns what is stored and has not expired. The caller holds s.mu.
func (s *Server) value(key valueKey) (value, bool) {
	stored, ok := s.values[key]
	if ok && stored.expiresAt != 0 && stored.expiresAt <= s.millis() {
		delete(s.values, key)
		return value{}, false
	}
	return stored, ok
}

// KVSet stores without expiry; a nil value removes the key.
func (a *API) KVSet(key string, data []byte) *model.AppError { return a.KVSetWithExpiry(key, data, 0) }

// KVSetWithExpiry stores for so many seconds; 0 is for ever.
func (a *API) KVSetWithExpiry(key string, data []byte, expireInSeconds int64) *model.AppError {
	_, err := a.KVSetWithOptions(key, data, model.PluginKVSetOptions{ExpireInSeconds: expireInSeconds})
	return err
}

// KVCompareAndSet stores if the present value is oldValue, nil being none, and reports whether it did.
func (a *API) KVCompareAndSet(key string, oldValue, newValue []byte) (bool, *model.AppError) {
	return a.KVSetWithOptions(key, newValue, model.PluginKVSetOptions{Atomic: true, OldValue: oldValue})
}

// KVCompareAndDelete removes the key if its value is oldValue, and reports whether it did.
func (a *API) KVCompareAndDelete(key string, oldValue []byte) (bool, *model.AppError) {
	return a.KVCompareAndSet(key, oldValue, nil)
}

// KVGet returns the value, or nil if there is none.
func (a *API) KVGet(key string) ([]byte, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	stored, _ := a.s.value(valueKey{a.manifest.Id, key})
	return bytes.Clone(stored.data), nil
}

// KVDelete removes the key; that there is none is no error.
func (a *API) KVDelete(key string) *model.AppError {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	delete(a.s.values, valueKey{a.manifest.Id, key})
	return nil
}

// KVDeleteAll removes all keys of the plugin.
func (a *API) KVDeleteAll() *model.AppError {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	for key := range a.s.values {
		if key.plugin == a.manifest.Id {
			delete(a.s.values, key)
		}
	}
	return nil
}

// KVList returns a page of the plugin's keys in alphabetical order.
func (a *API) KVList(number, perPage int) ([]string, *model.AppError) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	keys := []string{}
	for key := range a.s.values {
		if _, exists := a.s.value(key); exists && key.plugin == a.manifest.Id {
			keys = append(keys, key.key)
		}
	}
	slices.Sort(keys)
	if perPage <= 0 {
		// The page number was multiplied with the page size, so any page is the first.
		number, perPage = 0, keysPerPage
	}
	return page(keys, number, perPage), nil
}
