package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/console"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/store"
)

// What a look at everything may take, and for how long it is good: however many
// people have the page open, the stores and networks are asked as rarely.
const (
	lookTime     = 3 * time.Second
	lookGood     = 2 * time.Second
	telegramGood = time.Minute
	journalSlow  = time.Minute // journal behind by so much: somebody should look at it
	minutes      = 5 * time.Minute
)

// A lookout looks at everything for the page of health.
type lookout struct {
	*loja

	mu   sync.Mutex // held while looking: who comes meanwhile has the same
	last console.Checkup

	telegramAt  time.Time
	telegramHas console.Reading
}

// look tells how everything does.
func (k *lookout) look(ctx context.Context) console.Checkup {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.last.At) < lookGood {
		return k.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime) // others have it, too
	defer cancel()
	host, _ := os.Hostname()
	c := console.Checkup{At: time.Now(), Process: fmt.Sprintf("%s, processo %d", host, os.Getpid())}
	var work sync.WaitGroup
	work.Go(func() { c.Channels = k.channelReadings(ctx) })
	work.Go(func() { c.Stores, c.Versions = k.storeReadings(ctx) })
	work.Go(func() { c.Queues, c.People, c.Aside = k.queueReadings(ctx) })
	work.Go(func() { c.Rates = k.rates(ctx) })
	work.Wait()
	c.Jobs = k.jobRuns()
	k.last = c
	return c
}

// channelNames are the channels as people call them.
var channelNames = map[string]string{"telegram": "Telegram", "whatsapp": "WhatsApp", "web": "Página de conversa", "terminal": "Terminal"}

func channelName(channel string) string {
	if name, ok := channelNames[channel]; ok {
		return name
	}
	return channel
}

func (k *lookout) channelReadings(ctx context.Context) []console.Reading {
	web := console.Reading{Name: channelNames["web"], Grade: console.Good, Is: "aberta em " + k.PublicURL + "/chat"}
	if do := k.unreachable(); do != "" {
		web.Grade, web.Do = console.Warn, "defina LOJA_PUBLIC_URL com o endereço https pelo qual os clientes chegam aqui"
	}
	return []console.Reading{k.whatsappReading(ctx), k.telegramReading(ctx), web}
}

// telegramReading asks Telegram whether it knows us, once a minute at most.
func (k *lookout) telegramReading(ctx context.Context) console.Reading {
	r := console.Reading{Name: channelNames["telegram"], Grade: console.Off, Is: "sem LOJA_TELEGRAM_TOKEN"}
	if k.telegram == nil {
		return r
	}
	if time.Since(k.telegramAt) < telegramGood {
		return k.telegramHas
	}
	name, err := k.telegram.Check(ctx)
	switch {
	case err == nil:
		r.Grade, r.Is = console.Good, "responde como @"+name
	case bot.IsTemporary(err):
		r.Grade, r.Is, r.Do = console.Bad, "o Telegram não responde", "espere: as mensagens ficam na fila; se durar, veja se este servidor alcança api.telegram.org:443"
	default:
		r.Grade, r.Is, r.Do = console.Bad, "o Telegram recusa o nosso acesso", "confira LOJA_TELEGRAM_TOKEN: o @BotFather mostra o token em vigor"
	}
	k.telegramHas, k.telegramAt = r, time.Now()
	return r
}

// whatsappWords are the states of the device in the words of the page.
var whatsappWords = map[whatsapp.State]struct{ is, do string }{
	whatsapp.NotPaired:    {"nenhum aparelho ligado", "ligue um em Ligar o WhatsApp, nesta página (administradores), ou com loja pair, no servidor"},
	whatsapp.Pairing:      {"um aparelho está sendo ligado", ""},
	whatsapp.Passkey:      {"nenhum aparelho ligado: o celular pediu uma chave de acesso, que este programa não sabe responder", "use outro número, ou um programa mais novo"},
	whatsapp.Stopped:      {"nenhum processo está conectado", "inicie loja serve com LOJA_WHATSAPP=true"},
	whatsapp.Connecting:   {"conectando", ""},
	whatsapp.Connected:    {"conectado", ""},
	whatsapp.Reconnecting: {"a conexão caiu e está sendo refeita", "se durar, veja se este servidor alcança web.whatsapp.com:443"},
	whatsapp.PhoneOffline: {"conectado, mas o celular não fica online há 12 dias", "abra o WhatsApp no celular, com internet: depois de 14 dias ele desliga os aparelhos"},
	whatsapp.Timelocked:   {"conectado, mas o WhatsApp só deixa escrever em conversas que já existem", "não escreva a quem não escreveu antes; termina sozinho"},
	whatsapp.Replaced:     {"outro programa se conectou como este mesmo aparelho", "ache o outro e pare: alguém usa uma cópia deste banco de dados"},
	whatsapp.TempBanned:   {"o WhatsApp suspendeu o número por um tempo", "espere, sem ligar outro aparelho nem outro número; depois envie menos, e só respostas"},
	whatsapp.Outdated:     {"o WhatsApp recusa esta versão do programa", "instale uma versão mais nova da loja"},
	whatsapp.Refused:      {"o WhatsApp recusa a conexão, por motivo que não conhecemos", "veja o número no celular; tentamos de novo de tempos em tempos"},
	whatsapp.Unlinked:     {"o aparelho foi desligado, no celular ou porque ele ficou 14 dias sem internet", "ligue de novo em Ligar o WhatsApp, nesta página (administradores), ou com loja pair, no servidor"},
	whatsapp.Locked:       {"o WhatsApp bloqueou a conta, ou o número mudou de celular", "abra o WhatsApp no celular e faça o que ele pede; depois ligue de novo"},
	whatsapp.Banned:       {"o WhatsApp baniu o número", "peça uma análise no WhatsApp do celular; divulgue outro número, ligue-o e envie menos"},
}

// whatsappReading reads what the process that acts as the device has noted.
func (k *lookout) whatsappReading(ctx context.Context) console.Reading {
	r := console.Reading{Name: channelNames["whatsapp"], Grade: console.Off, Is: "LOJA_WHATSAPP não é true"}
	if !k.WhatsApp {
		return r
	}
	notes := k.db.WhatsApp()
	status, err := whatsapp.ReadStatus(ctx, notes)
	if err != nil {
		r.Grade, r.Is = console.Bad, "não se sabe: o PostgreSQL não responde"
		return r
	}
	words := whatsappWords[status.State]
	r.Is, r.Do = words.is, words.do
	switch level := status.State.Level(); {
	case level >= slog.LevelError || status.State == whatsapp.Stopped || status.State == whatsapp.NotPaired || status.State == whatsapp.Passkey:
		r.Grade = console.Bad
	case level >= slog.LevelWarn:
		r.Grade = console.Warn
	default:
		r.Grade = console.Good
	}
	if status.Detail != "" {
		r.Is += " (" + status.Detail + ")"
	}
	if !status.Since.IsZero() {
		r.Is += ", desde " + moment(status.Since)
	}
	if !status.Until.IsZero() {
		r.Is += ", até " + moment(status.Until)
	}
	device, linked, err := whatsapp.ReadDevice(ctx, notes)
	if err != nil || !linked {
		return r
	}
	r.Is += ". Número " + device.Number
	switch holder, ok, err := whatsappLead(k.db).Holder(ctx); {
	case err != nil:
	case ok && holder.Holds:
		r.Is += ", por " + holder.Name
	case r.Grade != console.Bad:
		r.Grade, r.Do = console.Bad, whatsappWords[whatsapp.Stopped].do
		r.Is += ", mas nenhum processo está com ele agora"
	}
	if phone, err := whatsapp.ReadPhone(ctx, notes); err == nil && !phone.Seen.IsZero() {
		r.Is += ". Celular visto em " + moment(phone.Seen)
	}
	return r
}

// moment is a time as the page has it.
func moment(t time.Time) string { return t.In(store.Zone).Format("02/01 15:04") }

func (k *lookout) storeReadings(ctx context.Context) (all []console.Reading, versions []console.Version) {
	ping := func(name, do string, ask func(context.Context) error) {
		began := time.Now()
		r := console.Reading{Name: name, Grade: console.Good}
		if err := ask(ctx); err != nil {
			r.Grade, r.Is, r.Do = console.Bad, "não responde", do
		} else {
			r.Is = fmt.Sprintf("responde em %d ms", time.Since(began).Milliseconds())
		}
		all = append(all, r)
	}
	ping("PostgreSQL", "veja se o servidor de LOJA_DATABASE_URL está de pé; no terminal, loja doctor diz mais", k.db.Ping)
	ping("Redis", "veja se o servidor de LOJA_REDIS_URL está de pé; no terminal, loja doctor diz mais", k.mail.Ping)
	all = append(all, k.journalReading(ctx))

	number, commit, goVersion := build()
	versions = []console.Version{{Name: "loja", Number: number + ", " + commit}, {Name: "Go", Number: goVersion}}
	unknown := "não se sabe agora"
	database, schema := unknown, unknown
	if v, err := k.db.Versions(ctx); err == nil {
		database, schema = v.Server, fmt.Sprint(v.Schema)
		if v.Schema < v.Needed {
			all = append(all, console.Reading{
				Name: "Esquema loja", Grade: console.Bad, Is: fmt.Sprintf("é o %d, este programa precisa do %d", v.Schema, v.Needed), Do: "rode loja migrate",
			})
		}
	}
	mail, err := k.mail.Version(ctx)
	if err != nil {
		mail = unknown
	}
	return all, append(versions, console.Version{Name: "PostgreSQL", Number: database}, console.Version{Name: "Esquema loja", Number: schema}, console.Version{Name: "Redis", Number: mail})
}

// journalReading tells how far what was said is behind in PostgreSQL.
func (k *lookout) journalReading(ctx context.Context) console.Reading {
	r := console.Reading{Name: "Registro das conversas", Grade: console.Good}
	stored, err := k.db.StoredTurns(ctx)
	var lag time.Duration
	if err == nil {
		lag, err = k.mail.Lag(ctx, stored)
	}
	switch {
	case err != nil:
		r.Grade, r.Is = console.Bad, "não se sabe: um dos bancos não responde"
	case lag >= journalSlow:
		r.Grade, r.Is = console.Warn, fmt.Sprintf("atrasado em %v: o que foi dito espera no Redis", lag.Round(time.Second))
		r.Do = "veja no log “cannot store what was said”; nada se perde enquanto couber no Redis"
	default:
		r.Is = "em dia"
	}
	return r
}

func (k *lookout) queueReadings(ctx context.Context) (queues []console.Queue, people, aside int) {
	channels := []string{"web"}
	if k.WhatsApp {
		channels = append(channels, "whatsapp")
	}
	if k.telegram != nil {
		channels = append(channels, "telegram")
	}
	stats, err := k.mail.Stats(ctx, channels...)
	if err != nil {
		return nil, 0, 0
	}
	queues = []console.Queue{{Name: "Mensagens recebidas", Waiting: stats.Inbox.Waiting, Held: stats.Inbox.Held, Oldest: stats.Inbox.Oldest}}
	slices.Sort(channels)
	for _, channel := range channels {
		q := stats.Outbox[channel]
		queues = append(queues, console.Queue{Name: "Respostas, " + channelName(channel), Waiting: q.Waiting, Held: q.Held, Oldest: q.Oldest})
	}
	waiting, _ := k.mail.Waiting(ctx) // it was there a moment ago
	return queues, len(waiting), stats.Dead
}

// rates tells how much is said, by channel.
func (k *lookout) rates(ctx context.Context) []console.Rate {
	by := map[string]*console.Rate{}
	of := func(channel string) *console.Rate {
		if by[channel] == nil {
			by[channel] = &console.Rate{Channel: channelName(channel)}
		}
		return by[channel]
	}
	said, err := k.db.Said(ctx, minutes, time.Hour)
	if err != nil {
		return nil
	}
	for channel, n := range said {
		of(channel).Minutes, of(channel).AnHour = n[0], n[1]
	}
	each(k.metrics.turns, "fault", func(channel, fault string, n int) {
		switch fault {
		case bot.Slip.String():
			of(channel).Mistakes += n
		case bot.None.String():
			of(channel)
		default:
			of(channel).Faults += n
		}
	})
	each(k.metrics.sends, "result", func(channel, result string, n int) {
		switch result {
		case "sent":
			of(channel).Sent += n
		case "blocked", "dropped":
			of(channel).Lost += n
		}
	})
	var all []console.Rate
	for _, r := range by {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b console.Rate) int { return strings.Compare(a.Channel, b.Channel) })
	return all
}

// jobNames are what is done on a schedule, as people call it.
var jobNames = map[string]string{
	"journal":     "Guardar as conversas",
	"notify":      "Avisar do andamento de solicitações",
	"charge news": "Avisar de pagamentos",
	"purge":       "Apagar o que venceu",
	"pix news":    "Perguntar ao banco pelos Pix",
	"pix sweep":   "Retirar Pix vencidos",
	"card news":   "Perguntar às empresas de cartão",
	"card sweep":  "Devolver contas em negociação",
	"reconcile":   "Conferir os pagamentos do dia",
}

func (k *lookout) jobRuns() (all []console.JobRun) {
	names := []string{"journal"}
	for _, j := range k.jobs() {
		names = append(names, j.name)
	}
	for _, name := range names {
		at, failed := k.metrics.lastRun(name)
		all = append(all, console.JobRun{Name: jobNames[name], At: at, Failed: failed})
	}
	return all
}
