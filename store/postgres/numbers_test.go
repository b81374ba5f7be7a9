package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lojavirtual/store"
)

// history is what some people said over three days, in the order of the journal.
func history(r *rand.Rand, n int) []store.Turn {
	at := time.Date(2026, 5, 18, 1, 0, 0, 0, time.UTC) // ten in the evening before, in Aracaju
	type person struct {
		protocol string
		place    store.TurnPlace
		waiting  time.Time
		human    string
	}
	people := make([]person, 8)
	flows := []string{"segundavia", "debitos", "identificacao", "atendente", "avaliacao"}
	events := []string{"known", "unmatched", "stopped", "several", "told"}
	files := []string{"conta-202605.pdf", "extrato-12.pdf", "consumo-202605.png", "quitacao-2025.pdf", "meus-dados.txt"}
	pick := func(all []string) string { return all[r.IntN(len(all))] }
	var turns []store.Turn
	for i := range n {
		at = at.Add(time.Duration(r.IntN(1200)) * time.Second)
		who := r.IntN(len(people))
		p := &people[who]
		session := fmt.Sprintf("%s:%d", []string{"telegram", "whatsapp", "web"}[who%3], who)
		t := store.Turn{ID: fmt.Sprintf("%d-%d", at.UnixMilli(), i), Session: session, At: at, From: p.place, Said: "x"}
		if p.protocol == "" {
			p.protocol = fmt.Sprintf("26051%09d", i)
		}
		t.Protocol = p.protocol
		switch r.IntN(12) {
		case 0:
			t.Kind = store.TurnTold
			t.Protocol, t.From = "", store.TurnPlace{}
			turns = append(turns, t)
			continue
		case 1:
			t.Kind, t.By, p.human = store.TurnTookOver, "Ana", "Ana"
		case 2:
			t.Kind, t.By, t.Refused = store.TurnSays, "Bia", "Ana está com esta conversa."
		case 3:
			t.Kind = store.TurnSilence
		}
		if !p.waiting.IsZero() && r.IntN(2) == 0 {
			t.Waited = max(1, int64(at.Sub(p.waiting).Seconds()))
			p.waiting = time.Time{}
		} else if p.waiting.IsZero() && r.IntN(15) == 0 {
			p.waiting = at
		}
		t.Waiting, t.Human = p.waiting, p.human
		for range r.IntN(3) {
			flow := pick(flows)
			t.Steps = append(t.Steps, store.TurnStep{Flow: flow, From: "asking", Event: pick(events), To: pick([]string{"choosing", "end"})})
		}
		for range r.IntN(3) {
			reply := store.Reply{Text: "…"}
			switch r.IntN(8) {
			case 0:
				reply.File = pick(files)
			case 1:
				reply.Copy = pick([]string{"…", "00020126…br.gov.bcb.pix…"})
			case 2:
				reply.Link = "Banese: https://www.banese.com.br"
			}
			t.Replies = append(t.Replies, reply)
		}
		t.Fault = pick([]string{"", "", "", "mistake", "bug", "outage"})
		p.place = store.TurnPlace{}
		if r.IntN(2) == 0 {
			p.place = store.TurnPlace{Flow: pick(flows), State: "choosing"}
		}
		t.To = p.place
		if t.Over = r.IntN(6) == 0; t.Over {
			*p = person{}
			t.To, t.Waiting, t.Human = store.TurnPlace{}, time.Time{}, ""
		}
		turns = append(turns, t)
	}
	return turns
}

// recount counts the numbers anew, slowly, from all that was said.
func recount(turns []store.Turn, from, until store.Date, channel string) store.Numbers {
	n := store.Numbers{From: from, Until: until, Channel: channel}
	inside := func(d store.Date) bool { return !d.Before(from) && !d.After(until) }
	fits := func(t store.Turn) bool {
		c, _, _ := strings.Cut(t.Session, ":")
		return channel == "" || c == channel
	}
	figures := map[store.Figure]int{}
	talks := map[string][]store.Turn{}
	var waits, firsts []float64
	for _, t := range turns {
		if !fits(t) {
			continue
		}
		if t.Protocol != "" {
			talks[t.Session+"/"+t.Protocol] = append(talks[t.Session+"/"+t.Protocol], t)
		}
		if !inside(store.DateOf(t.At)) {
			continue
		}
		for _, f := range t.Figures() {
			figures[store.Figure{Kind: f.Kind, Name: f.Name}]++
		}
		switch {
		case t.Waited > 0 && t.Human != "":
			n.Taken++
			waits = append(waits, float64(t.Waited))
		case t.Waited > 0:
			n.GaveUp++
		}
	}
	days, channels, drops := map[store.Date]store.DayNumbers{}, map[string]store.DayNumbers{}, map[store.TurnPlace]int{}
	for key, talk := range talks {
		said, staffed, useful := 0, false, time.Duration(-1)
		for _, t := range talk {
			if t.Kind == store.TurnSaid {
				said++
			}
			staffed = staffed || t.By != "" && t.Refused == "" || !t.Waiting.IsZero() || t.Waited > 0
			if useful < 0 && t.Useful() {
				useful = t.At.Sub(talk[0].At)
			}
		}
		day := store.DateOf(talk[0].At)
		if said == 0 || !inside(day) {
			continue
		}
		c, _, _ := strings.Cut(key, ":")
		one := store.DayNumbers{Talks: 1}
		if staffed {
			one.Attended = 1
		} else if useful >= 0 {
			one.Contained = 1
		}
		if useful >= 0 {
			n.Useful++
			firsts = append(firsts, useful.Seconds())
		}
		add := func(d store.DayNumbers) store.DayNumbers {
			return store.DayNumbers{Day: d.Day, Channel: d.Channel, Talks: d.Talks + 1, Contained: d.Contained + one.Contained, Attended: d.Attended + one.Attended}
		}
		days[day], channels[c] = add(days[day]), add(channels[c])
		if at := talk[len(talk)-1].Place(); at.Flow != "" {
			drops[at]++
		}
		n.Talks, n.Contained, n.Attended = n.Talks+1, n.Contained+one.Contained, n.Attended+one.Attended
	}
	for d := from; !d.After(until); d = d.Add(1) {
		one := days[d]
		one.Day = d
		n.Days = append(n.Days, one)
	}
	for c, one := range channels {
		one.Channel = c
		n.Channels = append(n.Channels, one)
	}
	slices.SortFunc(n.Channels, func(a, b store.DayNumbers) int { return strings.Compare(a.Channel, b.Channel) })
	for f, times := range figures {
		n.Figures = append(n.Figures, store.Figure{Kind: f.Kind, Name: f.Name, N: times})
	}
	slices.SortFunc(n.Figures, func(a, b store.Figure) int {
		return strings.Compare(string(a.Kind)+"\x00"+a.Name, string(b.Kind)+"\x00"+b.Name)
	})
	for at, times := range drops {
		n.Drops = append(n.Drops, store.Drop{At: at, N: times})
	}
	slices.SortFunc(n.Drops, func(a, b store.Drop) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.At.Flow+"/"+a.At.State, b.At.Flow+"/"+b.At.State)
	})
	n.Useful50, n.Useful90 = quantile(firsts, 0.5), quantile(firsts, 0.9)
	n.Wait50, n.Wait90 = quantile(waits, 0.5), quantile(waits, 0.9)
	return n
}

// quantile is the value below which a share of them lie, in between two of them
// if need be, as PostgreSQL's percentile_cont.
func quantile(all []float64, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	at := share * float64(len(all)-1)
	low := int(at)
	v := all[low]
	if low+1 < len(all) {
		v += (at - float64(low)) * (all[low+1] - v)
	}
	return time.Duration(v * float64(time.Second)).Round(time.Second)
}

// However the journal is cut, replayed and broken off, the numbers are those that
// all that was said comes to.
func TestNumbers(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := openURL(t, clone(t))
			r := rand.New(rand.NewPCG(seed, 2026))
			turns := history(r, 400)
			for at := 0; at < len(turns); {
				from := max(0, at-r.IntN(20)) // some of it again
				end := min(len(turns), at+1+r.IntN(60))
				if r.IntN(3) == 0 {
					broken := errors.New("it broke off")
					if _, _, _, err := w.StoreTurns(t.Context(), 3, func(context.Context, string) ([]store.Turn, error) { return turns[from:end], broken }); !errors.Is(err, broken) {
						t.Fatal(err)
					}
				}
				w.keep(3, turns[from:end]...)
				at = end
			}
			first, last := store.DateOf(turns[0].At), store.DateOf(turns[len(turns)-1].At)
			if first.String() != "17/05/2026" {
				t.Errorf("the first day is %s, not that of Aracaju", first)
			}
			if seed == 0 { // what we set out to find is there
				if n := recount(turns, first, last, ""); n.Contained == 0 || n.Attended == 0 || n.Taken < 3 || n.GaveUp == 0 || len(n.Drops) < 4 || len(n.Figures) < 18 {
					t.Fatalf("the history has too little in it: %+v", n)
				}
			}
			for _, span := range [][2]store.Date{{first, last}, {first.Add(1), first.Add(1)}, {first.Add(-3), first.Add(-1)}, {last, last.Add(2)}} {
				for _, channel := range []string{"", "telegram", "web", "nowhere"} {
					got, err := w.Numbers(t.Context(), span[0], span[1], channel)
					if err != nil {
						t.Fatal(err)
					}
					want := recount(turns, span[0], span[1], channel)
					want.Drops = want.Drops[:min(20, len(want.Drops))]
					for _, close := range []struct{ got, want *time.Duration }{
						{&got.Useful50, &want.Useful50}, {&got.Useful90, &want.Useful90}, {&got.Wait50, &want.Wait50}, {&got.Wait90, &want.Wait90},
					} {
						if d := *close.got - *close.want; d.Abs() > time.Second {
							t.Errorf("%s to %s on %q: %s, want %s", span[0], span[1], channel, *close.got, *close.want)
						}
						*close.got = *close.want
					}
					if !reflect.DeepEqual(got, want) {
						t.Fatalf("%s to %s on %q:\n got %+v\nwant %+v", span[0], span[1], channel, got, want)
					}
				}
			}
		})
	}
}
