// Package codectest holds no code, only tests: the guest's protobuf codec, written in C (pyodide-build/guest), against
// Go's, in both directions, on the messages of the contract and on one that has every kind of field.
//
// Two differences are known and meant. The guest refuses messages nested more than 100 deep below the outermost, Go those
// nested 10,000 deep; so Go is told the guest's limit. And the guest counts the groups inside of unknown fields as
// nesting, Go does not (see nestedInGroups). One bug of Go's is passed over (see errGoPanics).
package codectest
