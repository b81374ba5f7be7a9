package store

// Broken is the rule that a value written by others breaks, as an error. It
// never holds the value.
type Broken string

func (b Broken) Error() string { return "breaks the rule of " + string(b) }

// Rule returns the rule as one word.
func (b Broken) Rule() string { return string(b) }
