package parcelamento_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/flowtest"
	"lojavirtual/flows/parcelamento"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
	"lojavirtual/store/postgres"
	"lojavirtual/store/redis"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

const how = "Se o documento não estiver cadastrado, leve RG, CPF e uma conta a uma loja de atendimento."

// The conversations, each with someone of the demo who is already known.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	offices := []store.Office{{Name: "Loja Centro", Address: "Rua Campo do Brito, 331", Hours: "segunda a sexta, das 7h às 16h"}}
	guesses := new(fresh)
	flow := parcelamento.New(demo, guesses, how, offices)
	session := new(bot.Session)
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*guesses = fresh{make: func() *redis.Guesses { return flowtest.Guesses(t) }}
		*session = bot.Session{ID: "test:someone", Protocol: "2605200000000001"}
		profile := func(change string) func() {
			return func() { demo.Exec("UPDATE cobranca.parcelamento_perfil SET " + change + " WHERE rdir_id = 21") }
		}
		happens := map[string]func(){
			"store is away":  func() { demo.Away = true },
			"store is back":  func() { demo.Away = false },
			"store is sick":  func() { demo.Bug = true },
			"a bill is paid": func() { demo.Pay(open(t, demo, session).ID) },
			"a bill goes to review": func() {
				demo.Exec("UPDATE faturamento.conta SET cnta_dtrevisao = $2 WHERE cnta_id = $1", open(t, demo, session).ID, flowtest.Today)
			},
			"the least instalment is ten tariffs": profile("pcpf_pctarifaminimaprestacao = 999"),
			"the rules are for cash alone": func() {
				demo.Exec("UPDATE cobranca.resolucao_diretoria SET rdir_icnegociacaosoavista = 1 WHERE rdir_id = 21")
			},
			"sanctions are discounted": func() {
				demo.Exec("UPDATE cobranca.resolucao_diretoria SET rdir_icdescontosancoes = 1 WHERE rdir_id = 21")
			},
			"the resolution has ended": func() {
				demo.Exec("UPDATE cobranca.resolucao_diretoria SET rdir_dtvigenciafim = '2026-05-19' WHERE rdir_id = 21")
			},
			"there is no discount for cash": profile("pcpf_pcdescontopagamentoavista = 0, pcpf_pcdescontoacrescimomulta = 0, pcpf_pcdescontoacrescimojurosmora = 0"),
			"the entrada is the last bill": func() {
				demo.Exec("UPDATE cobranca.parcel_qtde_prestacao SET pqtp_icentultcontaatraso = 1")
			},
			"no entrada is wanted": func() {
				demo.Exec("UPDATE cobranca.parcel_qtde_reparcel SET pqtr_pcentradasugerida = NULL")
				demo.Exec("UPDATE cobranca.parcel_qtde_prestacao SET pqtp_pcminimoentrada = NULL")
			},
			"the entrada grows with the term": func() {
				demo.Exec("UPDATE cobranca.parcel_qtde_reparcel SET pqtr_pcentradasugerida = NULL")
				demo.Exec("UPDATE cobranca.parcel_qtde_prestacao SET pqtp_pcminimoentrada = 30 WHERE pqtp_qtmaximaprestacao > 6")
			},
			"a deal was made this month": func() { deal(demo, session, 202605) },
			"two deals were made before": func() {
				demo.Exec("UPDATE cobranca.parcel_qtde_reparcel SET pqtr_qtmaximareparcelamento = 9")
			},
			"all bills are in a contract": func() { demo.Contract(session.Identity.Property) },
			"they use little water": func() {
				demo.Exec("UPDATE faturamento.conta SET cnta_nnconsumoagua = 20 WHERE imov_id = $1", session.Identity.Property)
			},
		}
		for _, p := range postgres.DemoPeople() {
			for _, property := range p.Properties {
				name := "it is " + p.Name
				if property != p.Properties[0] {
					name += ", at the other property"
				}
				happens[name] = func() {
					session.Identity = &bot.Identity{Customer: demo.Person(p.Name).Customer, Property: property}
				}
			}
		}
		return bottest.World{
			Engine: &bot.Engine{
				Flows: []*bot.Flow{flow}, Reference: func() string { return "K7Q2" },
				Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			},
			Session: session,
			Happens: happens,
		}
	})
}

// open is the oldest open bill of whoever talks.
func open(t *testing.T, demo *flowtest.Store, s *bot.Session) store.Debt {
	t.Helper()
	owed, err := demo.Debts(t.Context(), s.Identity.Property)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range owed.List {
		if d.Kind == store.OwnBill && d.Status == store.Open {
			return d
		}
	}
	t.Fatal("no open bill")
	return store.Debt{}
}

// fresh is limits that nobody has reached, made once somebody guesses.
type fresh struct {
	made *redis.Guesses
	make func() *redis.Guesses
}

func (f *fresh) guesses() *redis.Guesses {
	if f.made == nil {
		f.made = f.make()
	}
	return f.made
}

func (f *fresh) Reserve(ctx context.Context, key, chat string, property int64, document string, now time.Time) (time.Duration, error) {
	return f.guesses().Reserve(ctx, key, chat, property, document, now)
}

func (f *fresh) Right(ctx context.Context, key, chat string, property int64, document string) error {
	return f.guesses().Right(ctx, key, chat, property, document)
}

func (f *fresh) Undo(ctx context.Context, key, chat string, property int64, document string) error {
	return f.guesses().Undo(ctx, key, chat, property, document)
}

// deal makes a deal in a month, without instalments that are left.
func deal(demo *flowtest.Store, s *bot.Session, month store.Month) {
	demo.Exec(`
		INSERT INTO cobranca.parcelamento (parc_id, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, pctp_id, cbfm_id, pcst_id, parc_icconfirmacao,
		       parc_tmparcelamento, parc_amreferenciafaturamento)
		SELECT 5000, imov_id, last_id, lest_id, loca_id, qdra_id, iper_id, 1, 1, 1, 1, '2026-05-02', $2 FROM cadastro.imovel WHERE imov_id = $1`,
		s.Identity.Property, int(month))
}
