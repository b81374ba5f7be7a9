package whatsapp

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"lojavirtual/bot"
)

func TestBubbles(t *testing.T) {
	pdf := &bot.Document{Name: "conta.pdf", Type: "application/pdf", Caption: "Conta de *05/2026*.", Body: []byte("%PDF")}
	chart := &bot.Document{Name: "consumo.png", Type: "image/png", Caption: "12 meses", Body: []byte("png")}
	long := strings.Repeat("palavra ", 150)
	for name, c := range map[string]struct {
		reply bot.Reply
		want  []string // of each message its file, if any, and what it says
	}{
		"marks": {
			bot.Reply{Text: bot.Marked("Protocolo `%s` de *%s*.", "2605.20", "Água & Cia")},
			[]string{"Protocolo ```2605.20``` de *Água & Cia*."},
		},
		"data is no mark": {
			bot.Reply{Text: bot.Marked("%s mora em *%s*: ```x```", "*Ana* _de_ ~Sá~ `x`", "Rua *B*_c_")},
			[]string{"∗Ana∗ ˍdeˍ ∼Sá∼ ˋxˋ mora em *Rua ∗B∗ˍcˍ*: ˋˋ```x```ˋˋ"},
		},
		"what is no mark stays": {
			bot.Reply{Text: bot.Marked("%s", "2*3*4, ana_maria_sa@x.br, a > b\n> citação")},
			[]string{"2*3*4, ana_maria_sa@x.br, a > b\n› citação"},
		},
		"a mark beside a space": {
			bot.Reply{Text: "é* agora *, já"},
			[]string{"é∗ agora ∗, já"},
		},
		"options": {
			bot.Reply{Text: "Qual conta?", Options: []string{"05/2026 · R$ 84,30", "06/2026 · *só* R$ 1"}},
			[]string{"Qual conta?\n\n1. 05/2026 · R$ 84,30\n2. 06/2026 · ∗só∗ R$ 1\n\nResponda com o número."},
		},
		"several": {
			bot.Reply{Text: "Quais?", Options: []string{"a", "b"}, Several: true, Chosen: []int{1}, Also: []string{"Pronto"}},
			[]string{"Quais?\n\n1. ⬜ a\n2. ✅ b\n3. Pronto\n\nResponda com um ou mais números."},
		},
		"a code alone": {
			bot.Reply{Text: "Copie:", Copy: "00020126***6304_x_", Options: []string{"Pronto"}},
			[]string{"Copie:\n\n1. Pronto\n\nResponda com o número.", "00020126***6304_x_"},
		},
		"options after a code": {
			bot.Reply{Copy: "0002", Options: []string{"Pronto"}},
			[]string{"0002", "1. Pronto\n\nResponda com o número."},
		},
		"a link": {
			bot.Reply{Text: "Pague já.", Link: &bot.Link{Label: "Pagar com cartão", Address: "https://x.br/_a_?b=*c*"}},
			[]string{"Pague já.\nPagar com cartão:\nhttps://x.br/_a_?b=*c*"},
		},
		"files": {
			bot.Reply{Text: "Aqui.", Image: chart, Document: pdf, Options: []string{"Sim"}},
			[]string{"Aqui.\n\n1. Sim\n\nResponda com o número.", "(consumo.png, shown) 12 meses", "(conta.pdf) Conta de *05/2026*."},
		},
		"options under a file": {
			bot.Reply{Document: pdf, Options: []string{"Sim"}},
			[]string{"(conta.pdf) Conta de *05/2026*.\n\n1. Sim\n\nResponda com o número."},
		},
		"a long caption": {
			bot.Reply{Document: &bot.Document{Name: "x.pdf", Caption: long}, Options: []string{"Sim"}},
			[]string{long, "(x.pdf) 1. Sim\n\nResponda com o número."},
		},
		"nothing": {bot.Reply{}, nil},
	} {
		var got []string
		for _, b := range Bubbles(c.reply) {
			text := b.Text
			if b.File != nil {
				text = "(" + b.File.Name + map[bool]string{true: ", shown"}[b.Picture] + ") " + text
			}
			got = append(got, text)
		}
		if strings.Join(got, "\n---\n") != strings.Join(c.want, "\n---\n") {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func TestThumbnail(t *testing.T) {
	chart := image.NewRGBA(image.Rect(0, 0, 900, 480))
	chart.Set(450, 240, color.Black)
	var b bytes.Buffer
	if err := png.Encode(&b, chart); err != nil {
		t.Fatal(err)
	}
	small, width, height, err := thumbnail(b.Bytes())
	if err != nil || width != 900 || height != 480 {
		t.Fatalf("%dx%d, %v", width, height, err)
	}
	picture, err := jpeg.Decode(bytes.NewReader(small))
	if err != nil || picture.Bounds().Dx() != 160 || picture.Bounds().Dy() != 85 || len(small) > 8<<10 {
		t.Errorf("the thumbnail is %v, %d bytes, %v", picture.Bounds(), len(small), err)
	}
	if r, _, _, _ := picture.At(3, 3).RGBA(); r < 0xf000 {
		t.Errorf("what is transparent is not white but %x", r)
	}
	if _, _, _, err := thumbnail([]byte("no picture")); err == nil {
		t.Error("no picture has a thumbnail")
	}
}
