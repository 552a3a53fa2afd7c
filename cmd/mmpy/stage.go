package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// stage shows a conversation in the terminal.
type stage struct {
	w     io.Writer
	paint bool
	shown map[string]bool // ids of posts
}

// nameWidth is the width of the column with who says something.
const nameWidth = 9

// note prints a line that nobody says.
func (s *stage) note(format string, args ...any) {
	fmt.Fprintln(s.w, painted(s.paint, dim, fmt.Sprintf(format, args...)))
}

// prompt asks for what to say next, of a person at the keyboard.
func (s *stage) prompt(interactive bool) {
	if interactive {
		fmt.Fprint(s.w, "> ")
	}
}

// says prints what a user wrote.
func (s *stage) says(name, text string) {
	s.line(painted(s.paint, bold, fmt.Sprintf("%-*s", nameWidth, name)), text)
}

// becomes prints a post's text as it was stored, if it is not what was written.
func (s *stage) becomes(stored, written string) {
	if stored != written {
		s.line(s.mark("→", yellow), painted(s.paint, yellow, stored))
	}
}

// failed prints why a post or a command was refused.
func (s *stage) failed(err *model.AppError) {
	if err != nil {
		s.line(s.mark("✗", red), painted(s.paint, red, err.Message))
	}
}

// answers prints a post that somebody else made, and in brackets what is special about it.
func (s *stage) answers(name, text, aside string) {
	if name != "" {
		text = name + ": " + text
	}
	if aside != "" {
		text += painted(s.paint, dim, "  ("+aside+")")
	}
	s.line(s.mark("←", blue), text)
}

// mark is a sign at the end of the column of names.
func (s *stage) mark(sign, colour string) string {
	return strings.Repeat(" ", nameWidth-2) + painted(s.paint, colour, sign) + " "
}

// line prints a text behind its column; further lines of it stay behind the column.
func (s *stage) line(column, text string) {
	fmt.Fprintln(s.w, column+strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+strings.Repeat(" ", nameWidth)))
}
