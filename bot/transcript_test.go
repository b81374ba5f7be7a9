package bot_test

import (
	"strings"
	"testing"

	"lojavirtual/bot"
)

func TestTranscript(t *testing.T) {
	for _, c := range []struct {
		reply bot.Reply
		want  []string
	}{
		{bot.Reply{}, []string{""}},
		{bot.Reply{Text: "Uma *linha*.\n\nOutra."}, []string{"< Uma *linha*.", "", "  Outra."}},
		{bot.Reply{Text: "Qual?", Options: []string{"Sim", "Não"}}, []string{"< Qual?", "  [Sim] [Não]"}},
		{
			bot.Reply{Text: "Quais?", Options: []string{"05/2025", "06/2025"}, Several: true, Chosen: []int{1}, Also: []string{"Receber a marcada", "Todas"}},
			[]string{"< Quais?", "  [05/2025] [x 06/2025]", "  [Receber a marcada] [Todas]"},
		},
		{bot.Reply{Copy: "0002012636"}, []string{"< {0002012636}"}},
		{bot.Reply{Document: &bot.Document{Name: "conta.pdf", Caption: "Aqui está."}}, []string{"< Aqui está.", "  (conta.pdf)"}},
		{bot.Reply{Document: &bot.Document{Name: "conta.pdf"}}, []string{"< (conta.pdf)"}},
		{
			bot.Reply{Text: "Pague:", Image: &bot.Document{Name: "qr.png", Caption: "O QR"}, Link: &bot.Link{Label: "Banese", Address: "https://b.example"}},
			[]string{"< Pague:", "  O QR", "  (qr.png)", "  (Banese: https://b.example)"},
		},
	} {
		if got, want := bot.Transcript(c.reply), strings.Join(c.want, "\n"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}
