package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lojavirtual/store"
)

// How many people ask for something at once, and how often.
const askers, askings = 60, 2

// Sixty people use services at once, again and again. Each gets what they asked
// for and nothing of another's, and the process is no larger afterwards.
func TestCrowdOnWhatsApp(t *testing.T) {
	if testing.Short() {
		t.Skip("there is no time")
	}
	t.Parallel()
	f := newFleet(t)
	f.link()
	p := f.launchAs([]string{"GOGC=20"}, "serve") // so that what is not in use is not counted
	f.await(p, "serving")
	f.phone.WaitConnected(2)
	metrics := regexp.MustCompile(`staff=(\S+)`).FindStringSubmatch(p.text())
	if metrics == nil {
		t.Fatal(p.text())
	}
	var asked []service // that can be had any number of times
	for _, s := range services {
		if slices.Contains([]string{"segundavia", "pagamentos", "acompanhamento"}, s.folder) {
			asked = append(asked, s)
		}
	}
	talks := make([]func() []time.Duration, askers)
	for i := range talks {
		m := f.server.Customer(fmt.Sprintf("+55799888%05d", i), f.phone)
		s := asked[i%len(asked)]
		talks[i] = func() (waits []time.Duration) {
			for _, e := range append(s.lines(), exchange{"sair", "Conversa encerrada"}) {
				began := time.Now()
				m.Say(e.says)
				for _, said := range hear(m, e.hears) {
					for _, other := range asked {
						if other.matricula() != s.matricula() && strings.Contains(said.Text, other.matricula()) {
							t.Errorf("who asked about %s is told of %s", s.matricula(), other.matricula())
						}
					}
					if d := said.Document; d != nil && (d.Err != nil || !bytes.HasPrefix(d.Body, []byte("%PDF"))) {
						t.Errorf("%s: %d bytes, %v", d.Name, len(d.Body), d.Err)
					}
				}
				waits = append(waits, time.Since(began))
			}
			return waits
		}
	}
	var first size
	for round := range askings {
		var all [askers][]time.Duration
		var talking sync.WaitGroup
		began := time.Now()
		for i, talk := range talks {
			talking.Go(func() { all[i] = talk() })
		}
		talking.Wait()
		took := time.Since(began)
		if t.Failed() {
			t.Fatal(p.text())
		}
		now := sizeOf(t, metrics[1])
		if round == 0 {
			first = now
		}
		for range 600 { // until all has come to rest
			if now.goroutines <= first.goroutines && now.bytes <= first.bytes*5/4 {
				break
			}
			time.Sleep(100 * time.Millisecond)
			now = sizeOf(t, metrics[1])
		}
		waits := slices.Sorted(slices.Values(slices.Concat(all[:]...)))
		t.Logf("%d people, %d answers in %v, half of them within %v, 95%% within %v; then %d goroutines, %d kB",
			askers, len(waits), took.Round(time.Millisecond), waits[len(waits)/2].Round(time.Millisecond), waits[len(waits)*95/100].Round(time.Millisecond),
			now.goroutines, now.bytes/1000)
		if now.goroutines > first.goroutines+5 || now.bytes > first.bytes*5/4 {
			t.Errorf("it was %+v after the first time and is %+v", first, now)
		}
	}
	if text, _ := f.run("doctor"); !strings.Contains(text, "ok    WhatsApp: connected") {
		t.Errorf("the doctor says\n%s", text)
	}
}

// matricula is the property they ask about, as it is shown.
func (s service) matricula() string {
	digits, _, _ := strings.Cut(s.person, " ")
	number, _ := strconv.ParseInt(digits, 10, 64)
	return store.FormatMatricula(number)
}

// A size is how large a process is: its goroutines, and what is on its heap.
type size struct{ goroutines, bytes int }

var measured = regexp.MustCompile(`(?m)^(go_goroutines|go_memstats_heap_alloc_bytes) (\S+)$`)

// sizeOf asks a process for its size.
func sizeOf(t *testing.T, staff string) size {
	t.Helper()
	_, body := get(t, "http://"+staff+"/metrics")
	found := map[string]int{}
	for _, m := range measured.FindAllStringSubmatch(body, -1) {
		value, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		found[m[1]] = int(value)
	}
	return size{found["go_goroutines"], found["go_memstats_heap_alloc_bytes"]}
}
