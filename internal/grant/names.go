package grant

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mmpy/mmpy/abi"
	"github.com/mmpy/mmpy/internal/spelling"
)

// Names that stand for more than one thing wherever methods, hooks or hosts are listed.
const (
	Default = "default" // all groups that are not sensitive
	All     = "*"
)

type (
	methodSet [len(abi.Methods)]bool
	hookSet   [len(abi.Hooks)]bool
)

// add adds what a name in a list of methods stands for.
func (s *methodSet) add(name string) error {
	if method, ok := abi.MethodByName(name); ok {
		s[method] = true
		return nil
	}
	if methods, ok := findGroup(name); ok {
		for _, method := range methods {
			s[method] = true
		}
		return nil
	}
	if name != Default && name != All {
		return unknown(name, "method or group of methods", methodNames(), `names such as "CreatePost", groups such as "posts:write", "default" and "*"`)
	}
	for method := range s {
		if name == All || !Sensitive(abi.Method(method)) {
			s[method] = true
		}
	}
	return nil
}

// add adds what a name in a list of hooks stands for.
func (s *hookSet) add(name string) error {
	if name == All {
		for hook := range s {
			s[hook] = true
		}
		return nil
	}
	hook, ok := abi.HookByName(name)
	if !ok || hook == abi.HookImplemented {
		return unknown(name, "hook", hookNames(), `names such as "MessageWillBePosted", and "*"`)
	}
	s[hook] = true
	return nil
}

// Always says whether a hook is every plugin's, whatever is granted: those by which it is started and ended.
func Always(hook abi.Hook) bool {
	switch hook {
	case abi.HookImplemented, abi.HookOnActivate, abi.HookOnDeactivate, abi.HookOnConfigurationChange:
		return true
	}
	return false
}

// CheckMethod says what is wrong with the name of a method; nil: nothing.
func CheckMethod(name string) error {
	if _, ok := abi.MethodByName(name); ok {
		return nil
	}
	return unknown(name, "method", methodNames(), `names such as "CreatePost"`)
}

func unknown(name, kind string, names []string, allowed string) error {
	if name == "" {
		return fmt.Errorf("is empty; allowed: %s", allowed)
	}
	if nearest := spelling.Nearest(name, names); nearest != "" {
		return fmt.Errorf("%q is no %s: do you mean %q?", name, kind, nearest)
	}
	return fmt.Errorf("%q is no %s; allowed: %s", name, kind, allowed)
}

func methodNames() []string {
	names := []string{Default}
	for _, group := range groups {
		names = append(names, group.Name)
	}
	for _, info := range abi.Methods {
		names = append(names, info.Name)
	}
	return names
}

func hookNames() []string {
	names := make([]string, 0, len(abi.Hooks))
	for i, info := range abi.Hooks {
		if abi.Hook(i) != abi.HookImplemented {
			names = append(names, info.Name)
		}
	}
	return names
}

// addAll adds all names of a list; its error has one for each that is wrong, made by at.
func addAll(names []string, add func(string) error, at func(int, error) error) error {
	var mistakes []error
	for i, name := range names {
		if err := add(name); err != nil {
			mistakes = append(mistakes, at(i, err))
		} else if slices.Index(names, name) < i {
			mistakes = append(mistakes, at(i, fmt.Errorf("%q is listed twice", name)))
		}
	}
	return errors.Join(mistakes...)
}
