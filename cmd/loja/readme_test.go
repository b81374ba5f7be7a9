package main

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"lojavirtual/bot/whatsapp"
	"lojavirtual/store"
	"lojavirtual/store/postgres"
	"lojavirtual/store/taxid"
)

// The README names every person of the demo, every variable, every verb and every
// state of WhatsApp, with what to do.
func TestReadmeIsTrue(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	var named []string
	for _, p := range postgres.DemoPeople() {
		named = append(named, p.Name, p.Special, taxid.Print(p.Document))
		for _, property := range p.Properties {
			named = append(named, strconv.FormatInt(property, 10))
		}
	}
	for _, s := range settings {
		named = append(named, "`"+s.name+"`")
	}
	for _, verb := range []string{"demo", "serve", "chat", "migrate", "doctor", "flows", "check", "bench", "reconcile", "pair", "staff add", "staff list", "staff reset", "staff disable", "audit verify", "seed", "health", "version"} {
		named = append(named, "loja "+verb)
	}
	for _, state := range whatsapp.States {
		named = append(named, fmt.Sprintf("| `%s` | %s | %s |", state, state.What(), cmp.Or(state.Do(), "nothing")))
	}
	for _, kind := range store.DifferenceKinds {
		named = append(named, fmt.Sprintf("| `%s` | %s | %s |", kind, kind.What(), kind.Do()))
	}
	for _, name := range named {
		if !strings.Contains(readme, name) {
			t.Errorf("the README does not name %q", name)
		}
	}
}
