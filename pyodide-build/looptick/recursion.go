package looptick

// A guest needs no loop to run for ever, or as good as: a function that calls itself twice, sixty deep, does. So no circle
// of calls may be without a count-down, and no tree of them too large.

// maxPath is how many instructions may run between two count-downs, of functions that were called since the first.
const maxPath = 1 << 16

// graph is who may call whom without having passed the head of a loop. Its nodes are the functions with a body, and
// behind them the types of function, each of which stands for whatever is called through a table by that type.
type graph struct {
	bodies []body
	calls  [][]int // by node; a call that is there twice stands here twice
	cut    []bool  // by node: a function that counts down when it is entered
}

// cutRecursion says which functions have to count down when they are entered.
func cutRecursion(x index, bodies []body) []bool {
	g := &graph{bodies: bodies, calls: make([][]int, len(bodies)+len(x.types)), cut: make([]bool, len(bodies))}
	types := x.sameTypes()
	node := func(c callee) (int, bool) {
		switch {
		case c.indirect && int64(c.index) < int64(len(types)):
			return len(bodies) + types[c.index], true
		case !c.indirect && c.index >= x.functions && int64(c.index-x.functions) < int64(len(bodies)):
			return int(c.index - x.functions), true
		}
		return 0, false // the host, which looks at the time itself
	}
	taken := make([]bool, len(bodies))
	take := func(function uint32) {
		n, ok := node(callee{index: function})
		if !ok || taken[n] || int64(x.declared[n]) >= int64(len(types)) {
			return
		}
		taken[n] = true
		of := len(bodies) + types[x.declared[n]]
		g.calls[of] = append(g.calls[of], n)
	}
	for _, function := range x.taken {
		take(function)
	}
	for n, f := range bodies {
		for _, function := range f.taken {
			take(function)
		}
		for _, c := range f.bare {
			if to, ok := node(c); ok {
				g.calls[n] = append(g.calls[n], to)
			}
		}
	}
	g.cutCircles()
	g.cutTrees()
	return g.cut
}

func (g *graph) isCut(node int) bool { return node < len(g.cut) && g.cut[node] }

// cutCircles has a function in each circle of calls count down: of those that hang together in circles the one with the
// most calls from and to the others, again and again until there is no circle.
func (g *graph) cutCircles() {
	all := make([]int, len(g.calls))
	for n := range all {
		all[n] = n
	}
	for rest := [][]int{all}; len(rest) > 0; {
		nodes := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		for _, circle := range g.circles(nodes) {
			g.cut[g.busiest(circle)] = true
			rest = append(rest, circle)
		}
	}
}

// busiest picks a function. There is one: types call functions only.
func (g *graph) busiest(circle []int) int {
	in, out, inside := map[int]int{}, map[int]int{}, map[int]bool{}
	for _, n := range circle {
		inside[n] = true
	}
	for _, n := range circle {
		for _, to := range g.calls[n] {
			if inside[to] {
				out[n]++
				in[to]++
			}
		}
	}
	best := -1
	for _, n := range circle {
		if n < len(g.bodies) && (best < 0 || in[n]*out[n] > in[best]*out[best]) {
			best = n
		}
	}
	return best
}

// circles gives the sets of nodes that can reach each other by calls between those given, without functions that are cut
// (Tarjan's strongly connected components). A node by itself counts when it calls itself.
func (g *graph) circles(nodes []int) (found [][]int) {
	const outside, unseen = -1, 0
	order := make([]int, len(g.calls)) // when a node was seen first
	for n := range order {
		order[n] = outside
	}
	for _, n := range nodes {
		if !g.isCut(n) {
			order[n] = unseen
		}
	}
	low := make([]int, len(g.calls)) // the earliest node on the stack that a node reaches
	onStack := make([]bool, len(g.calls))
	var stack []int
	clock := 0
	var visit func(n int)
	visit = func(n int) {
		clock++
		order[n], low[n] = clock, clock
		stack, onStack[n] = append(stack, n), true
		itself := false
		for _, to := range g.calls[n] {
			switch {
			case order[to] == unseen:
				visit(to)
				low[n] = min(low[n], low[to])
			case order[to] != outside && onStack[to]:
				low[n] = min(low[n], order[to])
			}
			itself = itself || to == n
		}
		if low[n] != order[n] {
			return
		}
		at := len(stack) - 1
		for stack[at] != n {
			at--
		}
		circle := append([]int(nil), stack[at:]...)
		stack = stack[:at]
		for _, member := range circle {
			onStack[member] = false
		}
		if len(circle) > 1 || itself && !g.isCut(n) {
			found = append(found, circle)
		}
	}
	for _, n := range nodes {
		if order[n] == unseen {
			visit(n)
		}
	}
	return found
}

// cutTrees has those functions count down from which too many instructions could run before anything else does.
func (g *graph) cutTrees() {
	const unknown = 0
	path := make([]int, len(g.calls)) // the instructions of a node and of what it calls; at least 1
	var measure func(n int) int
	measure = func(n int) int {
		if g.isCut(n) {
			return 0
		}
		if path[n] != unknown {
			return path[n]
		}
		longest := 1
		if n < len(g.bodies) {
			longest += g.bodies[n].length
			for _, to := range g.calls[n] {
				longest = min(longest+measure(to), 2*maxPath)
			}
			if longest > maxPath {
				g.cut[n] = true
				return 0
			}
		} else {
			for _, to := range g.calls[n] {
				longest = max(longest, measure(to))
			}
		}
		path[n] = longest
		return path[n]
	}
	for n := range g.bodies {
		measure(n)
	}
}
