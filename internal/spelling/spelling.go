// Package spelling proposes what somebody may have meant who misspelt a name.
package spelling

import "strings"

// Nearest gives the name that is most like the one written, "" where none is like it. Capitals and underscores do not count:
// MessageWillBePosted may be written as message_will_be_posted.
func Nearest(written string, names []string) string {
	best, nearest := len(written), ""
	for _, name := range names {
		if distance := editDistance(plain(written), plain(name)); distance < best {
			best, nearest = distance, name
		}
	}
	if best > len(written)/2 {
		return ""
	}
	return nearest
}

func plain(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// editDistance is how many letters must be added, removed or changed to make one text of another.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
