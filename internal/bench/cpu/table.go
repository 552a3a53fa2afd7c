package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// printTable prints a row for each workload: the first contestant's time, and how many times that the others took.
func printTable(w io.Writer, contestants []*contestant) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	base, others := contestants[0], contestants[1:]
	row := []string{"", base.name + " ms"}
	for _, c := range others {
		row = append(row, c.name)
	}
	logarithms := make([]float64, len(others))
	fmt.Fprintln(table, strings.Join(row, "\t")+"\t")
	workloads := slices.Sorted(maps.Keys(base.least))
	for _, workload := range workloads {
		row = []string{workload, fmt.Sprintf("%.2f", base.least[workload].Seconds()*1000)}
		for i, c := range others {
			ratio := float64(c.least[workload]) / float64(base.least[workload])
			logarithms[i] += math.Log(ratio)
			row = append(row, fmt.Sprintf("%.2f×", ratio))
		}
		fmt.Fprintln(table, strings.Join(row, "\t")+"\t")
	}
	row = []string{"geometric mean", ""}
	for _, sum := range logarithms {
		row = append(row, fmt.Sprintf("%.2f×", math.Exp(sum/float64(len(workloads)))))
	}
	fmt.Fprintln(table, strings.Join(row, "\t")+"\t")
	return table.Flush()
}
