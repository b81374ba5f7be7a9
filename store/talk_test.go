package store_test

import (
	"strings"
	"testing"

	"lojavirtual/store"
)

func TestJoinTurns(t *testing.T) {
	turns := func(ids string) (all []store.Turn) {
		for id := range strings.FieldsSeq(ids) {
			all = append(all, store.Turn{ID: id})
		}
		return all
	}
	var got []string
	for _, turn := range store.JoinTurns(turns("1-0 9-9 10-0"), turns("9-10 10-0 10-1")) {
		got = append(got, turn.ID)
	}
	if got := strings.Join(got, " "); got != "1-0 9-9 9-10 10-0 10-1" {
		t.Errorf("got %s", got)
	}
	if !store.LaterTurn("10-0", "9-1") || store.LaterTurn("10-2", "10-10") || store.LaterTurn("1-0", "1-0") || !store.LaterTurn("1-0", "") {
		t.Error("the order of turns is wrong")
	}
}

func TestFitsProtocol(t *testing.T) {
	for want, fits := range map[string]bool{"2605.1912.3456.78": true, "2605": true, "5678": true, "678": false, "9123": false, "": false} {
		if (store.TalkFilter{Protocol: want}).FitsProtocol("26051912345678") != fits {
			t.Errorf("%q: want %t", want, fits)
		}
	}
}

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{
		"MARIA DAS DORES SANTOS": "Maria D. D. S.",
		" LÚCIA  ÁVILA ":         "Lúcia Á.",
		"élio":                   "Élio",
		"":                       "",
	} {
		if got := store.MaskName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
