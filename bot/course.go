package bot

import (
	"slices"
	"strings"
)

// A Course is how one turn went, for those who look on: whoever settles the turn
// writes it down. Nothing in it decides what is said next.
type Course struct {
	Walked []Walk
	Fault  Fault
	Code   string // the code under which the person was told of a bug
	Angry  bool   // they sound so, see angry

	Gave    string // what an attendant sent, in words
	Refused string // why what an attendant meant to do was not done, for them to read
}

// A Walk is an arrow that was followed, and its flow.
type Walk struct {
	Flow string
	Arrow
}

// angry tells whether a text sounds as if its writer had lost patience with us:
// words of anger, threats to go to court or the press, or much in capitals. It is
// a hint for staff who choose whom to look after first, so it may err.
func angry(text string) bool {
	folded := " " + Fold(text) + " "
	if slices.ContainsFunc(anger, func(w string) bool { return strings.Contains(folded, " "+w) }) {
		return true
	}
	letters, capitals := 0, 0
	for _, r := range text {
		switch {
		case 'a' <= r && r <= 'z':
			letters++
		case 'A' <= r && r <= 'Z':
			capitals++
		}
	}
	return capitals >= 12 && capitals >= 9*letters && strings.Contains(text, "!!")
}

// anger are beginnings of words, folded.
var anger = []string{
	"absurdo", "palhacada", "vergonhos", "que vergonha", "uma vergonha", "descaso", "desrespeito", "falta de respeito", "incompeten",
	"um roubo", "roubando", "ladrao", "ladroes", "safad", "vagabund", "pilantr", "canalha", "idiota", "imbecil", "inutil", "ridicul",
	"merda", "porra", "caralho", "puta ", "fdp", "desgraca", "cansei", "de saco cheio", "ninguem resolve", "nao resolve nada", "pessimo", "pessima", "um lixo", "uma porcaria",
	"procon", "reclame aqui", "vou processar", "processo voces", "meu advogado", "na justica", "ministerio publico",
}
