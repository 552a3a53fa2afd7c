package mmpy_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// Each promise of the threat model names the tests that show it, and these exist.
func TestEachPromiseNamesTestsThatExist(t *testing.T) {
	text, err := os.ReadFile("THREAT_MODEL.md")
	require.NoError(t, err)
	promises, wrong := unproven(string(text), os.DirFS("."))
	require.Empty(t, wrong)
	require.Greater(t, promises, 30, "the tables of the section were not found")
	t.Logf("%d promises", promises)
}

func TestAPromiseWithoutATestIsFound(t *testing.T) {
	source := fstest.MapFS{
		"wall/wall_test.go": {Data: []byte("package wall\nimport \"testing\"\nfunc TestWall(t *testing.T) {}\n" +
			"func FuzzWall(f *testing.F) {}\nfunc TestMain(m *testing.M) {}\nfunc TestNone() {}\n")},
		"wall/wall.go": {Data: []byte("package wall\nimport \"testing\"\nfunc TestElsewhere(t *testing.T) {}\n")},
		"Makefile":     {Data: []byte("verify: build ## compares\n")},
	}
	for row, want := range map[string]string{
		"| It holds | `wall` `TestWall` `FuzzWall` |":      "",
		"| It is what was built | `make verify` |":         "",
		"| It holds | `wall` `TestWell` |":                 "It holds: there is no TestWell in wall",
		"| It holds | `well` `TestWall` |":                 "It holds: there is no TestWall in well",
		"| It holds | `wall` `TestElsewhere` |":            "It holds: there is no TestElsewhere in wall",
		"| It holds | `wall` `TestNone` |":                 "It holds: there is no TestNone in wall",
		"| It holds | `wall` `TestMain` |":                 "It holds: there is no TestMain in wall",
		"| It holds | `TestWall` |":                        "It holds: TestWall is of no package",
		"| It holds | `wall` |":                            "It holds: it names no test",
		"| It holds | |":                                   "It holds: it names no test",
		"| It holds |":                                     "It holds: it names no test",
		"| It is what was built | `make weird` |":          "It is what was built: there is no weird in the Makefile",
		"| It holds | `wall` `TestWall`; and TestWell |":   "It holds: TestWell is not in code quotes",
		"| It holds | `wall` `TestWall`, `wall` `TestW` |": "It holds: there is no TestW in wall",
	} {
		promises, wrong := unproven("## What is promised\n\n### Walls\n\n| promise | shown by |\n|---|---|\n"+row+"\n\n## What is not promised\n\n| a | b |\n", source)
		require.Equal(t, 1, promises, row)
		require.Equal(t, want, strings.Join(wrong, "\n"), row)
	}
}

var (
	quoted     = regexp.MustCompile("`([^`]*)`")
	testName   = regexp.MustCompile(`\b(Test|Fuzz)[A-Z]\w*`)
	makeTarget = regexp.MustCompile(`(?m)^([a-z-]+):`)
)

// unproven reads the promises in the threat model's tables, and says what is wrong with those whose tests are not in the
// source. In the second column stand, as code, packages by their folders, each before its tests, or what make is asked for.
func unproven(text string, source fs.FS) (promises int, wrong []string) {
	_, section, _ := strings.Cut(text, "\n## What is promised\n")
	if after, ok := strings.CutPrefix(text, "## What is promised\n"); ok {
		section = after
	}
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		promise := strings.TrimSpace(cells[0])
		if line[0] != '|' || promise == "promise" || strings.Trim(promise, "-") == "" {
			continue
		}
		promises++
		problem := func(format string, args ...any) { wrong = append(wrong, promise+": "+fmt.Sprintf(format, args...)) }
		tests := strings.Join(cells[1:], "|")
		folder, named := "", false
		for _, match := range quoted.FindAllStringSubmatch(tests, -1) {
			target, isMake := strings.CutPrefix(match[1], "make ")
			switch {
			case isMake:
				named = true
				if !makes(source, target) {
					problem("there is no %s in the Makefile", target)
				}
			case !testName.MatchString(match[1]):
				folder = match[1]
			case folder == "":
				named = true
				problem("%s is of no package", match[1])
			default:
				named = true
				if !testsIn(source, folder)[match[1]] {
					problem("there is no %s in %s", match[1], folder)
				}
			}
		}
		if !named {
			problem("it names no test")
		}
		for _, name := range testName.FindAllString(quoted.ReplaceAllString(tests, ""), -1) {
			problem("%s is not in code quotes", name)
		}
	}
	return promises, wrong
}

// testsIn are the tests of a folder, by name.
func testsIn(source fs.FS, folder string) map[string]bool {
	found := map[string]bool{}
	files, _ := fs.Glob(source, path.Join(folder, "*_test.go"))
	for _, name := range files {
		text, err := fs.ReadFile(source, name)
		if err != nil {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, declared := range file.Decls {
			if function, ok := declared.(*ast.FuncDecl); ok && isTest(function) {
				found[function.Name.Name] = true
			}
		}
	}
	return found
}

// isTest says whether go test runs a function.
func isTest(function *ast.FuncDecl) bool {
	if function.Recv != nil || len(function.Type.Params.List) != 1 {
		return false
	}
	pointer, ok := function.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	of, ok := pointer.X.(*ast.SelectorExpr)
	return ok && (strings.HasPrefix(function.Name.Name, "Test") && of.Sel.Name == "T" ||
		strings.HasPrefix(function.Name.Name, "Fuzz") && of.Sel.Name == "F")
}

// makes says whether the Makefile has a target.
func makes(source fs.FS, target string) bool {
	text, _ := fs.ReadFile(source, "Makefile")
	for _, match := range makeTarget.FindAllStringSubmatch(string(text), -1) {
		if match[1] == target {
			return true
		}
	}
	return false
}
