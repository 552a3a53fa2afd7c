// Package byname checks conversions without knowing them, for tests: it sets every field of messages and of Go values,
// and compares the two by the names of their fields.
package byname
