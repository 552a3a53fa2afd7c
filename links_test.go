package mmpy_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/stretchr/testify/require"
)

// Links between the documents lead somewhere: to a file or a folder, and to a heading where they name one.
func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	links, dead := deadLinks(os.DirFS("."))
	require.Empty(t, dead)
	require.Greater(t, links, 40, "the links were not found")
	t.Logf("%d links", links)
}

func TestADeadLinkIsFound(t *testing.T) {
	documents := fstest.MapFS{
		"README.md": {Data: []byte("# One\n\n[a](docs/b.md), [b](docs/b.md#the-second-heading-of-two), [c](docs/c.md), [d](#one), [e](#two),\n" +
			"[f](docs/b.md#no), [g](https://example.com/x), [h](docs), [i wraps\nits line](docs/d.md)\n```\n[j](not/a/link.md)\n```\n`[k](nor/this.md)`\n")},
		"docs/b.md": {Data: []byte("## The `second` heading, of two\n[up](../README.md#one) [up](../../x.md)\n")},
	}
	_, dead := deadLinks(documents)
	require.Equal(t, []string{
		"README.md: docs/c.md", "README.md: #two", "README.md: docs/b.md#no", "README.md: docs/d.md", "docs/b.md: ../../x.md",
	}, dead)
}

var (
	link    = regexp.MustCompile(`(?s)\[[^\]]*\]\(([^)\s]+)\)`)
	fenced  = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```$")
	code    = regexp.MustCompile("`[^`\n]*`")
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// deadLinks reads all documents, and gives their links within the repository that lead nowhere.
func deadLinks(files fs.FS) (links int, dead []string) {
	headings := map[string]map[string]bool{} // by document
	texts := map[string]string{}
	var names []string
	_ = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		text := fenced.ReplaceAllString(string(content), "")
		headings[name] = map[string]bool{}
		for _, match := range heading.FindAllStringSubmatch(text, -1) {
			anchor := anchorOf(match[1])
			for n := 1; headings[name][anchor]; n++ {
				anchor = fmt.Sprintf("%s-%d", anchorOf(match[1]), n)
			}
			headings[name][anchor] = true
		}
		names, texts[name] = append(names, name), code.ReplaceAllString(text, "")
		return nil
	})
	for _, name := range names {
		for _, match := range link.FindAllStringSubmatch(texts[name], -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, ":") {
				continue // it leads elsewhere
			}
			links++
			to := name
			if target != "" {
				to = path.Join(path.Dir(name), target)
			}
			_, err := fs.Stat(files, to)
			if err != nil || anchor != "" && !headings[to][anchor] {
				dead = append(dead, name+": "+match[1])
			}
		}
	}
	return links, dead
}

// anchorOf is what a heading can be linked to by: its letters and digits in small, with hyphens for spaces.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}
