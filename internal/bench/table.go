package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// printTable prints one row a way; the ratios are of medians, against the first way.
func printTable(w io.Writer, results []*result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := []string{"", "hook µs", "×", "API call µs", "×", "start ms", "×", "idle MB"}
	fmt.Fprintln(table, strings.Join(head, "\t"))
	base := results[0]
	var left []string
	for _, r := range results {
		if r.way.skipped != "" {
			left = append(left, fmt.Sprintf("%s: left out, %s", r.way.name, r.way.skipped))
			continue
		}
		memory := "-"
		if r.memory > 0 {
			memory = fmt.Sprintf("%.1f", float64(r.memory)/1e6)
		}
		row := []string{
			r.way.name,
			r.hook.show(time.Microsecond), r.hook.ratio(base.hook),
			r.call.show(time.Microsecond), r.call.ratio(base.call),
			r.start.show(time.Millisecond), r.start.ratio(base.start),
			memory,
		}
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	for _, r := range results {
		if r.cold != nil {
			left = append(left, fmt.Sprintf("%s, cold: the handshake after %s ms, the first hook after %s ms",
				r.way.name, number(r.cold.handshake, time.Millisecond), number(r.cold.start, time.Millisecond)))
		}
	}
	for _, line := range left {
		fmt.Fprintln(w, line)
	}
	_, err := fmt.Fprint(w, notes)
	return err
}

const notes = `
hook      MessageWillBePosted, a post with 22 fields set, one of them changed, from the call to the answer
API call  GetUser, a user with 30 fields set, timed inside the plugin, each the mean of ten
start     until the first hook has answered; compiled code, and for mmpy a snapshot, are at hand
cold      the same without them
idle      resident memory of the plugin's process before the first round
×         median, relative to the first row

Calls follow each other at once, which keeps caches warm; in process, where nothing else runs between them, most of all.
Native Python works on the messages alone; a Python SDK in front of it, and the server's own conversions, would add to it.
`

func (s samples) show(unit time.Duration) string {
	return fmt.Sprintf("%s / %s", number(s.min(), unit), number(s.median(), unit))
}

func (s samples) ratio(base samples) string {
	if len(base) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(s.median())/float64(base.median()))
}

func number(d, unit time.Duration) string {
	value := float64(d) / float64(unit)
	if value < 100 {
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.0f", value)
}
