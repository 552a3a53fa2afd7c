// Package hostile has no code but tests: what a hostile guest does, and that it is contained. The guest gets a typed error,
// the host and a neighbour go on meanwhile, and what the guest had is given back. `make hostile` prints them as a table.
package hostile
