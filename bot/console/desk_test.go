package console

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lojavirtual/bot"
	"lojavirtual/bot/console/diversion"
	"lojavirtual/flows/atendente"
	"lojavirtual/flows/segundavia"
	"lojavirtual/store"
)

// serve lets a bot answer, whose people attend at all hours.
func (w *world) serve() {
	w.t.Helper()
	op := store.Operator{Name: "DESO", Phones: []store.Phone{{Label: "Atendimento", Number: "0800 079 0195"}}, Attendance: store.Attendance{
		Periods: []store.Period{{Days: []store.Day{0, 1, 2, 3, 4, 5, 6}, To: 24 * 60}},
	}}
	person := atendente.New(w.db, w.mail.Queue, op)
	engine := &bot.Engine{Flows: []*bot.Flow{segundavia.New(nil, nil, nil, "", nil), person}, Person: person, Name: "DESO", Patience: time.Hour, Attended: 5 * time.Minute}
	ctx, stop := context.WithCancel(context.Background())
	var hands sync.WaitGroup
	hands.Go(func() { engine.Serve(ctx, w.mail) })
	w.t.Cleanup(func() {
		stop()
		hands.Wait()
	})
}

// hears puts what somebody on Telegram writes, and returns the protocol once the
// bot has heard it.
func (w *world) hears(person, text string) string {
	w.t.Helper()
	session := "telegram:" + person
	before := w.session(session).Version
	if err := w.mail.Put(w.t.Context(), bot.Message{ID: fmt.Sprint(text, time.Now().UnixNano()), Channel: "telegram", From: person, Text: text, At: w.now()}); err != nil {
		w.t.Fatal(err)
	}
	var s bot.Session
	w.comes(text+" is heard", func() bool {
		s = w.session(session)
		return s.Version > before
	})
	w.comes(text+" is seen", func() bool {
		live, err := w.Live.Live(w.t.Context(), store.TalkFilter{Session: session})
		return err == nil && (len(live) == 1 || s.Protocol == "") && (len(live) == 0 || live[0].Waiting.IsZero() == s.Waiting.IsZero())
	})
	return s.Protocol
}

func (w *world) session(id string) bot.Session {
	w.t.Helper()
	s, err := w.mail.Session(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// comes waits for something to come about.
func (w *world) comes(what string, is func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("never: %s", what)
		}
	}
}

// said are the replies and what staff wrote in a conversation.
func (w *world) said(session, protocol string) (all []string) {
	w.t.Helper()
	w.keep()
	turns, err := w.db.Turns(w.t.Context(), session, protocol)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, t := range turns {
		for _, r := range t.Replies {
			all = append(all, r.Text)
		}
	}
	return all
}

// Two attendants and a supervisor around people who wait: who gets whom, what is
// refused, and what is written down of it.
func TestDesk(t *testing.T) {
	w := open(t)
	w.serve()
	w.add("ana", store.Attendant)
	w.add("bia", store.Attendant)
	w.add("sonia", store.Supervisor)
	w.add("lia", store.Reader)
	ana, bia, sonia, lia := w.in("ana"), w.in("bia"), w.in("sonia"), w.in("lia")
	bia.get("/fila").wants(t, 200, "Ninguém espera por uma pessoa agora")
	bia.post("/fila/proximo").wants(t, 409, "Ninguém espera")

	const session = "telegram:4711"
	protocol := w.hears("4711", "oi")
	w.hears("4711", "atendente")
	at := "/conversas/" + protocol
	lia.get("/fila").wants(t, 200, "4711")
	if page := lia.get("/fila").text; strings.Contains(page, "Atender o próximo") || strings.Contains(lia.get(at).text, "Assumir") {
		t.Error("a reader sees what only attendants may")
	}
	ana.get(at).wants(t, 200, "A pessoa espera por alguém da equipe")
	ana.post(at+"/escrever", "texto", "oi").wants(t, 409, notYours)
	for _, what := range []string{"escrever", "resposta", "enviar", "transferir", "devolver", "encerrar", "anotar", "etiquetas", "assumir"} {
		lia.post(at+"/"+what, "texto", "oi").wants(t, 403, "O seu papel")
	}

	ana.post("/fila/proximo").wants(t, 303, at+"#mesa")
	ana.get(at).wants(t, 200, "Esta conversa é sua")
	bia.get(at).wants(t, 200, `<strong class="name">Ana</strong> está com esta conversa`)
	bia.post(at+"/assumir").wants(t, 409, "Ana está com esta conversa agora")
	bia.post(at+"/escrever", "texto", "sou eu").wants(t, 409, "Ana está com esta conversa agora")
	bia.post(at+"/devolver").wants(t, 409, "Ana está com esta conversa agora")

	// The same page sent twice says it once.
	for range 2 {
		ana.post(at+"/escrever", "texto", "Bom dia,\r\nem que posso *ajudar*?", "vez", "A1").wants(t, 303, at)
	}
	ana.do("POST", at+"/escrever", map[string][]string{"texto": {"segunda"}, "vez": {"A2"}}, "Sec-Fetch-Dest", "empty").wants(t, 200, "Enviado.")
	a := ana.post(at+"/escrever", "texto", "Faz um Pix para 79 99911-2233", "vez", "A3")
	a.wants(t, 409, diversion.Key)
	a.wants(t, 409, "Faz um Pix para 79 99911-2233</textarea>")
	ana.post(at+"/escrever", "texto", strings.Repeat("a", maxSaid+1)).wants(t, 409, "cabem 1000")
	ana.post(at+"/escrever", "texto", " \n ").wants(t, 409, emptyText)
	ana.post(at+"/enviar", "item", "pix 1").wants(t, 409, notKnown)
	ana.post(at+"/encerrar", "outro", " ").wants(t, 409, "Escolha o motivo")
	ana.post(at+"/transferir", "para", "99").wants(t, 409, notThere)
	if said := w.said(session, protocol); !slices.Equal(said[len(said)-3:], []string{"Agora você fala com *Ana*, da equipe. Para voltar ao atendimento automático, digite *menu*.", "Bom dia,\nem que posso \\*ajudar\\*?", "segunda"}) {
		t.Errorf("the person heard %q", said)
	}

	// A supervisor takes it over, who says from whom.
	sonia.post(at+"/assumir").wants(t, 409, "Ana está com esta conversa agora")
	sonia.get(at).wants(t, 200, "Assumir no lugar de Ana")
	sonia.post(at+"/assumir", "no_lugar_de", "Ana").wants(t, 303, at)
	ana.post(at+"/escrever", "texto", "ainda estou").wants(t, 409, "Sonia está com esta conversa agora")
	sonia.post(at+"/devolver").wants(t, 303, at)
	w.comes("the bot is back", func() bool { return w.session(session).Human == "" })
	sonia.get(at).wants(t, 200, "O robô atende esta pessoa")

	// What was silent for too long is anybody's.
	bia.post(at+"/assumir").wants(t, 303, at)
	w.wait(6 * time.Minute)
	ana.get(at).wants(t, 200, "O robô atende esta pessoa")
	ana.post(at+"/assumir").wants(t, 303, at)
	bia.post(at+"/escrever", "texto", "oi").wants(t, 409, "Ana está com esta conversa agora")

	// A conversation that has ended.
	ana.post(at+"/devolver").wants(t, 303, at)
	w.hears("4711", "sair")
	w.hears("4711", "oi de novo")
	w.keep()
	ana.get(at).wants(t, 200, "Esta conversa terminou")
	for _, what := range []string{"escrever", "enviar", "transferir", "devolver", "encerrar", "assumir"} {
		ana.post(at+"/"+what, "texto", "oi", "para", "fila").wants(t, 409, overNow)
	}

	deeds := w.deeds()
	for _, deed := range []string{"ana talk_taken telegram:4711", "ana talk_written telegram:4711", "ana text_refused telegram:4711", "sonia talk_returned telegram:4711"} {
		if !slices.Contains(deeds, deed) {
			t.Errorf("%q is not written down: %q", deed, deeds)
		}
	}
	entries, err := w.db.Audit(t.Context(), 0, "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if text := fmt.Sprint(e); strings.Contains(text, "Bom dia") || strings.Contains(text, "99911") {
			t.Errorf("what was written is in the audit log: %s", text)
		}
	}
	if strings.Contains(w.logged.String(), "99911") || strings.Contains(w.logged.String(), "Bom dia") {
		t.Error("what was written is in the log")
	}
}

// However many press at once, nobody gets whom another got, and the longest wait
// is over first.
func TestNext(t *testing.T) {
	w := open(t)
	w.serve()
	var clients []client
	for i := range 4 {
		name := fmt.Sprint("p", i)
		w.add(name, store.Attendant)
		clients = append(clients, w.in(name))
	}
	var protocols []string
	for i := range 3 {
		person := fmt.Sprint(4711 + i)
		protocols = append(protocols, w.hears(person, "oi"))
		w.hears(person, "atendente")
		w.comes("the next second", func() bool { return time.Now().Unix() > w.session("telegram:"+person).Waiting.Unix() })
	}
	clients[0].post("/fila/proximo").wants(t, 303, protocols[0])
	var got [4]answer
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() { got[i] = clients[i].post("/fila/proximo") })
	}
	all.Wait()
	var to []string
	for _, a := range got {
		if a.status == 303 {
			to = append(to, regexp.MustCompile(`\d+`).FindString(a.to))
		} else if a.status != 409 {
			t.Errorf("%d: %s", a.status, a.text)
		}
	}
	slices.Sort(to)
	want := slices.Clone(protocols[1:])
	slices.Sort(want)
	if !slices.Equal(to, want) {
		t.Errorf("the conversations %q are taken over, want %q", to, want)
	}
	humans := map[string]int{}
	for i := range 3 {
		s := w.session(fmt.Sprint("telegram:", 4711+i))
		if humans[s.Human]++; s.Human == "" || !s.Waiting.IsZero() {
			t.Errorf("nobody has %s", s.ID)
		}
	}
}

// The queue tells who is overdue.
func TestQueue(t *testing.T) {
	w := open(t, func(c *Config) { c.Operator.Attendance.SLA = 2 * time.Minute })
	w.add("ana", store.Attendant)
	ana := w.in("ana")
	w.says("4711", "cadê alguém", func(s *bot.Session) {
		s.Flow, s.State, s.Waiting, s.Seen, s.Paused = "atendente", "waiting", w.now(), w.now(), &bot.Place{Flow: "segundavia"}
	})
	w.serve()
	w.comes("it is seen", func() bool { return strings.Contains(ana.get("/fila").text, "cadê alguém") })
	a := ana.get("/fila")
	a.wants(t, 200, "<td>Segunda Via de Conta")
	a.wants(t, 200, "no prazo")
	a.wants(t, 200, "Prazo para atender: 2 min")
	w.wait(3 * time.Minute)
	a = ana.get("/fila/agora")
	a.wants(t, 200, "atrasado")
	a.wants(t, 200, "3 min")
	if strings.Contains(a.text, "no prazo") {
		t.Error(a.text)
	}
	ana.post("/fila/proximo").wants(t, 303, "#mesa")
	ana.get("/fila").wants(t, 200, "Sai de quem atende em")
}

// Ready replies are kept by supervisors, and land in the box with what they leave
// open filled in.
func TestCannedReplies(t *testing.T) {
	w := open(t)
	w.serve()
	w.add("ana", store.Attendant)
	w.add("sonia", store.Supervisor)
	ana, sonia := w.in("ana"), w.in("sonia")
	ana.get("/respostas").wants(t, 403, "O seu papel")
	sonia.get("/respostas").wants(t, 200, "Nenhuma resposta pronta")
	for text, wrong := range map[string]string{
		"Pix 79 99911-2233": diversion.Key, "Olá {apelido}": "Não existe {apelido}", "": emptyText, "https://bit.ly/x": diversion.Page,
	} {
		sonia.post("/respostas", "titulo", "Teste", "texto", text, "ordem", "1", "ativa", "sim").wants(t, 422, wrong)
	}
	sonia.post("/respostas", "titulo", "", "texto", "x").wants(t, 422, "O título tem")
	sonia.post("/respostas", "titulo", "Boas-vindas", "texto", "Olá, {nome}! Aqui é {atendente}, da {empresa}. Protocolo {protocolo}, telefone {telefone}.", "ordem", "2", "ativa", "sim").wants(t, 303, "/respostas")
	sonia.post("/respostas", "titulo", "Desligada", "texto", "x", "ordem", "1").wants(t, 303, "/respostas")
	sonia.post("/respostas/99", "titulo", "x", "texto", "x").wants(t, 404, "Não existe nada")
	sonia.get("/respostas").wants(t, 200, "desligada")

	protocol := w.hears("4711", "oi")
	at := "/conversas/" + protocol
	ana.post(at+"/assumir").wants(t, 303, at)
	page := ana.get(at).text
	if !strings.Contains(page, "Boas-vindas") || strings.Contains(page, "Desligada") {
		t.Error("the ready replies are not those that are switched on")
	}
	id := regexp.MustCompile(`<option value="(\d+)">Boas-vindas`).FindStringSubmatch(page)[1]
	a := ana.post(at+"/resposta", "texto", "Um momento.", "resposta", id)
	a.wants(t, 200, "Um momento.\nOlá! Aqui é Ana, da DESO. Protocolo "+bot.Grouped(protocol)+", telefone 0800 079 0195.</textarea>")
	ana.post(at+"/resposta", "texto", "fica", "resposta", "0").wants(t, 422, "fica</textarea>")
	if got := w.fillIn("Olá, {nome}!", "Maria", "Ana", "1"); got != "Olá, Maria!" {
		t.Error(got)
	}
	if !slices.Contains(w.deeds(), "sonia canned_saved nova") {
		t.Error("nothing is written down")
	}
}

// What staff note is seen by staff, and what conversations are called finds them.
func TestRemarks(t *testing.T) {
	w := open(t)
	w.serve()
	w.add("ana", store.Attendant)
	w.add("lia", store.Reader)
	ana, lia := w.in("ana"), w.in("lia")
	protocol := w.hears("4711", "oi")
	other := w.hears("4712", "oi")
	at := "/conversas/" + protocol
	ana.post(at+"/anotar", "nota", "ligou duas vezes").wants(t, 303, at)
	ana.post(at+"/anotar", "nota", "").wants(t, 422, "A anotação tem")
	ana.do("POST", at+"/etiquetas", map[string][]string{"etiqueta": {"vazamento", "elogio"}, "outras": {"rua escura, vazamento"}}).wants(t, 303, at)
	ana.post(at+"/etiquetas", "outras", "a,b,c,d,e,f").wants(t, 422, "no máximo 5 etiquetas")
	ana.post(at+"/etiquetas", "outras", "700.000.101-11").wants(t, 422, "não leva CPF")
	page := lia.get(at).text
	for _, words := range []string{"ligou duas vezes", "rua escura", "vazamento", "elogio"} {
		if !strings.Contains(page, words) {
			t.Errorf("a reader does not see %q", words)
		}
	}
	w.keep()
	for tag, finds := range map[string]bool{"rua escura": true, "elogio": true, "conta alta": false} {
		page := lia.get("/conversas?etiqueta=" + strings.ReplaceAll(tag, " ", "+")).text
		if is := strings.Contains(page, `data-key="`+protocol); is != finds || strings.Contains(page, other) {
			t.Errorf("%s finds it: %t", tag, is)
		}
	}
	if slices.ContainsFunc(w.said("telegram:4711", protocol), func(s string) bool { return strings.Contains(s, "ligou duas") }) {
		t.Error("the person was told what staff note")
	}
}

// Notes that people left are read once, by somebody who says so.
func TestLeftNotes(t *testing.T) {
	w := open(t)
	w.add("ana", store.Attendant)
	w.add("lia", store.Reader)
	ana, lia := w.in("ana"), w.in("lia")
	ana.get("/recados").wants(t, 200, "Nenhum recado guardado")
	const key = "telegram:4711/atendente/1/3"
	if err := w.db.LeaveNote(t.Context(), key, store.Note{Session: "telegram:4711", Protocol: "26052000004711", Property: 1043722, Text: "<b>Falta água</b>"}); err != nil {
		t.Fatal(err)
	}
	lia.get("/recados").wants(t, 200, "não lido")
	a := ana.get("/recados")
	a.wants(t, 200, "&lt;b&gt;Falta água")
	a.wants(t, 200, "/conversas/26052000004711")
	if strings.Contains(a.text, "104372") {
		t.Error("the matrícula is shown")
	}
	ana.post("/recados", "recado", key).wants(t, 303, "/recados")
	ana.post("/recados", "recado", key).wants(t, 409, "Outra pessoa já marcou")
	lia.get("/recados").wants(t, 200, "Ana, ")
	if !slices.Contains(w.deeds(), "ana note_read telegram:4711") {
		t.Error(w.deeds())
	}
}

// An attendant at work with no mouse, beside whom a supervisor acts, until the
// server goes away.
func TestDeskInBrowser(t *testing.T) {
	t.Parallel()
	w := open(t, func(c *Config) {
		c.Handouts = func(context.Context, string) ([]bot.Handout, error) {
			return []bot.Handout{{Name: "pix 1", Title: "Pix da conta de 05/2026 · R$ 84,30"}}, nil
		}
	})
	w.serve()
	for name, role := range map[string]store.Role{"ana": store.Attendant, "bia": store.Attendant, "sonia": store.Supervisor} {
		w.add(name, role)
	}
	if _, err := w.db.SaveCanned(t.Context(), store.Canned{Title: "Boas-vindas", Text: "Olá, {nome}! Aqui é {atendente}.", Place: 1, Active: true}, "Sonia"); err != nil {
		t.Fatal(err)
	}
	if err := w.db.LeaveNote(t.Context(), "telegram:4799/atendente/1/3", store.Note{Session: "telegram:4799", Protocol: "26052000004799", Property: 1043722, Text: strings.Repeat("Falta água na rua há 3 dias. ", 12)}); err != nil {
		t.Fatal(err)
	}
	const session = "telegram:4711"
	enter := func(name, path, words string) *tab {
		p := w.tab(chromium(t)) // with cookies of its own
		p.open("/entrar?para="+path, "Nome de acesso")
		p.keys(name, kb.Tab, password, kb.Enter)
		p.until(words)
		return p
	}
	ana := enter("ana", "/fila", "Ninguém espera por uma pessoa agora")
	protocol := w.hears("4711", "oi")
	w.hears("4711", "atendente")
	w.hears("4712", "oi, alguém aí?")
	ana.until("no prazo") // without being loaded anew
	ana.accessible("fila")
	ana.fit("/fila")
	for range 30 {
		if look[string](ana, `document.activeElement.innerText`) == "Atender o próximo" {
			break
		}
		ana.keys(kb.Tab)
	}
	ana.keys(kb.Enter)
	ana.until("Esta conversa é sua")
	loaded := look[float64](ana, `performance.timeOrigin`)
	ana.keys(kb.Tab)
	if at := look[string](ana, `document.activeElement.id`); at != "texto" {
		t.Errorf("the first stop of the Tab key is %q", at)
	}
	sends := func(text, words string) {
		t.Helper()
		ana.do(chromedp.KeyEvent(text))
		ana.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		ana.until(words)
	}
	sends("Bom dia, em que posso ajudar?", "Enviado.")
	if left := look[string](ana, `document.activeElement.id + document.getElementById("texto").value`); left != "texto" {
		t.Errorf("the box has %q", left)
	}
	w.comes("the person has it", func() bool { return slices.Contains(w.said(session, protocol), "Bom dia, em que posso ajudar?") })
	sends("Pix 79 99911-2233", "chave Pix")
	if left := look[string](ana, `document.activeElement.id + document.getElementById("texto").value`); left != "textoPix 79 99911-2233" {
		t.Errorf("the box has %q", left)
	}
	ana.accessible("conversa-recusada")
	ana.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("texto").select()`))
	ana.do(chromedp.KeyEvent(kb.Backspace))
	ana.keys("Um momento.")
	ana.press("Usar")
	w.comes("the reply is in the box", func() bool {
		return look[string](ana, `document.activeElement.id + document.getElementById("texto").value`) == "textoUm momento.\nOlá! Aqui é Ana."
	})

	again := look[float64](ana, `performance.timeOrigin`)
	if again != loaded {
		t.Error("the page was loaded anew")
	}
	ana.accessible("conversa-atendida")
	ana.fit("/conversas/{protocolo}")

	// A note for colleagues while something stands in the box.
	ana.do(chromedp.SendKeys(chromedp.CSS("#nota"), "ligou duas vezes"))
	ana.press("Anotar")
	ana.until("Anotado. Só a equipe vê.")
	if left := look[string](ana, `document.getElementById("texto").value + "/" + document.getElementById("nota").value`); left != "Um momento.\nOlá! Aqui é Ana./" {
		t.Errorf("the boxes have %q", left)
	}

	// Somebody else takes it over: the page says so, and what was typed comes back.
	sonia := w.in("sonia")
	at := "/conversas/" + protocol
	sonia.post(at+"/assumir", "no_lugar_de", "Ana").wants(t, 303, at)
	ana.until("Sonia está com esta conversa")
	sonia.post(at+"/devolver").wants(t, 303, at)
	ana.until("O robô atende esta pessoa")
	ana.accessible("conversa-livre")
	ana.press("Assumir")
	ana.until("Esta conversa é sua")
	if left := look[string](ana, `document.getElementById("texto").value`); left != "Um momento.\nOlá! Aqui é Ana." {
		t.Errorf("the box has %q", left)
	}
	ana.open("/recados", "não lido")
	ana.accessible("recados")
	ana.fit("/recados")

	boss := enter("sonia", at, "Assumir no lugar de Ana")
	boss.accessible("conversa-de-outra")
	boss.open("/respostas", "Boas-vindas")
	boss.accessible("respostas")
	boss.fit("/respostas")

	for _, p := range []*tab{ana, boss} {
		p.mu.Lock()
		for _, c := range p.complaints {
			if !strings.Contains(c, "the server responded with a status of 4") {
				t.Errorf("the browser complains: %s", c)
			}
		}
		p.mu.Unlock()
	}
	boss.open(at, "Assumir no lugar de Ana")
	boss.do(chromedp.Click(chromedp.CSS("[name=no_lugar_de]")))
	boss.press("Assumir no lugar de Ana")
	boss.until("Esta conversa é sua")
	boss.do(chromedp.SendKeys(chromedp.CSS("#texto"), "Sou a Sonia"))
	if err := w.server.Listener.Close(); err != nil {
		t.Fatal(err)
	}
	w.server.CloseClientConnections()
	boss.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	boss.until("O que você escreveu continua aqui")
	if left := look[string](boss, `document.activeElement.id + document.getElementById("texto").value`); left != "textoSou a Sonia" {
		t.Errorf("the box has %q", left)
	}
}
