package document

import "strings"

// A style is how text looks; size is in points.
type style struct {
	bold  bool
	size  float64
	color color
}

func (t style) font() *font {
	if t.bold {
		return fonts().bold
	}
	return fonts().regular
}

// A line is a line of text, measured.
type line struct {
	style
	codes string // in Windows-1252
	width float64
}

const ellipsis = "\x85" // … in Windows-1252

// line sets s on one line, as wide as it comes.
func (t style) line(s string) line { return t.set(encode(s)) }

func (t style) set(codes string) line { return line{t, codes, t.measure(codes)} }

func (t style) measure(codes string) float64 {
	total, widths := 0, &t.font().widths
	for i := range len(codes) {
		total += widths[codes[i]]
	}
	return float64(total) / 1000 * t.size * point
}

// fit sets s on one line at most w wide: smaller if it must be, but not below
// 7 points, and then cut short.
func (t style) fit(s string, w float64) line {
	l := t.line(s)
	if l.width <= w {
		return l
	}
	t.size = max(min(7, t.size), t.size*w/l.width)
	return t.cut(l.codes, w)
}

// cut sets as much of codes as fits, with an ellipsis if something is missing.
func (t style) cut(codes string, w float64) line {
	if l := t.set(codes); l.width <= w+0.001 {
		return l
	}
	end := t.reach(codes, w-t.measure(ellipsis))
	return t.set(strings.TrimRight(codes[:end], " ") + ellipsis)
}

// wrap sets s on at most n lines, each at most w wide. What does not fit is
// cut; words longer than a line are broken. An empty s has no line.
func (t style) wrap(s string, w float64, n int) []line {
	var lines []line
	rest := encode(strings.Join(strings.FieldsFunc(s, isBlank), " "))
	for rest != "" {
		if len(lines) == n-1 {
			return append(lines, t.cut(rest, w))
		}
		end := t.breakAt(rest, w)
		lines = append(lines, t.set(strings.TrimRight(rest[:end], " ")))
		rest = strings.TrimLeft(rest[end:], " ")
	}
	return lines
}

// breakAt returns how much of codes goes on a line: up to the last blank that
// fits, or else as many characters as fit, at least one.
func (t style) breakAt(codes string, w float64) int {
	end := t.reach(codes, w)
	if end == len(codes) || codes[end] == ' ' {
		return end
	}
	if blank := strings.LastIndexByte(codes[:end], ' '); blank > 0 {
		return blank
	}
	return max(end, 1)
}

// reach returns how many of codes fit in w.
func (t style) reach(codes string, w float64) int {
	total := 0.0
	for i := range len(codes) {
		if total += t.measure(codes[i : i+1]); total > w+0.001 {
			return i
		}
	}
	return len(codes)
}

// isBlank tells whether a line may end at r. A no-break space is none.
func isBlank(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' }
