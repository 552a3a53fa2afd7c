package main

import (
	"fmt"
	"slices"
	"strings"
)

// A pythonLine is one logical line of Python source: what is in brackets or in a string of several lines belongs to the
// line that it began on. body are the lines that stand further in, up to the next that does not.
type pythonLine struct {
	number int // of its first line in the file
	text   string
	body   []*pythonLine
}

// parsePython splits source into its logical lines, without comments. It knows brackets, strings and indentation, which
// is what the stubs need; it knows no statements.
func parsePython(source string) ([]*pythonLine, error) {
	var (
		top     []*pythonLine
		open    []*pythonLine // the lines that the next one may belong to the body of, from the outside in
		indents []int
	)
	lines := strings.Split(source, "\n")
	for i := 0; i < len(lines); i++ {
		first := i
		scan := pythonScan{}
		scan.line(lines[i])
		for scan.isOpen() {
			i++
			if i == len(lines) {
				return nil, fmt.Errorf("line %d: a bracket or a string is not closed", first+1)
			}
			scan.line(lines[i])
		}
		text := strings.TrimSpace(scan.text.String())
		if text == "" {
			continue
		}
		indent := len(lines[first]) - len(strings.TrimLeft(lines[first], " "))
		for len(indents) > 0 && indents[len(indents)-1] >= indent {
			indents, open = indents[:len(indents)-1], open[:len(open)-1]
		}
		line := &pythonLine{number: first + 1, text: text}
		if len(open) == 0 {
			if indent != 0 {
				return nil, fmt.Errorf("line %d: unexpected indentation", first+1)
			}
			top = append(top, line)
		} else {
			parent := open[len(open)-1]
			parent.body = append(parent.body, line)
		}
		indents, open = append(indents, indent), append(open, line)
	}
	return top, nil
}

// A pythonScan goes through source keeping account of brackets and strings, and collects it without comments.
type pythonScan struct {
	text     strings.Builder
	brackets int
	quote    string // what ends the string that is open
}

func (s *pythonScan) isOpen() bool { return s.brackets > 0 || s.quote != "" }

// line takes one physical line.
func (s *pythonScan) line(line string) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case s.quote != "" && strings.HasPrefix(line[i:], s.quote):
			s.text.WriteString(s.quote)
			i += len(s.quote) - 1
			s.quote = ""
			continue
		case s.quote != "" && c == '\\' && i+1 < len(line):
			s.text.WriteByte(c)
			i++
		case s.quote != "":
		case c == '#':
			s.text.WriteByte('\n')
			return
		case c == '"' || c == '\'':
			s.quote = string(c)
			if strings.HasPrefix(line[i:], `"""`) {
				s.quote = `"""`
			}
			s.text.WriteString(s.quote)
			i += len(s.quote) - 1
			continue
		case strings.IndexByte("([{", c) >= 0:
			s.brackets++
		case strings.IndexByte(")]}", c) >= 0:
			s.brackets--
		}
		s.text.WriteByte(line[i])
	}
	if len(s.quote) == 1 { // a string of one line ends with it
		s.quote = ""
	}
	s.text.WriteByte('\n')
}

// splitPython splits at a separator that stands outside of brackets and strings, and trims the parts.
func splitPython(text string, separator byte) []string {
	var (
		parts []string
		depth int
		quote byte
		start int
	)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == separator && depth == 0:
			parts = append(parts, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	parts = append(parts, strings.TrimSpace(text[start:]))
	return slices.DeleteFunc(parts, func(part string) bool { return part == "" })
}

// pythonDocstring writes a docstring: the quotes that end one of several lines have a line of their own.
func pythonDocstring(lines []string, indent string) string {
	var b strings.Builder
	for i, line := range lines {
		if i == 0 {
			line = `"""` + line
		}
		if line != "" {
			b.WriteString(indent + line)
		}
		if i < len(lines)-1 {
			b.WriteString("\n")
		}
	}
	if len(lines) > 1 {
		b.WriteString("\n" + indent)
	}
	b.WriteString(`"""` + "\n")
	return b.String()
}

// pythonDoc gives the lines of a docstring without their indentation, or false where the line is none.
func pythonDoc(line *pythonLine) ([]string, bool) {
	text, ok := strings.CutPrefix(line.text, `"""`)
	if !ok {
		return nil, false
	}
	text = strings.TrimSuffix(text, `"""`)
	lines := strings.Split(text, "\n")
	indent := -1
	for _, line := range lines[1:] {
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" && (indent < 0 || len(line)-len(trimmed) < indent) {
			indent = len(line) - len(trimmed)
		}
	}
	for i := range lines {
		if i > 0 && len(lines[i]) >= indent && indent > 0 {
			lines[i] = lines[i][indent:]
		}
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	for len(lines) > 1 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines, true
}

// pythonNames gives the names in an expression that stand for themselves: not the attributes, nor what is in strings,
// nor the names of keyword arguments.
func pythonNames(expression string) []string {
	var names []string
	var quote byte
	for i := 0; i < len(expression); i++ {
		c := expression[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
			continue
		case c == '"' || c == '\'':
			quote = c
			continue
		case !isNameStart(c):
			continue
		}
		end := i
		for end < len(expression) && (isNameStart(expression[end]) || '0' <= expression[end] && expression[end] <= '9') {
			end++
		}
		rest := strings.TrimLeft(expression[end:], " ")
		isKeyword := strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==")
		isAttribute := i > 0 && expression[i-1] == '.'
		isNumber := i > 0 && '0' <= expression[i-1] && expression[i-1] <= '9'
		if !isKeyword && !isAttribute && !isNumber {
			names = append(names, expression[i:end])
		}
		i = end - 1
	}
	return names
}

func isNameStart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
