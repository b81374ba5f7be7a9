package webchat

import (
	"slices"
	"testing"
)

func TestCrowds(t *testing.T) {
	c := crowds{most: 2}
	var evicted []string
	enter := func(who, name string) func() {
		return c.enter(who, func() { evicted = append(evicted, name) })
	}
	first, second := enter("maria", "first"), enter("maria", "second")
	other := enter("joana", "other")
	third := enter("maria", "third")
	first() // has gone already
	second()
	fourth := enter("maria", "fourth")
	if !slices.Equal(evicted, []string{"first"}) {
		t.Errorf("evicted: %q", evicted)
	}
	third()
	fourth()
	other()
	if len(c.each) != 0 {
		t.Errorf("still remembered: %v", c.each)
	}
}
