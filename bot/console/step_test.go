package console

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"lojavirtual/bot"
	"lojavirtual/store"
)

// A conversation turn by turn: what was said, where it stood, which arrow was
// followed, and how one gets there.
func TestSteps(t *testing.T) {
	w := open(t)
	w.add("lia", store.Reader)
	lia := w.in("lia")
	flow := w.Flows[0]
	arrow := flow.Arrows()[0]
	talk := w.says("4711", "oi <b>", nil)
	w.says("4711", "quero a segunda via", func(s *bot.Session) {
		s.Flow, s.State = flow.Name, arrow.To
		s.Course = bot.Course{Walked: []bot.Walk{{Flow: flow.Name, Arrow: arrow}}}
	}, bot.Reply{Text: "De qual conta?"})
	w.says("4711", "sair", func(s *bot.Session) { s.Protocol = "" })
	w.keep()

	lia.get("/conversas/"+talk+"/passos/1").wants(t, 303, "/conversas/"+talk)
	lia.get("/conversas/abc/passos/1").wants(t, 404, "")
	page := lia.get("/conversas/" + talk)
	link := func(a answer, before string) string {
		t.Helper()
		found := regexp.MustCompile(before + ` href="([^"]+)"`).FindStringSubmatch(a.text)
		if found == nil {
			t.Fatalf("no %s on\n%s", before, a.text)
		}
		return html.UnescapeString(found[1])
	}
	var steps string
	if found := regexp.MustCompile(`href="([^"]+/passos/1[^"]+)"`).FindStringSubmatch(page.text); found != nil {
		steps = html.UnescapeString(found[1])
	}
	one := lia.get(steps)
	one.wants(t, 200, "Passo 1 de 3")
	one.wants(t, 200, "oi &lt;b&gt;")
	if strings.Contains(one.text, `rel="prev"`) {
		t.Error("there is one before the first")
	}
	two := lia.get(link(one, `rel="next"`))
	for _, words := range []string{"Passo 2 de 3", "quero a segunda via", "De qual conta?", "<dt>Antes</dt><dd>Menu</dd>", flow.Label(arrow.To), `<code>` + string(arrow.Event) + `</code> <strong>seguida</strong>`, ">depois</span>"} {
		two.wants(t, 200, words)
	}
	if n := strings.Count(two.text, "<strong>seguida"); n != 1 {
		t.Errorf("%d arrows were followed", n)
	}
	three := lia.get(link(two, `rel="next"`))
	three.wants(t, 200, "Conversa encerrada")
	if strings.Contains(three.text, `rel="next"`) {
		t.Error("there is one after the last")
	}
	lia.get(link(three, `rel="prev"`)).wants(t, 200, "Passo 2 de 3")
	lia.get(strings.Replace(steps, "/passos/1", "/passos/4", 1)).wants(t, 404, "")
}
