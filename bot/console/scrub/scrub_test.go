package scrub_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/bot/console/scrub"
	"lojavirtual/store"
	"lojavirtual/store/postgres"
	"lojavirtual/store/taxid"
)

func TestChat(t *testing.T) {
	at := time.Date(2026, 5, 19, 12, 0, 0, 0, time.UTC)
	asked := []store.Reply{{Text: "Qual é a *matrícula*?"}}
	turns := []store.Turn{
		{At: at, Said: "oi, meu nome é josé da silva e quero a 2ª via", Replies: asked},
		{At: at.Add(20 * time.Second), Said: "…22", Replies: []store.Reply{{Text: "Agora o *CPF*."}}},
		{At: at.Add(140 * time.Second), Said: "…", Replies: []store.Reply{
			{Text: "Pronto, *Maria das D. S.*! Imóvel `…72.2`: Rua das Man•••, Siqueira Campos, Aracaju."},
			{Text: "De qual conta?\n\nSão duas.", Options: []string{"05/2025 · R$ 1.091,12", "06/2025 · R$ 84,30"}, Also: []string{"Todas"}, Ticked: []int{1}},
		}},
		{At: at.Add(3 * time.Minute), Said: "05/2025 · R$ 1.091,12", Pressed: true, Replies: []store.Reply{{Text: "De qual?", Edits: true}, {Copy: "0002…"}, {File: "conta-202505.pdf", Text: "A conta."}}},
		{At: at.Add(3 * time.Minute), Said: "ligue (79) 98877-6655 ou 79988776655, falei com a Zenaide, e-mail ze@uol.com.br", Fault: "mistake", Replies: asked},
		{At: at.Add(3 * time.Minute), Said: "(risos) moro na rua do Curral 12, e há vazamento na rua em frente", Fault: "outage", Replies: []store.Reply{{Text: "Fora do ar."}}},
		{At: at.Add(3 * time.Minute), Said: "e agora\nfoi?", Fault: "bug", Code: "K7Q2"},
		{At: at.Add(3 * time.Minute), Kind: store.TurnTookOver, By: "Ana Lúcia", Replies: []store.Reply{{Text: "Agora você fala com *Ana Lúcia*, da equipe."}}},
		{At: at.Add(3 * time.Minute), Kind: store.TurnSays, By: "Ana Lúcia", Said: "Oi Maria, sou a Ana Lúcia", Replies: []store.Reply{{Text: "Oi Maria, sou a Ana Lúcia"}}},
		{At: at.Add(3 * time.Minute), Media: "photo", Said: "o cano"},
		{At: at.Add(3 * time.Minute), Media: "voice"},
		{At: at.Add(3 * time.Minute), Change: "edited", Said: "o cano"},
		{At: at.Add(3 * time.Minute), Kind: store.TurnGaveBack, By: "Ana Lúcia"},
		{At: at.Add(3 * time.Minute), Kind: store.TurnTold, Replies: []store.Reply{{Text: "Seu pagamento chegou.", Link: "Recibo: https://loja.example/d/ABC123"}}},
		{At: at.Add(23 * time.Minute), Kind: store.TurnSilence, Replies: []store.Reply{{Text: "Você ainda está aí?"}}},
	}
	const want = `# Uma conversa que aconteceu, com nomes e números trocados.
> oi, meu nome é cleide da davi e quero a 2ª via
< Qual é a *matrícula*?
> 9000001
< Agora o *CPF*.
! 2 minutes pass
> 529.982.247-25
< Pronto, *Elba das D. S.*! Imóvel ` + "`900000.1`" + `: Rua das Palmeiras, 10, Centro.
< De qual conta?

  São duas.
  [05/2025 · R$ 1.091,12] [x 06/2025 · R$ 84,30]
  [Todas]
> [05/2025 · R$ 1.091,12]
~ De qual?
< {código}
< A conta.
  (conta-202505.pdf)
> ligue (90) 00000-0002 ou 90000000002, falei com a Fausto, e-mail fulano@exemplo.com
< Qual é a *matrícula*?
! store is away
>  (risos) moro na rua das Palmeiras, 10, Centro
< Fora do ar.
! store is back
# Aqui houve um erro nosso, código K7Q2.
> e agora foi?
@ Bia took over
< Agora você fala com *Alba Breno*, da equipe.
@ Bia says: Oi Elba, sou a Alba Breno
< Oi Elba, sou a Alba Breno
> (photo: o cano)
> (voice)
> (edited: o cano)
@ Bia gave back
# Avisamos, sem que a pessoa escrevesse:
# < Seu pagamento chegou.
#   (Recibo: https://loja.example)
! 20 minutes pass
< Você ainda está aí?
`
	got := scrub.Chat(turns)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := bottest.Read(got); err != nil {
		t.Error(err)
	}
}

// turnsOf are the turns of a written conversation as if nothing had been left out
// of the journal.
func turnsOf(t *testing.T, lines []bottest.Line) (turns []store.Turn) {
	t.Helper()
	at := time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)
	option := regexp.MustCompile(`\[(x )?([^\]]*)\]`)
	file := regexp.MustCompile(`(?m)^\(([^():]+\.\w+)\)$`)
	for _, l := range lines {
		at = at.Add(10 * time.Second)
		switch l.Kind {
		case bottest.Said:
			turn := store.Turn{At: at, Said: l.Text}
			if text, pressed := strings.CutPrefix(l.Text, "["); pressed {
				turn.Said, turn.Pressed = strings.TrimSuffix(text, "]"), true
			}
			turns = append(turns, turn)
		case bottest.Staff:
			by, act, text, _ := bot.Attending(l.Text)
			turns = append(turns, store.Turn{At: at, Kind: store.TurnKind(act), By: by, Said: text})
		case bottest.Answer:
			if len(turns) == 0 {
				continue
			}
			var r store.Reply
			for _, o := range option.FindAllStringSubmatch(l.Text, -1) {
				r.Options = append(r.Options, o[2])
			}
			r.Text = strings.TrimSpace(file.ReplaceAllString(option.ReplaceAllString(l.Text, ""), ""))
			if f := file.FindStringSubmatch(l.Text); f != nil {
				r.File = f[1]
			}
			if strings.HasPrefix(r.Text, "{") {
				r.Copy, r.Text = r.Text, ""
			}
			last := &turns[len(turns)-1]
			last.Replies = append(last.Replies, r)
		}
	}
	return turns
}

// Of no conversation that our tests hold with the demo people does a CPF, CNPJ,
// matrícula, phone or name remain, though the journal would have left out most of
// them before; and what is made of it can be played.
func TestNothingRemains(t *testing.T) {
	files, err := filepath.Glob("../../../flows/*/testdata/*.chat")
	if err != nil || len(files) < 80 {
		t.Fatal(len(files), err)
	}
	var names []string
	secrets := map[string]bool{} // digits, or folded words
	for _, p := range postgres.DemoPeople() {
		if !strings.Contains(p.Name, "LTDA") && !strings.Contains(p.Name, "ESCOLA") {
			names = append(names, p.Name)
			for w := range strings.FieldsSeq(bot.Fold(p.Name)) {
				secrets[w] = len(w) > 3
			}
		}
		secrets[strings.ToLower(p.Document)] = p.Document != ""
		for _, property := range p.Properties {
			secrets[store.Digits(store.FormatMatricula(property))] = true
		}
	}
	word := regexp.MustCompile(`\p{L}+`)
	number := regexp.MustCompile(`[\d(][\dA-Z./() -]*\d`)
	anyCPF := regexp.MustCompile(`\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b`)
	anyPhone := regexp.MustCompile(`\(\d{2}\) ?9\d{4}-?\d{4}|\b\d{2} 9\d{4}-?\d{4}`)
	found, gone := 0, 0
	check := func(text string) (left []string) {
		for _, w := range word.FindAllString(text, -1) {
			if secrets[bot.Fold(w)] {
				left = append(left, w)
			}
		}
		for _, n := range number.FindAllString(text, -1) {
			digits := strings.ToLower(strings.NewReplacer(".", "", "/", "", "-", "", " ", "", "(", "", ")", "").Replace(n))
			if secrets[digits] {
				left = append(left, n)
			}
		}
		for _, n := range anyCPF.FindAllString(text, -1) {
			if cpf, err := taxid.ParseCPF(n); err == nil && cpf != "52998224725" {
				left = append(left, n)
			}
		}
		return append(left, anyPhone.FindAllString(text, -1)...)
	}
	for _, f := range files {
		script, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := bottest.Read(string(script))
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		turns := turnsOf(t, lines)
		if len(turns) == 0 {
			continue
		}
		for _, name := range names { // in capitals, in small letters, and as we may say them
			turns = append(turns, store.Turn{Said: name + ", ou " + strings.ToLower(name), Replies: []store.Reply{{Text: "Oi, *" + name + "*!", Options: []string{name}}}})
		}
		for _, turn := range turns {
			found += len(check(turn.Said + "\n" + turn.Text()))
		}
		got := scrub.Chat(turns, names...)
		again, err := bottest.Read(got)
		if err != nil {
			t.Errorf("%s: %v\n%s", f, err, got)
		}
		said := 0
		for _, l := range again {
			if l.Kind == bottest.Said || l.Kind == bottest.Staff {
				said++
			}
			for _, left := range check(l.Text) {
				t.Errorf("%s: %q remains: %s", f, left, l)
			}
		}
		if said != len(turns) {
			t.Errorf("%s: %d of %d turns", f, said, len(turns))
		}
		gone++
	}
	if found < 200 || gone < 80 {
		t.Errorf("only %d secrets in %d conversations: this test looks at nothing", found, gone)
	}
}
