// Package logtext makes texts of a plugin fit for a log: whatever is in them, a record stays one record, a terminal that
// shows it does nothing but show it, and none is longer than it may be.
//
// Mattermost's JSON format would escape a newline, but its plain format writes what it is given, and neither knows of
// terminals, or of characters that turn the direction of writing around.
package logtext

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Line gives a text as a part of one line: what is not to be seen, or makes another line, is written as Python would
// write it in a string, and what is not UTF-8 becomes U+FFFD. Of a text that is longer than max bytes there is the
// beginning, and how much was left out. Backslashes stay as they are, for people to read.
func Line(text string, max int) string {
	if len(text) <= max && isClean(text) {
		return text
	}
	var line strings.Builder
	if rest := appendLine(&line, text, max); rest > 0 {
		return line.String() + more(rest)
	}
	return line.String()
}

// Block gives a text of several lines, such as a traceback, in which each further line begins with a space or a tab, so
// that none can be taken for a record of its own; in all else it is like Line. Of one that is too long there are the
// beginning and the end.
func Block(text string, max int) string {
	text = strings.TrimRight(text, "\n")
	head, tail, left := text, "", 0
	if len(text) > max {
		head, tail = text[:max/2], text[len(text)-max/2:]
		head = head[:boundary(head, len(head))]
		tail = tail[start(tail):]
		left = len(text) - len(head) - len(tail)
	}
	var block strings.Builder
	rest := appendBlock(&block, head, max)
	if left > 0 {
		block.WriteString("\n\t… (" + fmt.Sprint(left) + " bytes left out)\n")
		indent(&block, tail)
		rest += appendBlock(&block, tail, max)
	}
	if rest > 0 {
		if strings.HasSuffix(block.String(), "\n") {
			block.WriteByte('\t')
		}
		block.WriteString(more(rest))
	}
	return block.String()
}

// Split takes a traceback off a message: Python's logging puts it behind.
func Split(text string) (message, traceback string) {
	for _, head := range []string{"\nTraceback (most recent call last):\n", "\n  + Exception Group Traceback (most recent call last):\n"} {
		if at := strings.Index(text, head); at >= 0 {
			return text[:at], text[at+1:]
		}
	}
	return text, ""
}

func more(bytes int) string { return fmt.Sprintf("… (%d more bytes)", bytes) }

// appendBlock appends the lines of a text, and gives the number of bytes for which there was no room: escaped, a text may
// be longer than it was.
func appendBlock(block *strings.Builder, text string, max int) (rest int) {
	limit := block.Len() + max
	for {
		line, after, found := strings.Cut(text, "\n")
		if rest := appendLine(block, line, limit-block.Len()); rest > 0 || !found {
			if rest > 0 && found {
				rest += 1 + len(after)
			}
			return rest
		}
		if block.Len() >= limit {
			return 1 + len(after)
		}
		block.WriteByte('\n')
		indent(block, after)
		text = after
	}
}

// indent begins a further line.
func indent(block *strings.Builder, line string) {
	if line != "" && !strings.ContainsRune(" \t\n", rune(line[0])) {
		block.WriteByte('\t')
	}
}

// appendLine appends a text escaped, as far as there is room, and gives the number of bytes of it that are left.
func appendLine(line *strings.Builder, text string, room int) (rest int) {
	limit := line.Len() + room
	for at := 0; at < len(text); {
		char, size := utf8.DecodeRuneInString(text[at:])
		length := size
		escape := ""
		switch {
		case char == utf8.RuneError && size == 1:
			length = len("\uFFFD")
		case isHidden(char):
			escape = escaped(char)
			length = len(escape)
		}
		if line.Len()+length > limit {
			return len(text) - at
		}
		if escape != "" {
			line.WriteString(escape)
		} else {
			line.WriteRune(char)
		}
		at += size
	}
	return 0
}

func escaped(char rune) string {
	switch {
	case char == '\n':
		return `\n`
	case char == '\r':
		return `\r`
	case char < 0x100:
		return fmt.Sprintf(`\x%02x`, char)
	}
	return fmt.Sprintf(`\u%04x`, char)
}

// isHidden says of a character that it does something other than to be seen: control characters but the tab, among them
// those that begin a terminal's commands, the separators of lines and paragraphs, and what changes the direction of
// writing.
func isHidden(char rune) bool {
	switch {
	case char < ' ':
		return char != '\t'
	case char < 0x7F:
		return false
	}
	return char <= 0x9F || char == 0x061C || char == 0x200E || char == 0x200F || char == 0xFEFF ||
		char >= 0x2028 && char <= 0x202E || char >= 0x2066 && char <= 0x2069
}

// isClean says whether a text can stay as it is.
func isClean(text string) bool {
	ascii := true
	for at := range len(text) {
		switch char := text[at]; {
		case char >= utf8.RuneSelf:
			ascii = false
		case char < ' ' && char != '\t', char == 0x7F:
			return false
		}
	}
	return ascii || utf8.ValidString(text) && !strings.ContainsFunc(text, isHidden)
}

// boundary gives the greatest length, no more than n, at which no character is cut.
func boundary(text string, n int) int {
	for end := n; end > max(n-utf8.UTFMax, 0); end-- {
		if char, size := utf8.DecodeLastRuneInString(text[:end]); char != utf8.RuneError || size != 1 {
			return end
		}
	}
	return n // it is no UTF-8 anyway
}

// start gives the place of the first whole character.
func start(text string) int {
	for at := range min(utf8.UTFMax, len(text)) {
		if utf8.RuneStart(text[at]) {
			return at
		}
	}
	return 0
}
