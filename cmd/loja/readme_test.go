package main

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"lojavirtual/store/postgres"
	"lojavirtual/store/taxid"
)

// The README names every person of the demo, every variable and every verb.
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
	for _, verb := range []string{"demo", "serve", "chat", "migrate", "doctor", "flows", "check", "bench"} {
		named = append(named, "loja "+verb)
	}
	for _, name := range named {
		if !strings.Contains(readme, name) {
			t.Errorf("the README does not name %q", name)
		}
	}
}
