package console

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/store"
	"lojavirtual/store/redis"
)

// says settles a turn in which somebody says something, on Telegram unless their
// channel stands before them, and returns its protocol.
func (w *world) says(person, text string, change func(*bot.Session), replies ...bot.Reply) string {
	w.t.Helper()
	return w.sends(person, bot.Message{Text: text}, change, replies...)
}

// sends is says for what is more than text.
func (w *world) sends(person string, message bot.Message, change func(*bot.Session), replies ...bot.Reply) string {
	w.t.Helper()
	id := fmt.Sprint(message.Text, time.Now().UnixNano())
	channel, from, ok := strings.Cut(person, ":")
	if !ok {
		channel, from = "telegram", person
	}
	message.ID, message.Channel, message.From = id, channel, from
	if err := w.mail.Put(w.t.Context(), message); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	m, s, err := w.mail.Take(ctx)
	if err != nil || m.ID != id {
		w.t.Fatalf("took %q, %v", m.ID, err)
	}
	s.Protocol, s.Course = fmt.Sprintf("26052%09s", from), bot.Course{}
	protocol := s.Protocol
	if change != nil {
		change(&s)
	}
	if err := w.mail.Settle(w.t.Context(), m, s, replies); err != nil {
		w.t.Fatal(err)
	}
	return protocol
}

// keep stores what was said, as a running loja does.
func (w *world) keep() {
	w.t.Helper()
	for part := range redis.Partitions {
		for more := true; more; {
			last, stored, _, err := w.db.StoreTurns(w.t.Context(), part, func(ctx context.Context, after string) ([]store.Turn, error) {
				return w.mail.JournalAfter(ctx, part, after, 1000)
			})
			if err == nil && last != "" {
				err = w.mail.Stored(w.t.Context(), part, last)
			}
			if err != nil {
				w.t.Fatal(err)
			}
			more = stored > 0
		}
	}
}

// follow opens the events of a board. At their end there is news with a count of -1.
func (c client) follow(query string) (next func() news) {
	c.w.t.Helper()
	heard := hear[news](c, "/conversas/eventos?"+query)
	return func() news {
		n, ok := heard()
		if !ok {
			n.Count = -1
		}
		return n
	}
}

// texts are the cells of a row.
func (r row) texts() (all []string) {
	for _, cell := range r.Cells {
		var bits []string
		for _, b := range cell {
			if b.Since != "" {
				b.Text = "TIME"
			}
			bits = append(bits, b.Text)
		}
		all = append(all, strings.Join(bits, "/"))
	}
	return all
}

// until hears news of a board until they are what is waited for.
func until(t testing.TB, next func() news, what string, is func(news) bool) news {
	t.Helper()
	for range 20 {
		n := next()
		if is(n) {
			return n
		}
		if n.Count < 0 {
			break
		}
	}
	t.Fatalf("%s is never told", what)
	return news{}
}

func identified(s *bot.Session) {
	s.Flow, s.State, s.Identity = "segundavia", "choosing", &bot.Identity{Customer: 7, Property: 1043722}
}

// What a board shows and is told, what is found on it, and what a conversation
// reads like, to whom.
func TestBoard(t *testing.T) {
	w := open(t)
	for i, role := range store.Roles {
		w.add("p"+strconv.Itoa(i), role)
	}
	reader, clerk, boss := w.in("p0"), w.in("p1"), w.in("p4")
	boss.get("/conversas").wants(t, 403, "O seu papel")
	boss.get("/conversas/eventos").wants(t, 403, "")
	if a := w.client().do(http.MethodGet, "/conversas/eventos", nil); a.status != http.StatusUnauthorized {
		t.Errorf("nobody is told %d", a.status)
	}
	reader.get("/conversas").wants(t, 200, "Ninguém está conversando agora")

	next := reader.follow("")
	if n := next(); !n.All || n.Count != 0 {
		t.Errorf("%+v", n)
	}
	first := w.says("4711", "quero a segunda via", identified, bot.Reply{Text: "De qual *conta*?", Options: []string{"05/2026", "06/2026"}})
	n := until(t, next, "what she says", func(n news) bool { return len(n.Rows) == 1 })
	want := []string{
		"2605.2000.0047.11", "", "", "Maria D. D. S.", "Segunda Via de Conta/escolhendo como receber", "quero a segunda via/TIME", "robô", "", "…72.2", "Telegram",
	}
	if got := n.Rows[0].texts(); !slices.Equal(got, want) || n.All || n.Count != 1 || n.Waiting != 0 || n.Rows[0].Cells[0][0].To != "/conversas/"+first {
		t.Errorf("%q\nwant %q\n%+v", got, want, n)
	}
	since := time.Now().Add(-5 * time.Minute)
	second := w.says("4712", "cadê alguém", func(s *bot.Session) {
		s.Waiting, s.Mistakes, s.Course = since, 2, bot.Course{Angry: true, Fault: bot.Bug, Code: "K7Q2"}
	})
	n = until(t, next, "who waits", func(n news) bool { return n.Waiting == 1 })
	want = []string{"2605.2000.0047.12", "TIME", "erro nosso K7Q2/irritado", "4712", "Menu", "cadê alguém/TIME", "ninguém ainda", "2", "não identificado", "Telegram"}
	if got := n.Rows[0].texts(); !slices.Equal(got, want) || len(n.Rows) != 1 {
		t.Errorf("%q\nwant %q\n%+v", got, want, n)
	}
	page := reader.get("/conversas").text
	if one, two := strings.Index(page, `data-key="`+second), strings.Index(page, `data-key="`+first); one < 0 || two < one || !strings.Contains(page, "Esperam por uma pessoa: 1") {
		t.Errorf("who waits is not first: %d, %d", one, two)
	}
	if strings.Contains(page, "MARIA DAS DORES") || strings.Contains(page, "104372") {
		t.Error("what is masked stands on the page")
	}

	for query, finds := range map[string]string{
		"protocolo=4711": first, "protocolo=2605.2000.0047.12": second, "matricula=104372.2": first, "texto=ALGUEM": second,
		"servico=segundavia": first, "canal=whatsapp": "", "canal=telegram&texto=segunda+via": first, "ate=2020-01-01": "", "de=2020-01-01": first + second,
	} {
		page := reader.get("/conversas?" + query).text
		for _, p := range []string{first, second} {
			if is := strings.Contains(page, `data-key="`+p); is != strings.Contains(finds, p) {
				t.Errorf("%s: %s is found: %t", query, p, is)
			}
		}
		n := reader.follow(query)()
		if !n.All || n.Count != len(finds)/len(first) {
			t.Errorf("%s is told of %+v", query, n)
		}
	}
	for query, words := range map[string]string{
		"protocolo=abc": "O protocolo é um número", "matricula=x": "A matrícula é um número", "de=2026-02-30": "A data não existe", "de=2026-05-02&ate=2026-05-01": "Troque as duas",
	} {
		reader.get("/conversas?"+query).wants(t, 422, words)
		reader.get("/conversas/eventos?"+query).wants(t, 422, words)
	}

	w.says("4712", "sair", func(s *bot.Session) { s.Protocol, s.Waiting = "", time.Time{} })
	n = until(t, next, "that he has gone", func(n news) bool { return len(n.Gone) == 1 })
	if n.Gone[0] != second || n.Count != 1 || n.Waiting != 0 {
		t.Errorf("%+v", n)
	}
	w.keep()
	page = reader.get("/conversas?texto=alguem").text
	if strings.Contains(page, "data-key") || !strings.Contains(page, `href="/conversas/`+second) || !strings.Contains(page, "erro nosso") {
		t.Errorf("he is not among those before:\n%s", page)
	}

	reader.get("/conversas/99999999999999").wants(t, 404, "Não há conversa com este protocolo")
	reader.get("/conversas/%25").wants(t, 404, "Não há conversa com este protocolo")
	w.says("4711", "a de junho", identified)
	talk := reader.get("/conversas/" + first)
	for _, words := range []string{
		"quero a segunda via", "De qual <strong>conta</strong>?", "<li>06/2026</li>", "a de junho", "Menu → Segunda Via de Conta", "imóvel …72.2",
	} {
		talk.wants(t, 200, words)
	}
	if strings.Contains(talk.text, "/documento") {
		t.Error("a reader is shown the way to a document")
	}
	clerk.get("/conversas/"+first).wants(t, 200, `href="/conversas/`+first+`/documento"`)
	talk = clerk.get("/conversas/" + second)
	for _, words := range []string{"Erro nosso, código K7Q2", "Espera por uma pessoa desde", "Conversa encerrada"} {
		talk.wants(t, 200, words)
	}
	deeds := w.deeds()
	if want := []string{"p0 talk_read telegram:4711", "p1 talk_read telegram:4711", "p1 talk_read telegram:4712"}; !slices.Equal(deeds[len(deeds)-3:], want) {
		t.Errorf("%q", deeds[len(deeds)-3:])
	}
}

// Who guesses wrong too often is shown as locked, and the events of a page end
// with the access by which it was opened, and with the console.
func TestBoardEnds(t *testing.T) {
	t.Parallel()
	w := open(t)
	ana, bia := w.add("ana", store.Attendant), w.add("bia", store.Attendant)
	first, second := w.in("ana").follow(""), w.in("bia").follow("texto=oi")
	w.says("4711", "oi", nil)
	guesses := w.mail.Guesses([]byte("secret"), time.Hour)
	for i := range 4 {
		if _, _, err := guesses.Try(t.Context(), strconv.Itoa(i), "telegram:4711", 1043722, strconv.Itoa(i), time.Now(), func() (bool, error) { return false, nil }); err != nil {
			t.Fatal(err)
		}
	}
	w.says("4711", "oi de novo", nil)
	for _, next := range []func() news{first, second} {
		n := until(t, next, "that he is locked", func(n news) bool {
			return len(n.Rows) == 1 && strings.HasPrefix(n.Rows[0].texts()[2], "bloqueado até ")
		})
		if n.Count != 1 {
			t.Errorf("%+v", n)
		}
	}
	if err := w.db.EndStaffAccesses(t.Context(), ana.ID, w.now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if n := ending(first); n.Count != -1 {
		t.Errorf("whose access has ended is told of %+v", n)
	}
	w.says("4711", "oi", nil)
	until(t, second, "who is inside still", func(n news) bool { return len(n.Rows) == 1 })
	w.Close()
	if n := ending(second); n.Count != -1 {
		t.Errorf("%s is told of %+v after the console has closed", bia.Name, n)
	}
}

// ending hears news until they end, which is a count of -1; they may be told of
// what was on its way.
func ending(next func() news) (n news) {
	for range 20 {
		if n = next(); n.Count < 0 {
			break
		}
	}
	return n
}

// Pages of those before follow one another, without a gap and without one twice.
func TestBoardPages(t *testing.T) {
	w := open(t)
	w.add("ana", store.Attendant)
	const talks = 2*talksAtOnce + 5
	for i := range talks {
		w.says(strconv.Itoa(1000+i), "oi", func(s *bot.Session) { s.Protocol = "" }) // no conversation: it is not listed
		w.says(strconv.Itoa(1000+i), "oi", nil)
		w.says(strconv.Itoa(1000+i), "sair", func(s *bot.Session) { s.Protocol = "" })
	}
	w.keep()
	c, found := w.in("ana"), map[string]int{}
	path, pages := "/conversas?canal=telegram", 0
	for path != "" && pages < 10 {
		page := c.get(path).text
		for part := range strings.SplitSeq(page, `class="nowrap" href="/conversas/`) {
			if protocol, _, ok := strings.Cut(part, `"`); ok && store.Digits(protocol) == protocol {
				found[protocol]++
			}
		}
		pages++
		_, rest, more := strings.Cut(page, `<a class="button" href="/conversas?antes=`)
		if path = ""; more {
			path, _, _ = strings.Cut(rest, `"`)
			path = "/conversas?antes=" + strings.ReplaceAll(path, "&amp;", "&")
		}
	}
	for protocol, times := range found {
		if times != 1 {
			t.Errorf("%s is there %d times", protocol, times)
		}
	}
	if len(found) != talks || pages != 3 {
		t.Errorf("%d of %d on %d pages", len(found), talks, pages)
	}
}

// The board in a browser: what changes is seen without reloading.
func TestBoardInBrowser(t *testing.T) {
	browser := chromium(t)
	w := open(t, func(c *Config) {
		c.Names = func(context.Context, []string) (map[string]string, error) {
			return map[string]string{"telegram:4711": "MARIA DAS DORES SANTOS", "whatsapp:799912003": "JOSÉ CARLOS LIMA"}, nil
		}
	})
	w.add("ana", store.Attendant)
	p := w.tab(browser)
	p.open("/conversas", "Nome de acesso")
	p.keys("ana", "\t", password, "\r")
	p.until("ao vivo")
	p.until("Ninguém está conversando agora")
	look[bool](p, `(window.same = true)`)

	talk := w.says("4711", "quero a segunda via", identified)
	p.until("2605.2000.0047.11")
	w.says("4711", "quero uma pessoa", func(s *bot.Session) { identified(s); s.Waiting = time.Now().Add(-90 * time.Second) })
	p.until("Esperam por uma pessoa: 1")
	p.until("(1 min)")
	if title := look[string](p, `document.title`); !strings.HasPrefix(title, "(1) ") {
		t.Errorf("the title is %q", title)
	}
	w.says("4711", "oi", func(s *bot.Session) { identified(s); s.Waiting, s.Human = time.Time{}, "Bia" })
	p.until("Bia")
	w.says("web:800071", "tem vazamento na minha rua", func(s *bot.Session) { s.Mistakes = 2 })
	w.says("whatsapp:799912003", "isso é um absurdo", func(s *bot.Session) {
		identified(s)
		s.Identity.Property, s.Waiting, s.Course.Angry = 1188453, time.Now().Add(-4*time.Minute), true
	})
	p.until("José C. L.")
	p.draw("conversas-lista")
	keys := func() string {
		return look[string](p, `[...document.querySelectorAll(".board tbody tr")].map(tr => tr.dataset.key.slice(-4)).join(" ")`)
	}
	if order := keys(); order != "2003 0071 4711" {
		t.Errorf("the order is %s", order)
	}
	look[bool](p, `(document.querySelector('[data-key$="0071"] a').focus(), true)`)
	w.says("4711", "ainda estou aqui", identified)
	p.until("ainda estou aqui")
	if order := keys(); order != "2003 0071 4711" {
		t.Errorf("rows moved under the cursor: %s", order)
	}
	w.says("web:800071", "alguém pode ver isso", nil)
	p.until("alguém pode ver isso")
	if !look[bool](p, `document.activeElement.innerText === "2605.2000.8000.71"`) {
		t.Error("the cursor is lost when its row changes")
	}
	w.says("4711", "e agora", identified)
	p.until("e agora")
	look[bool](p, `(document.activeElement.blur(), true)`)
	for deadline := time.Now().Add(time.Minute); keys() != "2003 4711 0071"; time.Sleep(30 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the order stays %s", keys())
		}
	}

	if !look[bool](p, `window.same === true`) {
		t.Error("the page was loaded anew")
	}
	p.open("/conversas", "ao vivo")
	p.accessible("conversas")
	p.fit("/conversas")
	p.open("/conversas/"+talk, "quero a segunda via")
	p.accessible("conversa")
	p.fit("/conversas/{protocolo}")

	p.open("/conversas?protocolo="+talk, "Bia")
	w.server.CloseClientConnections()
	w.says("4711", "voltei", func(s *bot.Session) { identified(s); s.Human = "Rita" })
	p.until("Rita")
	w.says("4711", "sair", func(s *bot.Session) { s.Protocol = "" })
	p.until("Nenhuma conversa de agora é assim")

	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		if strings.Contains(c, "net::ERR_INCOMPLETE_CHUNKED_ENCODING") { // we broke the line
			continue
		}
		t.Errorf("the browser complains: %s", c)
	}
}

// BenchmarkBoard is 500 live conversations with a turn every ten seconds each, on
// the open pages of so many watchers. It reports the CPU of this process, in which
// those who watch are, too, and on Linux that of Redis, as shares of one core;
// without watchers it is what the turns cost. A thousand turns take 20 s:
//
//	go test ./bot/console -run '^$' -bench Board -benchtime 1000x
func BenchmarkBoard(b *testing.B) {
	for _, watchers := range []int{0, 20} {
		b.Run("watchers="+strconv.Itoa(watchers), func(b *testing.B) {
			const people = 500
			w := open(b)
			w.add("ana", store.Attendant)
			for i := range people {
				w.says(strconv.Itoa(i), "oi", identified)
			}
			c := w.in("ana")
			for range watchers {
				next := c.follow("")
				if n := next(); n.Count != people {
					b.Fatalf("%d live", n.Count)
				}
				go func() {
					for next().Count >= 0 {
					}
				}()
			}
			tick := time.NewTicker(10 * time.Second / people)
			defer tick.Stop()
			used, stored, began := cpu(b), redisCPU(b), time.Now()
			b.ResetTimer()
			for n := range b.N {
				<-tick.C
				w.says(strconv.Itoa(n%people), "quero a segunda via de março", identified, bot.Reply{Text: "De qual conta você quer a 2ª via?"})
			}
			b.ReportMetric((cpu(b)-used)/time.Since(began).Seconds()*100, "%core")
			b.ReportMetric((redisCPU(b)-stored)/time.Since(began).Seconds()*100, "%core-redis")
		})
	}
}

// cpu is what this process has used, in seconds.
func cpu(t testing.TB) float64 {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// redisCPU is what the Redis of this process has used, in seconds, where /proc
// tells. Its parent is the keeper that ends it with us.
func redisCPU(t testing.TB) (used float64) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	parents, servers := map[string]string{}, map[string]float64{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		before, after, _ := strings.Cut(string(text), ") ")
		pid, name, _ := strings.Cut(before, " (")
		fields := strings.Fields(after) // state, parent, and as 12th and 13th the ticks
		if parents[pid] = fields[1]; name == "redis-server" {
			user, _ := strconv.ParseFloat(fields[11], 64)
			system, _ := strconv.ParseFloat(fields[12], 64)
			servers[pid] = (user + system) / 100
		}
	}
	for pid, seconds := range servers {
		if parents[parents[pid]] == strconv.Itoa(os.Getpid()) {
			used += seconds
		}
	}
	return used
}
