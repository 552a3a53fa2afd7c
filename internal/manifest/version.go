package manifest

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// condition is one of the conditions in a python_version: an operator as pip has them, and one to three numbers, of
// which the last may be a *.
var condition = regexp.MustCompile(`^(>=|<=|==|!=|~=|>|<|)\s*(\d+(?:\.\d+){0,2}(?:\.\*)?)$`)

// satisfies tells whether a version fulfils all conditions, which are separated by commas. A version without an
// operator is the least that will do, of its major version. Where numbers are left out, any will do: ==3.13 is
// fulfilled by 3.13.5. Nothing at all is fulfilled by every version.
func satisfies(version, conditions string) (bool, error) {
	if strings.TrimSpace(conditions) == "" {
		return true, nil
	}
	have, err := semver.NewVersion(version)
	if err != nil {
		return false, err
	}
	all := true
	for part := range strings.SplitSeq(conditions, ",") {
		match := condition.FindStringSubmatch(strings.TrimSpace(part))
		if match == nil {
			return false, fmt.Errorf("%q is not a version", conditions)
		}
		operator, want := match[1], match[2]
		switch {
		case operator == "==":
			operator = "="
		case operator == "~=" && strings.Count(want, ".") == 2:
			operator = "~" // the last number may grow
		case operator == "~=" || operator == "":
			operator = "^"
		}
		constraint, err := semver.NewConstraint(operator + want)
		if err != nil {
			return false, fmt.Errorf("%q is not a version: %w", conditions, err)
		}
		all = all && constraint.Check(have)
	}
	return all, nil
}
