package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLogicalLinesOfPython(t *testing.T) {
	lines, err := parsePython(`"""A module
of two lines # no comment."""

x = [  # a comment
    1,
    "a # ( text",
]
class A(
    B
):
    '''not a docstring of ours'''

    def f(self): return {"(": 1}

        # only a comment
    y = "it's"
z = 'q\'uote'
`)
	require.NoError(t, err)
	var texts []string
	for _, line := range lines {
		texts = append(texts, line.text)
	}
	require.Equal(t, []string{
		"\"\"\"A module\nof two lines # no comment.\"\"\"", "x = [  \n    1,\n    \"a # ( text\",\n]", "class A(\n    B\n):", `z = 'q\'uote'`,
	}, texts)
	class := lines[2]
	require.Len(t, class.body, 3)
	require.Equal(t, `def f(self): return {"(": 1}`, class.body[1].text)
	require.Equal(t, 13, class.body[1].number)
	require.Equal(t, `y = "it's"`, class.body[2].text)

	for _, bad := range []string{"x = (1,\n", "\"\"\"open", "  x = 1\n"} {
		_, err := parsePython(bad)
		require.Error(t, err, bad)
	}
}

func TestNamesInAnExpression(t *testing.T) {
	require.Equal(t, []string{"helpers", "a", "b2", "for", "one", "in", "c"},
		pythonNames(`helpers.make(a, key=b2, text="d.e") [0x1f] for one in c`))
}

func TestParameters(t *testing.T) {
	for text, want := range map[string]stubParameter{
		"x":                              {name: "x"},
		"*":                              {name: "*"},
		"x: dict[str, int]":              {"x", "dict[str, int]", ""},
		`x: str | None = "a: b"`:         {"x", "str | None", `"a: b"`},
		"**kwargs: str":                  {"**kwargs", "str", ""},
		"x=5":                            {"x", "", "5"},
		"_message = \"user_pb2.User\"":   {"_message", "", `"user_pb2.User"`},
		"_read = {\"a\": b.c, \"d\": e}": {"_read", "", `{"a": b.c, "d": e}`},
	} {
		require.Equal(t, want, parseParameter(text), text)
	}
}
