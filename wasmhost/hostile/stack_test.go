package hostile

import "testing"

// Recursion ends with Python's own error, or, where Python does not look, at the end of the guest's or of the native stack.
var shallow = []string{"RecursionError", "MemoryError", "SystemError", "trap: ", "TimeoutError"}

func TestHostileStack(t *testing.T) {
	attacks := []attack{
		{name: "recursion in Python", source: `
def attack(request): return attack(request)`},
		{name: "recursion with sys.setrecursionlimit(10**9)", on: small, source: `
import sys
def attack(request):
    sys.setrecursionlimit(10**9)
    return attack(request)`},
		{name: "recursion through C with sys.setrecursionlimit(10**9)", on: small, source: `
import sys
class A:
    def __eq__(self, other): return [self] == [A()]
def attack(request):
    sys.setrecursionlimit(10**9)
    return A() == A()`},
		{name: "json.loads of 100,000 brackets", source: `
import json
def attack(request): json.loads("[" * 100000 + "]" * 100000)`},
		{name: "json.dumps of a deep list", source: `
import json
def attack(request):
    a = []
    for _ in range(100000): a = [a]
    json.dumps(a)`},
		{name: "repr of a deep list", source: `
def attack(request):
    a = []
    for _ in range(100000): a = [a]
    repr(a)`},
		{name: "compile of 100,000 parentheses", want: []string{"SyntaxError", "MemoryError", "RecursionError"}, source: `
def attack(request): compile("(" * 100000 + ")" * 100000, "x", "eval")`},
		{name: "compile of 100,000 minus signs", source: `
def attack(request): compile("-" * 100000 + "1", "x", "eval")`},
		{name: "an AST that is deep", source: `
import ast
def attack(request):
    e = ast.Constant(1, lineno=1, col_offset=0)
    for _ in range(100000): e = ast.UnaryOp(ast.USub(), e, lineno=1, col_offset=0)
    compile(ast.Expression(e), "x", "eval")`},
		{name: "pickle of a deep list", source: `
import pickle
def attack(request):
    a = []
    for _ in range(100000): a = [a]
    pickle.dumps(a)`},
		{name: "marshal of a deep tuple", want: append([]string{"ValueError"}, shallow...), source: `
import marshal
def attack(request):
    marshal.loads(b"\xa9\x01" * 100000 + b"N")`},
		{name: "a regular expression of 10,000 groups", want: append([]string{"OverflowError", "re.PatternError"}, shallow...), source: `
import re
def attack(request): re.compile("(" * 10000 + ")" * 10000)`},
		{name: "a match that goes deep", want: append([]string{"matched"}, shallow...), source: `
import re
def attack(request):
    re.match("(?:(?:x|y)(?=.))*z?", "xy" * 500000)
    return "matched"`},
		{name: "slices in slices, a million deep", source: `
def attack(request):
    s = None
    for _ in range(10**6): s = slice(s)
    hash(s)`},
		{name: "iterators in iterators", source: `
def attack(request):
    a = iter([1])
    for _ in range(10**6): a = map(abs, a)
    next(a)`},
		{name: "chains of chains", want: append([]string{"None"}, shallow...), source: `
import itertools
def attack(request):
    a = itertools.count()
    for _ in range(10**6): a = itertools.chain(a)
    next(a)`},
		{name: "releasing what is deep", want: append([]string{"released"}, shallow...), source: `
def attack(request):
    a = None
    for n in range(10**6): a = (a,) if n % 2 else [a]
    del a
    e = ValueError()
    for _ in range(10**5):
        n = ValueError(); n.__cause__ = e; e = n
    del e, n
    return "released"`},
		{name: "__getattr__ that asks itself", source: `
class A:
    def __getattr__(self, name): return getattr(self, name + "x")
def attack(request): return A().x`},
	}
	for n := range attacks {
		a := &attacks[n]
		a.limit = "stacks"
		if a.want == nil {
			a.want = shallow
		}
	}
	run(t, "Stack", attacks)
}
