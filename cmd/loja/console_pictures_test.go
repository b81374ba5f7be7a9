package main

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot/telegram/telegramtest"
	"lojavirtual/store"
)

// TestConsolePictures draws the pages of the staff console for the README, with
// demo people on Telegram in them. It runs with -pictures alone.
func TestConsolePictures(t *testing.T) {
	if !*pictures {
		t.Skip("there is no -pictures")
	}
	browser := program(t, "chromium")
	file := filepath.Join(t.TempDir(), "operator.yaml")
	hours := `    - days: [seg, ter, qua, qui, sex, sáb, dom]
      from: "00:00"
      to: "24:00"
`
	before, rest, _ := strings.Cut(string(demoOperator), "  periods:\n")
	_, after, _ := strings.Cut(rest, "  town:")
	if err := os.WriteFile(file, []byte(before+"  periods:\n"+hours+"  town:"+after), 0o600); err != nil {
		t.Fatal(err)
	}
	telegram := telegramtest.New(t)
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log, "LOJA_OPERATOR="+file, "LOJA_STAFF_SECOND_FACTOR=none", "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+telegram.URL())
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	password, err := l.addDemoStaff(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []store.Canned{
		{Title: "Saudação", Text: "Olá, {nome}! Aqui é {atendente}, da {empresa}. Em que posso ajudar?", Place: 1, Active: true},
		{Title: "Prazo do reparo", Text: "O reparo leva até 48 horas. O seu protocolo é {protocolo}.", Place: 2, Active: true},
	} {
		if _, err := l.db.SaveCanned(t.Context(), c, "Sônia"); err != nil {
			t.Fatal(i, err)
		}
	}
	staff, _ := serving(t, cfg, log)

	for i, talk := range [][]exchange{
		{{"quero a segunda via", "Qual é a matrícula"}, {"1188453", "CPF ou CNPJ"}, {"700.000.202-65", "paga"}},
		{{"oi", "ajudar"}, {"xyzzy", "Não entendi"}, {"tem um vazamento na minha rua", "Qual é a matrícula"}},
		{{"acompanhar pedido", "Qual é a matrícula"}, {"2331594", "CPF ou CNPJ"}, {"700.001.313-34", "pedido"}, {"isso é um absurdo", ""}, {"atendente", "Chamei uma pessoa"}},
		{{"quero a segunda via", "Qual é a matrícula"}, {"1043722", "CPF ou CNPJ"}, {"700.000.101-11", "De quais contas"}, {"atendente", "Chamei uma pessoa"}},
	} {
		chat := telegram.Chat(int64(4711 + i))
		for _, l := range talk {
			chat.Say(l.says)
			chat.WaitText(l.hears)
		}
	}
	if err := l.db.LeaveNote(t.Context(), "telegram:4711/1", store.Note{Session: "telegram:4711", Protocol: "26052012345678", Property: 1188453, Text: "A conta deste mês não chegou. Podem me mandar pelo correio?"}); err != nil {
		t.Fatal(err)
	}

	p := openPage(t, browser, staff+"/entrar", chromedp.Env("LANGUAGE=pt_BR"), chromedp.Flag("lang", "pt-BR"))
	if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(1280, 800)); err != nil {
		t.Fatal(err)
	}
	draw := func(name, path, words string) {
		t.Helper()
		if err := chromedp.Do(p.ctx, chromedp.Navigate(staff+path)); err != nil {
			t.Fatal(err)
		}
		p.until(words, fmt.Sprintf(`document.readyState === "complete" && document.body.innerText.includes(%q)`, words))
		height := min(evaluate[int64](p, `Math.ceil(document.querySelector("main").getBoundingClientRect().bottom + scrollY)`), 1500)
		if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(1280, height)); err != nil {
			t.Fatal(err)
		}
		p.until("the page at its size", fmt.Sprintf(`innerHeight === %d`, height))
		shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("../../bot/console/testdata", name+".png"), few(t, shot), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	as := func(role string) {
		t.Helper()
		if err := chromedp.Do(p.ctx, chromedp.Navigate(staff+"/entrar")); err != nil {
			t.Fatal(err)
		}
		p.until("the login", `document.activeElement?.id === "nome"`)
		if err := chromedp.Do(p.ctx, chromedp.KeyEvent(role+kb.Tab+password+kb.Enter)); err != nil {
			t.Fatal(err)
		}
		p.until("Olá", `document.body.innerText.includes("Olá")`)
	}
	click := func(label string) {
		t.Helper()
		p.until(label, fmt.Sprintf(`(() => {
			const found = [...document.querySelectorAll("button")].find(b => b.innerText.startsWith(%q));
			found?.click();
			return found;
		})()`, label))
	}
	leave := func() {
		t.Helper()
		click("Sair")
		p.until("the way out", `document.body.innerText.includes("Você saiu")`)
	}

	draw("entrar", "/entrar", "Nome de acesso")
	as("atendente")
	draw("conversas", "/conversas", "ao vivo")
	draw("fila", "/fila", "Esperam: 2")
	draw("recados", "/recados", "não chegou")
	click("Marcar como lido")
	p.until("the note is read", `document.body.innerText.includes("Ana, ")`)
	draw("conta", "/conta", "Meus acessos")
	if err := chromedp.Do(p.ctx, chromedp.Navigate(staff+"/fila")); err != nil {
		t.Fatal(err)
	}
	click("Atender o próximo")
	p.until("the desk", `document.body.innerText.includes("Esta conversa é sua")`)
	if err := chromedp.Do(p.ctx, chromedp.SendKeys(chromedp.CSS("#texto"), "Bom dia! Sou a Ana. Vou olhar o seu pedido agora.")); err != nil {
		t.Fatal(err)
	}
	click("Enviar")
	p.until("it is sent", `document.body.innerText.includes("Enviado.")`)
	draw("conversa", evaluate[string](p, `location.pathname`), "Vou olhar o seu pedido")
	const next = `[...document.querySelectorAll("a[href*='/passos/']")].at(-1).getAttribute("href")`
	for range 3 { // to the third of its turns
		draw("passo", evaluate[string](p, next), "Onde estava")
	}
	leave()
	as("supervisor")
	draw("respostas", "/respostas", "Saudação")
	draw("numeros", "/numeros", "Números")
	draw("saude", "/saude", "Telegram")
	leave()
	as("encarregado")
	draw("auditoria", "/auditoria", "entrou")
	leave()
	as("admin")
	draw("pessoas", "/pessoas", "Adicionar pessoa")
	leave()
}

// few are the colours of a picture, as many as a palette holds: those that are
// seen most.
func few(t *testing.T, shot []byte) []byte {
	t.Helper()
	whole, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[color.Color]int{}
	for y := range whole.Bounds().Dy() {
		for x := range whole.Bounds().Dx() {
			seen[whole.At(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(seen), func(a, b color.Color) int { return cmp.Compare(seen[b], seen[a]) })
	small := image.NewPaletted(whole.Bounds(), all[:min(256, len(all))])
	draw.Draw(small, small.Bounds(), whole, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
