package convert

import (
	"math/big"
	"slices"
	"strconv"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
)

// The numbers of a Struct or a Value are doubles. Integers beyond 2^53 are in its companion X_numbers as well: a double
// holds few of them, and even of those JSON writes other digits. Nearly always there are none, so neither way costs
// anything until one is met.

// maxExact is the integer up to which a double holds each one.
const maxExact = 1 << 53

// great lists an integer that a double may not hold.
func great(value int64) []*pb.ExactNumber {
	if -maxExact <= value && value <= maxExact {
		return nil
	}
	return []*pb.ExactNumber{{Number: strconv.FormatInt(value, 10)}}
}

// greatUnsigned is great for numbers that an int64 may not hold.
func greatUnsigned(value uint64) []*pb.ExactNumber {
	if value <= maxExact {
		return nil
	}
	return []*pb.ExactNumber{{Number: strconv.FormatUint(value, 10)}}
}

// greatText is great for a number as JSON writes it. Of a fraction, the double nearest to it is all that JSON promises.
func greatText(text string) []*pb.ExactNumber {
	integer, ok := new(big.Int).SetString(text, 10)
	if !ok || integer.CmpAbs(big.NewInt(maxExact)) <= 0 {
		return nil
	}
	return []*pb.ExactNumber{{Number: text}}
}

// within adds to the paths of numbers, which begin inside of a list or a map, where in that they are.
func within(key string, numbers []*pb.ExactNumber) []*pb.ExactNumber {
	for _, number := range numbers {
		number.Path = slices.Insert(number.Path, 0, key)
	}
	return numbers
}

// ordered puts numbers, which were found in the random order of maps, in that of their paths.
func ordered(numbers []*pb.ExactNumber) []*pb.ExactNumber {
	slices.SortFunc(numbers, func(a, b *pb.ExactNumber) int { return slices.Compare(a.GetPath(), b.GetPath()) })
	return numbers
}

// restore puts the numbers where the doubles nearest to them are: into value, or instead of it. Any other value there
// is newer than the number.
func restore(value any, numbers []*pb.ExactNumber) any {
	for _, number := range numbers {
		value = restored(value, number.GetPath(), number.GetNumber())
	}
	return value
}

func restored(value any, path []string, number string) any {
	if len(path) == 0 {
		if nearest, ok := value.(float64); ok {
			return exactNumber(number, nearest)
		}
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		if item, ok := v[path[0]]; ok {
			v[path[0]] = restored(item, path[1:], number)
		}
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && 0 <= i && i < len(v) {
			v[i] = restored(v[i], path[1:], number)
		}
	}
	return value
}

// exactNumber gives the number of a text as an int64 or a uint64, the types that net/rpc carries to Mattermost; nearest
// where it is none of them, or not what nearest is nearest to.
func exactNumber(text string, nearest float64) any {
	if signed, err := strconv.ParseInt(text, 10, 64); err == nil && float64(signed) == nearest {
		return signed
	}
	if unsigned, err := strconv.ParseUint(text, 10, 64); err == nil && float64(unsigned) == nearest {
		return unsigned
	}
	return nearest
}

// sameNumbers says whether two lists have the same numbers at the same places; both are ordered. A number that a double
// holds need not be listed.
func sameNumbers(a, b []*pb.ExactNumber) bool {
	return slices.EqualFunc(rounded(a), rounded(b), func(a, b *pb.ExactNumber) bool {
		return a.GetNumber() == b.GetNumber() && slices.Equal(a.GetPath(), b.GetPath())
	})
}

// numbersOf gives the numbers below a key, with their paths from there, in order.
func numbersOf(key string, numbers []*pb.ExactNumber) []*pb.ExactNumber {
	var below []*pb.ExactNumber
	for _, number := range numbers {
		if path := number.GetPath(); len(path) > 0 && path[0] == key {
			below = append(below, &pb.ExactNumber{Path: path[1:], Number: number.GetNumber()})
		}
	}
	return ordered(below)
}

// rounded gives the numbers that no double holds.
func rounded(numbers []*pb.ExactNumber) []*pb.ExactNumber {
	return slices.DeleteFunc(slices.Clone(numbers), func(number *pb.ExactNumber) bool {
		if signed, err := strconv.ParseInt(number.GetNumber(), 10, 64); err == nil {
			nearest := float64(signed)
			return nearest < 1<<63 && int64(nearest) == signed
		}
		unsigned, err := strconv.ParseUint(number.GetNumber(), 10, 64)
		nearest := float64(unsigned)
		return err == nil && nearest < 1<<64 && uint64(nearest) == unsigned
	})
}
