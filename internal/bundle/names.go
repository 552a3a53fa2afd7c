package bundle

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a bundle may be at most. A Mattermost server takes 100 MB, compressed, unless its administrator says otherwise.
const (
	MaxFiles = 10_000  // and folders
	MaxSize  = 1 << 30 // bytes of all files together
	MaxDepth = 20      // folders around a file
	MaxPath  = 400     // bytes of a name with its folders
	MaxPart  = 200     // bytes of a name without them
)

// A Refusal lists what cannot be in a bundle, a line for each file.
type Refusal struct{ Reasons []string }

func (r *Refusal) Error() string { return strings.Join(r.Reasons, "\n") }

// maxReasons is how many mistakes are worth to be listed.
const maxReasons = 20

// names are those in one bundle: of files and folders, in whatever order they come.
type names struct {
	where   func(name string) string // how errors name a file
	known   map[string]entry         // by what is left of a name where case does not count
	files   int
	size    int64
	reasons []string
}

type entry struct {
	name   string
	folder bool
}

// newNames begins with the folders that mmpy makes in a bundle.
func newNames(where func(string) string) *names {
	n := &names{where: where, known: map[string]entry{}}
	for name := range strings.SplitSeq(Own+" "+path.Dir(dist)+" "+dist, " ") {
		n.known[folded(name)] = entry{name, true}
	}
	return n
}

// refuse notes what is wrong with a file.
func (n *names) refuse(name, format string, args ...any) {
	n.reasons = append(n.reasons, n.where(Shown(name))+": "+fmt.Sprintf(format, args...))
}

// err is everything that was wrong.
func (n *names) err() error {
	if len(n.reasons) == 0 {
		return nil
	}
	return &Refusal{n.reasons}
}

// full says that it makes no sense to go on.
func (n *names) full() bool {
	return n.files > MaxFiles || n.size > MaxSize || len(n.reasons) >= maxReasons
}

// add takes a file or folder into the bundle, and says whether it can be there. The name has slashes.
func (n *names) add(name string, mode fs.FileMode, size int64) bool {
	before := len(n.reasons)
	if reason := misnamed(name); reason != "" {
		n.refuse(name, "%s", reason)
		return false
	}
	switch {
	case !mode.IsRegular() && !mode.IsDir():
		n.refuse(name, "%s cannot be in a bundle: only files and folders can", kind(mode))
	case mode.IsRegular() && mode&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky) != 0:
		n.refuse(name, "a file with the setuid, setgid or sticky bit cannot be in a bundle: only ordinary permissions, such as 0644, can")
	}
	if n.files++; n.files == MaxFiles+1 {
		n.refuse(name, "there are too many files: a bundle has at most %d files and folders", MaxFiles)
	}
	if mode.IsRegular() {
		if size < 0 || size > MaxSize-n.size {
			n.size = MaxSize + 1
			n.refuse(name, "the files are too large: those of a bundle have at most %d MB together", MaxSize>>20)
		} else {
			n.size += size
		}
	}
	n.place(name, mode.IsDir())
	return len(n.reasons) == before
}

// place finds out whether the name, or that of a folder around it, is taken.
func (n *names) place(name string, folder bool) {
	for at, isFolder := name, folder; at != "."; at, isFolder = path.Dir(at), true {
		key := folded(at)
		known, taken := n.known[key]
		switch {
		case !taken:
			n.known[key] = entry{at, isFolder}
			continue
		case known.name != at:
			n.refuse(name, "%s and %s are the same where case does not count, or how letters are encoded: only one of the two can be in a bundle",
				Shown(at), Shown(known.name))
		case !isFolder || !known.folder:
			n.refuse(name, "the name is there twice: each can be in a bundle once")
		}
		return // the folders around it are known
	}
}

// misnamed says what is wrong with a name, if anything.
func misnamed(name string) string {
	const cannot = " cannot be in a bundle"
	switch {
	case !utf8.ValidString(name):
		return "a name that is not UTF-8" + cannot
	case len(name) > MaxPath:
		return fmt.Sprintf("a name of %d bytes%s: at most %d, with its folders", len(name), cannot, MaxPath)
	case strings.Contains(name, `\`):
		return "a name with a backslash" + cannot
	case strings.Contains(name, ":"):
		return "a name with a colon, as of a drive," + cannot
	case strings.HasPrefix(name, "/"):
		return "an absolute name" + cannot + ": only names inside of the plugin's folder can"
	case strings.Count(name, "/") > MaxDepth:
		return fmt.Sprintf("a file in %d folders%s: at most %d", strings.Count(name, "/"), cannot, MaxDepth)
	}
	if at := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }); at >= 0 {
		r, _ := utf8.DecodeRuneInString(name[at:])
		return fmt.Sprintf("a name with the character %U%s: only those that one can see, and spaces", r, cannot)
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "..":
			return `a name with ".."` + cannot + ": only names inside of the plugin's folder can"
		case part == "" || part == ".":
			return `a name with an empty part, or "."` + cannot
		case len(part) > MaxPart:
			return fmt.Sprintf("a name with a part of %d bytes%s: at most %d", len(part), cannot, MaxPart)
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " "):
			return "a name that ends with a dot or a space, which some systems leave out," + cannot
		}
	}
	return ""
}

// folded is a name as the least particular file system has it.
func folded(name string) string {
	fold := func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}
	return norm.NFKC.String(strings.Map(fold, norm.NFKC.String(name)))
}

// Shown is a foreign name, or any text, as it may be put before people: what a terminal would obey is escaped, and what is
// long is cut.
func Shown(name string) string {
	const most = 200
	if len(name) > most {
		name = name[:most] + "…"
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return strconv.Quote(name)
	}
	return name
}
