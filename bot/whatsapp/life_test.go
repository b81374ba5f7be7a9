package whatsapp_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
	"go.uber.org/goleak"

	"lojavirtual/bot"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/bot/whatsapp/whatsapptest"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
)

const (
	number = "+557933330000"
	maria  = "+557988887777"
)

// fill makes a database with our schema; Open wants GSAN's tables, too.
func fill(ctx context.Context, url string) error {
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	return postgres.Seed(ctx, url, 0, 1, store.Date{Year: 2026, Month: time.May, Day: 20})
}

// A house is WhatsApp, the utility's phone, and our database.
type house struct {
	t      *testing.T
	server *whatsapptest.Server
	phone  *whatsapptest.Phone
	url    string // of the database
	db     *postgres.DB
	log    *journal
}

func build(t *testing.T) *house {
	t.Helper()
	url := embedded.DatabaseForTest(t, "whatsapp", fill)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := whatsapptest.New(t)
	return &house{t, s, s.Phone(number), url, db, new(journal)}
}

// lead takes the lead until the test ends.
func (h *house) lead() *postgres.Term {
	h.t.Helper()
	term, err := h.db.Lead("whatsapp").Take(h.t.Context())
	if err != nil || term == nil {
		h.t.Fatalf("cannot take the lead: %v", err)
	}
	h.t.Cleanup(term.Close)
	return term
}

func (h *house) config(term *postgres.Term) whatsapp.Config {
	return whatsapp.Config{
		Keys: term.Keys(), Notes: term.WhatsApp(), Holds: term.Holds,
		HTTP: h.server.HTTP().Transport.(*http.Transport), Log: slog.New(slog.NewTextHandler(h.log, nil)),
	}
}

// link links the device to the phone by QR.
func (h *house) link(cfg whatsapp.Config) {
	h.t.Helper()
	_, err := whatsapp.Pair(h.t.Context(), cfg, whatsapp.Linking{Name: "Teste"}, func(s whatsapp.Step) {
		if s.Kind == whatsapp.StepQR {
			if err := h.phone.Scan(s.Code); err != nil {
				h.t.Error(err)
			}
		}
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// serve connects the linked device. What is returned stops it and gives what Run
// returned; it may be called again.
func (h *house) serve(cfg whatsapp.Config) (*whatsapp.Channel, func() error) {
	h.t.Helper()
	c, err := whatsapp.New(h.t.Context(), cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	stop := sync.OnceValue(func() error {
		cancel()
		err := <-ended
		c.Close()
		return err
	})
	h.t.Cleanup(func() { _ = stop() })
	return c, stop
}

// await waits until the device is in the state, as other processes see it.
func (h *house) await(state whatsapp.State) whatsapp.Status {
	h.t.Helper()
	var last whatsapp.Status
	for range 6000 {
		var err error
		if last, err = whatsapp.ReadStatus(h.t.Context(), h.db.WhatsApp()); err != nil {
			h.t.Fatal(err)
		}
		if last.State == state {
			return last
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.t.Fatalf("the state is %v, want %s; the log:\n%s", last, state, h.log)
	return last
}

// A journal is a log to be looked at.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// TestEndings has WhatsApp refuse the device in every way, and sees what becomes
// of it.
func TestEndings(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(*house)
		state   whatsapp.State
		detail  string
		lasts   time.Duration // about; 0 if it has no end
		gone    bool          // the device is not linked any more
	}{
		"unlinked on the phone": {happens: func(h *house) { h.phone.Unlink() }, state: whatsapp.Unlinked, detail: "code 401", gone: true},
		"unlinked meanwhile": {
			happens: func(h *house) { h.phone.Refuse(events.ConnectFailureLoggedOut) },
			state:   whatsapp.Unlinked, detail: "code 401", gone: true,
		},
		"locked": {
			happens: func(h *house) { h.phone.Refuse(events.ConnectFailureMainDeviceGone) },
			state:   whatsapp.Locked, detail: "code 403", gone: true,
		},
		"banned": {
			happens: func(h *house) { h.phone.Refuse(events.ConnectFailureUnknownLogout) },
			state:   whatsapp.Banned, detail: "code 406", gone: true,
		},
		"banned for a time": {
			happens: func(h *house) { h.phone.Ban(events.TempBanSentToTooManyPeople, 3*time.Hour) },
			state:   whatsapp.TempBanned, detail: "101", lasts: 3 * time.Hour,
		},
		"banned, nobody says for how long": {
			happens: func(h *house) { h.phone.Ban(events.TempBanBlockedByUsers, 0) },
			state:   whatsapp.TempBanned, detail: "102", lasts: 24 * time.Hour,
		},
		"outdated": {
			happens: func(h *house) { h.phone.Refuse(events.ConnectFailureClientOutdated) },
			state:   whatsapp.Outdated, detail: "version 2.3000.1099000000",
		},
		"replaced":                {happens: func(h *house) { h.phone.Replace() }, state: whatsapp.Replaced, lasts: 5 * time.Minute},
		"refused without a known": {happens: func(h *house) { h.phone.Refuse(418) }, state: whatsapp.Refused, detail: "code 418", lasts: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t)
			term := h.lead()
			cfg := h.config(term)
			h.link(cfg)
			_, stop := h.serve(cfg)
			h.await(whatsapp.Connected)

			c.happens(h)
			got := h.await(c.state)
			if !strings.Contains(got.Detail, c.detail) {
				t.Errorf("detail %q, want %q", got.Detail, c.detail)
			}
			if left := time.Until(got.Until); (c.lasts == 0) != got.Until.IsZero() || c.lasts != 0 && (left > c.lasts || left < c.lasts-time.Minute) {
				t.Errorf("lasts until %v, want about %v from now", got.Until, c.lasts)
			}
			if !strings.Contains(h.log.String(), "state="+string(c.state)) {
				t.Errorf("the log does not say so:\n%s", h.log)
			}
			_, linked, err := whatsapp.ReadDevice(t.Context(), h.db.WhatsApp())
			if c.gone {
				if err := stop(); !errors.Is(err, whatsapp.ErrUnlinked) {
					t.Errorf("Run returned %v", err)
				}
				_, linked, err = whatsapp.ReadDevice(t.Context(), h.db.WhatsApp())
				if _, err := whatsapp.New(t.Context(), cfg); !errors.Is(err, whatsapp.ErrNotPaired) {
					t.Errorf("the keys are still there: %v", err)
				}
				h.await(c.state) // nothing hides it
			}
			if err != nil || linked == c.gone {
				t.Errorf("linked %t, %v", linked, err)
			}
		})
	}
}

// TestReconnects breaks the connection in the ways after which it is made anew.
func TestReconnects(t *testing.T) {
	h := build(t)
	cfg := h.config(h.lead())
	h.link(cfg)
	var unreachable atomic.Int32 // for so many tries
	cfg.HTTP = cfg.HTTP.Clone()
	dial := cfg.HTTP.DialContext
	cfg.HTTP.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if unreachable.Add(-1) >= 0 {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		return dial(ctx, network, address)
	}
	_, stop := h.serve(cfg)
	logins := 2 // one when it was linked
	h.phone.WaitConnected(logins)
	for name, happens := range map[string]func(){
		"it breaks":                      h.phone.Disconnect,
		"the stream is to be begun anew": func() { h.phone.StreamError(515) },
		"it is, and nobody can be reached": func() {
			unreachable.Store(3)
			h.phone.StreamError(515)
		},
		"the server is restarted": func() { h.phone.StreamError(503) },
		"the version was raised": func() {
			h.server.Requires(whatsapptest.Revision + 1)
			h.phone.Disconnect()
		},
	} {
		logins++
		happens()
		h.phone.WaitConnected(logins)
		h.await(whatsapp.Connected)
		t.Log(name)
	}
	if err := stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	h.await(whatsapp.Stopped)
}

// TestPausesOutlastTheProcess starts a process after one that WhatsApp has
// refused: it does not try before the time is over.
func TestPausesOutlastTheProcess(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(*house)
		state   whatsapp.State
		mends   func(*house) // lets the next process in; nil if only time does
	}{
		"banned for a time": {func(h *house) { h.phone.Ban(events.TempBanBroadcastList, time.Hour) }, whatsapp.TempBanned, nil},
		"replaced":          {func(h *house) { h.phone.Replace() }, whatsapp.Replaced, nil},
		"outdated": {
			func(h *house) { h.phone.Refuse(events.ConnectFailureClientOutdated) }, whatsapp.Outdated,
			func(h *house) { h.server.Requires(whatsapptest.Revision + 1) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t)
			term := h.lead()
			cfg := h.config(term)
			h.link(cfg)
			_, stop := h.serve(cfg)
			h.await(whatsapp.Connected)
			c.happens(h)
			before := h.await(c.state)
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			h.phone.Admit()

			if c.mends != nil {
				c.mends(h)
				h.serve(cfg)
				h.await(whatsapp.Connected)
				return
			}
			h.log = new(journal)
			h.serve(h.config(term))
			h.says("state=" + string(c.state))
			if n := h.phone.Connected(); n != 0 {
				t.Errorf("%d connections", n)
			}
			if after := h.await(c.state); !after.Until.Equal(before.Until) {
				t.Errorf("it lasted until %v, and now until %v", before.Until, after.Until)
			}
		})
	}
}

// TestFence takes the right to act as the device away without a word.
func TestFence(t *testing.T) {
	h := build(t)
	cfg := h.config(h.lead())
	h.link(cfg)
	var stopped atomic.Bool
	cfg.Holds = func() bool { return !stopped.Load() }
	h.serve(cfg)
	h.await(whatsapp.Connected)
	stopped.Store(true)
	h.phone.Disconnect() // it would be back at once
	m := h.server.Customer(maria, h.phone)
	m.Say("oi")
	h.says("may not act as the WhatsApp device")
	if n := h.phone.Connected(); n != 0 {
		t.Errorf("%d connections", n)
	}
	if n := h.phone.Pending(); n == 0 {
		t.Error("a message was acknowledged")
	}
	if got, err := whatsapp.ReadStatus(t.Context(), h.db.WhatsApp()); err != nil || got.State != whatsapp.Connected {
		t.Errorf("it still says how it stands: %v, %v", got, err)
	}
	stopped.Store(false)
	h.phone.WaitConnected(3)
}

// A box is an inbox that hands messages on.
type box struct {
	bot.Inbox
	put chan bot.Message
}

func (b box) Put(ctx context.Context, m bot.Message) error {
	select {
	case b.put <- m:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// says waits until the log of the house has the words.
func (h *house) says(words string) {
	h.t.Helper()
	for range 6000 {
		if strings.Contains(h.log.String(), words) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.t.Fatalf("the log does not say %q:\n%s", words, h.log)
}

// exec changes the database behind our back.
func (h *house) exec(query string) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.url)
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close(h.t.Context()) //nolint:errcheck // of a test
	if _, err := conn.Exec(h.t.Context(), query); err != nil {
		h.t.Fatal(err)
	}
}

// TestKeysAway lets a message come while its key cannot be read: it is not
// acknowledged, its sender is not asked for another, and it is taken later.
func TestKeysAway(t *testing.T) {
	h := build(t)
	cfg := h.config(h.lead())
	h.link(cfg)
	cfg.Holds = nil
	inbox := box{put: make(chan bot.Message)}
	cfg.Inbox = inbox
	h.serve(cfg)
	h.await(whatsapp.Connected)
	m := h.server.Customer(maria, h.phone)
	m.Say("oi")
	<-inbox.put

	h.exec(`UPDATE loja.lead SET epoch = 7`) // the connections are another epoch's, and none can be opened
	h.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'loja whatsapp 1' AND datname = current_database()`)
	m.Say("tem alguém aí?")
	h.says("the database of the keys is away")
	if h.phone.Pending() == 0 {
		t.Error("the message was acknowledged")
	}
	h.exec(`UPDATE loja.lead SET epoch = 1`)
	if got := <-inbox.put; got.Text != "tem alguém aí?" {
		t.Errorf("got %q", got.Text)
	}
	if n := h.phone.Retries(); n != 0 {
		t.Errorf("its sender was asked for it %d times more", n)
	}
}

// TestWrittenWhileLinking has a customer write to a device that was linked this
// moment: the process that serves afterwards gets it.
func TestWrittenWhileLinking(t *testing.T) {
	h := build(t)
	cfg := h.config(h.lead())
	m := h.server.Customer(maria, h.phone)
	_, err := whatsapp.Pair(t.Context(), cfg, whatsapp.Linking{}, func(s whatsapp.Step) {
		switch s.Kind {
		case whatsapp.StepQR:
			if err := h.phone.Scan(s.Code); err != nil {
				t.Error(err)
			}
		case whatsapp.StepConnected:
			m.Say("oi")
			h.says("Handler for")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	inbox := box{put: make(chan bot.Message)}
	cfg.Inbox = inbox
	h.serve(cfg)
	if got := <-inbox.put; got.Text != "oi" {
		t.Errorf("got %q", got.Text)
	}
}

// TestPhoneOffline connects the device of a phone that was last seen long ago.
func TestPhoneOffline(t *testing.T) {
	h := build(t)
	cfg := h.config(h.lead())
	h.link(cfg)
	inbox := box{put: make(chan bot.Message)}
	cfg.Inbox = inbox
	_, stop := h.serve(cfg)
	h.phone.Types(h.server.Customer(maria, h.phone).Phone, "oi") // the two can talk from now on
	<-inbox.put
	for h.phone.Pending() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	h.phone.Offline()
	seen := time.Now().UTC().Add(-12*24*time.Hour - time.Hour).Truncate(time.Second)
	if err := cfg.Notes.SetNote(t.Context(), "phone", whatsapp.Phone{Seen: seen}); err != nil {
		t.Fatal(err)
	}
	h.serve(cfg)
	if got := h.await(whatsapp.PhoneOffline); !got.Until.Equal(seen.Add(14 * 24 * time.Hour)) {
		t.Errorf("it lasts until %v", got.Until)
	}
	var phone whatsapp.Phone
	for phone.Pinged.IsZero() {
		var err error
		if phone, err = whatsapp.ReadPhone(t.Context(), h.db.WhatsApp()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.phone.Online() // and answers
	h.await(whatsapp.Connected)
	if phone, err := whatsapp.ReadPhone(t.Context(), h.db.WhatsApp()); err != nil || time.Since(phone.Seen) > time.Minute {
		t.Errorf("the phone: %+v, %v", phone, err)
	}
}

// TestIdleDay keeps an idle connection for as many signs of life as a day has,
// and then ends it. No goroutine is left over, in the day or after it.
func TestIdleDay(t *testing.T) {
	if testing.Short() {
		t.Skip("it sets variables of whatsmeow that clients of other tests have read without a lock")
	}
	h := build(t)
	cfg := h.config(h.lead())
	h.link(cfg)
	least, most := whatsmeow.KeepAliveIntervalMin, whatsmeow.KeepAliveIntervalMax
	whatsmeow.KeepAliveIntervalMin, whatsmeow.KeepAliveIntervalMax = time.Millisecond, 2*time.Millisecond
	defer func() { whatsmeow.KeepAliveIntervalMin, whatsmeow.KeepAliveIntervalMax = least, most }()
	var writes atomic.Int64
	dial := cfg.HTTP.DialContext
	cfg.HTTP = cfg.HTTP.Clone()
	cfg.HTTP.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		line, err := dial(ctx, network, address)
		return counted{line, &writes}, err
	}
	idle := goleak.IgnoreCurrent()
	_, stop := h.serve(cfg)
	h.await(whatsapp.Connected)
	reach := func(n int64) (goroutines int, heap uint64) {
		for writes.Load() < n {
			time.Sleep(10 * time.Millisecond)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc
	}
	const day = 24 * 60 * 60 / 25
	goroutines, heap := reach(day / 10)
	goroutinesLater, heapLater := reach(day)
	t.Logf("goroutines %d, then %d; heap %d KiB, then %d KiB", goroutines, goroutinesLater, heap>>10, heapLater>>10)
	if goroutinesLater > goroutines+3 {
		t.Errorf("%d goroutines at first, %d after a day", goroutines, goroutinesLater)
	}
	if heapLater > heap+1<<20 {
		t.Errorf("%d bytes at first, %d after a day", heap, heapLater)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, idle)
}

// counted counts what is written to a line.
type counted struct {
	net.Conn
	writes *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}
