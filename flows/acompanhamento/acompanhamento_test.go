package acompanhamento_test

import (
	"cmp"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"lojavirtual/bot"
	"lojavirtual/bot/bottest"
	"lojavirtual/flows/acompanhamento"
	"lojavirtual/flows/flowtest"
	"lojavirtual/store"
	"lojavirtual/store/embedded"
)

func TestMain(m *testing.M) { os.Exit(embedded.Run(m)) }

var operator = store.Operator{Ombudsman: store.Contact{Name: "Ouvidoria da DESO", Phone: "0800 079 0195"}}

// What staff do while somebody talks with us: ID 2 is Genilda's open request, 1
// her closed one, 3 is about Antônio's shop.
var staff = map[string]string{
	"the leak is promised for yesterday": `UPDATE atendimentopublico.registro_atendimento SET rgat_dtprevistaatual = '2026-05-19' WHERE rgat_id = 2`,
	"the leak is blocked":                `UPDATE atendimentopublico.registro_atendimento SET rgat_cdsituacao = 3, rgat_qtreiteracoes = 1 WHERE rgat_id = 2`,
	"the leak was insisted on twice":     `UPDATE atendimentopublico.registro_atendimento SET rgat_qtreiteracoes = 2 WHERE rgat_id = 2`,
	"the leak is mended": `UPDATE atendimentopublico.registro_atendimento
		SET rgat_cdsituacao = 2, rgat_tmencerramento = '2026-05-20 10:00', amen_id = 2, rgat_dsparecerencerramento = 'TUBO TROCADO.' WHERE rgat_id = 2`,
	"the leak is moved to another property": `UPDATE atendimentopublico.registro_atendimento SET imov_id = 1043722 WHERE rgat_id = 2`,
	"all requests are moved away":           `UPDATE atendimentopublico.registro_atendimento SET imov_id = 1043722`,
	"GSAN forgets the words": `
		UPDATE atendimentopublico.registro_atendimento SET amen_id = NULL WHERE rgat_id = 1;
		UPDATE atendimentopublico.solicitacao_tipo_espec SET step_dssolcttipoespec = '' WHERE step_id = 1;
		UPDATE atendimentopublico.servico_tipo SET svtp_dsservicotipo = '';
		UPDATE cadastro.unidade_organizacional SET unid_dsunidade = '';
		DELETE FROM atendimentopublico.ra_solicitante WHERE rgat_id = 1`,
	"the leak goes round": `
		INSERT INTO atendimentopublico.tramite (tram_id, rgat_id, tram_tmtramite, unid_idorigem, unid_iddestino, usur_idregistro, usur_idresponsavel)
		SELECT 100 + n, 2, timestamp '2026-05-19 11:00' + n * interval '1 hour', 2 + n % 2, 3 - n % 2, 2, 2 FROM generate_series(1, 12) n`,
	"there are ten older ones": `
		INSERT INTO atendimentopublico.registro_atendimento (rgat_id, step_id, meso_id, rgat_cdsituacao, rgat_tmregistroatendimento,
		       rgat_dtprevistaoriginal, rgat_dtprevistaatual, rgat_icatendimentoonline, imov_id, rgat_tmencerramento, amen_id)
		SELECT 100 + n, 5, 8, 2, timestamp '2025-12-20 08:00' - n / 2 * interval '1 month', '2025-12-22', '2025-12-22', 1, 2331594, '2025-12-21 09:00', 2
		  FROM generate_series(1, 10) n`,
}

// The conversations, each with someone of the demo who is already known, on a
// network where they can be written to later but where they say otherwise.
func TestTranscripts(t *testing.T) {
	demo := flowtest.Demo(t)
	flow := acompanhamento.New(demo, "servicos", operator)
	session := new(bot.Session)
	bottest.Play(t, flow, func() bottest.World {
		demo.Reset()
		*session = bot.Session{ID: "telegram:4711", Protocol: "2605200000000001"}
		happens := map[string]func(){
			"store is away":            func() { demo.Away = true },
			"store is back":            func() { demo.Away = false },
			"nobody is known":          func() { session.Identity = nil },
			"store is sick":            func() { demo.Bug = true },
			"they talk in the browser": func() { session.ID = "web:4711" },
		}
		be := func(name string, property int64) func() {
			return func() {
				h := demo.Person(name)
				session.Identity = &bot.Identity{Customer: h.Customer, Property: cmp.Or(property, h.Property)}
			}
		}
		happens["it is Genilda"] = be("GENILDA SANTANA BORGES", 0)
		happens["it is Maria, who asked for nothing"] = be("MARIA DAS DORES SANTOS", 0)
		happens["it is Antônio, in his shop"] = be("ANTÔNIO BARRETO SOBRINHO", 1302663)
		for name, change := range staff {
			happens[name] = func() { demo.Exec(change) }
		}
		return bottest.World{
			Engine: &bot.Engine{
				Flows: []*bot.Flow{flow}, Beside: []*bot.Flow{acompanhamento.Mute(demo)}, Reference: func() string { return "K7Q2" },
				Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			},
			Session: session,
			Happens: happens,
		}
	})
}

// What staff wrote at the end is shown where the operator says so, and nowhere
// else.
func TestOutcome(t *testing.T) {
	demo := flowtest.Demo(t)
	const written = "Ramal desobstruído"
	for _, shown := range []bool{false, true} {
		op := operator
		op.Rules.ShowOutcome = shown
		engine := &bot.Engine{Flows: []*bot.Flow{acompanhamento.New(demo, "servicos", op)}}
		s := bot.Session{ID: "telegram:1", Protocol: "1", Identity: &bot.Identity{Property: 2331594}}
		said := ""
		for i, text := range []string{"acompanhar", "2"} {
			var replies []bot.Reply
			var err error
			at := time.Date(2026, 5, 20, 12, i, 0, 0, time.UTC)
			s.Seen = at
			s, replies, err = engine.Handle(t.Context(), s, bot.Message{ID: text, Channel: "telegram", From: "1", Text: text, At: at})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range replies {
				said += r.Text + "\n"
			}
		}
		if strings.Contains(said, written) != shown {
			t.Errorf("shown %t: %s", shown, said)
		}
	}
}

// A notice says what is new, why it comes and how to stop it, and asks nothing.
func TestNotice(t *testing.T) {
	p := store.Progress{Request: 7, Protocol: "20261000000007", Kind: "Vazamento na *rua*", Status: store.RequestPending, Promised: store.Date{Year: 2026, Month: 5, Day: 30}}
	closed := p
	closed.Protocol, closed.Status, closed.Closed, closed.Reason = "", store.RequestClosed, store.Date{Year: 2026, Month: 6, Day: 1}, "Conclusão do serviço"
	for _, c := range []struct {
		p    store.Progress
		want string
	}{
		{p, "Novidade no seu pedido Vazamento na *rua*\nProtocolo 20261000000007\nSituação: pendente, em andamento\nPrevisto para 30/05/2026\n\n" +
			"Você pediu este aviso. Para ver o pedido, digite acompanhar. Para não receber mais, digite parar avisos."},
		{closed, "Novidade no seu pedido Vazamento na *rua*\nRA 7\nSituação: encerrado em 01/06/2026\nMotivo: Conclusão do serviço\n\n" +
			"Este é o último aviso sobre ele, como você pediu. Para ver o que aconteceu, digite acompanhar."},
	} {
		r := acompanhamento.Notice(store.Change{Progress: c.p})
		if got := bot.Plain(r.Text); got != c.want || len(r.All()) > 0 {
			t.Errorf("%q\nwant %q", got, c.want)
		}
		for _, wrong := range bottest.Wrong([]bot.Reply{r}) {
			t.Error(wrong)
		}
	}
}
