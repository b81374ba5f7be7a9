package console

import (
	"net/http"

	"lojavirtual/store"
)

// who is a set of those who may.
type who uint8

const (
	reader who = 1 << iota
	attendant
	supervisor
	officer
	admin
	arriving // they have shown a password, and owe what is asked besides it
	anybody  // they need not have entered

	staff      = reader | attendant | supervisor | officer | admin
	readers    = reader | attendant | supervisor | officer // of conversations
	revealers  = attendant | supervisor | officer          // of documents, and of what people send, where they stand in the clear
	attendants = attendant | supervisor
	scrubbers  = supervisor | officer | admin // who take a conversation out of here, scrubbed
)

// roleBits says which of the sets a role is in.
var roleBits = map[store.Role]who{
	store.Reader: reader, store.Attendant: attendant, store.Supervisor: supervisor, store.Officer: officer, store.Administrator: admin,
}

// roleNames are the roles as pages show them.
var roleNames = map[store.Role]string{
	store.Reader: "Leitor", store.Attendant: "Atendente", store.Supervisor: "Supervisor",
	store.Officer: "Encarregado de dados", store.Administrator: "Administrador",
}

// roleHelp says in a line what each role is for.
var roleHelp = map[store.Role]string{
	store.Reader:        "acompanha, sem agir",
	store.Attendant:     "conversa com as pessoas; vê um CPF se disser o motivo",
	store.Supervisor:    "atende, acompanha a equipe e vê os números",
	store.Officer:       "responde pela LGPD: auditoria e, com motivo, dados pessoais",
	store.Administrator: "cuida de pessoas, acessos e canais; vê a auditoria",
}

// admits tells whether a visitor is in the set.
func (w who) admits(v visitor) bool {
	switch {
	case w&anybody != 0:
		return true
	case v.ID == 0:
		return false
	case v.owes != "":
		return w&arriving != 0
	default:
		return w&roleBits[v.Role] != 0
	}
}

// An endpoint is a row of the table of rights: what may be asked for, and by
// whom. Nobody else gets there.
type endpoint struct {
	At    string // method and path, as http.ServeMux has it
	May   who
	Serve func(*Console, http.ResponseWriter, *http.Request, visitor) error
	Menu  string // how the navigation calls it; "" if it is not there
	Quiet bool   // asked by the page and not by the person: it does not count as use of the access, and ends with it
}

// endpoints is the table of rights. There are no other endpoints.
func endpoints() []endpoint {
	return []endpoint{
		{At: "GET /estatico/{file}", May: anybody, Serve: (*Console).asset},
		{At: "GET /entrar", May: anybody, Serve: (*Console).enterForm},
		{At: "POST /entrar", May: anybody, Serve: (*Console).enter},
		{At: "GET /entrar/codigo", May: arriving, Serve: (*Console).codeForm},
		{At: "POST /entrar/codigo", May: arriving, Serve: (*Console).code},
		{At: "GET /entrar/unico", May: anybody, Serve: (*Console).signOn},
		{At: "GET /entrar/unico/volta", May: anybody, Serve: (*Console).signedOn},
		{At: "POST /sair", May: staff | arriving, Serve: (*Console).leave},
		{At: "GET /sessao", May: staff | arriving, Serve: (*Console).still, Quiet: true},
		{At: "POST /sessao", May: staff | arriving, Serve: (*Console).still},

		{At: "GET /{$}", May: staff, Serve: (*Console).home, Menu: "Início"},

		{At: "GET /conversas", May: readers, Serve: (*Console).talks, Menu: "Conversas"},
		{At: "GET /conversas/eventos", May: readers, Serve: (*Console).talkEvents, Quiet: true},
		{At: "GET /conversas/{protocolo}", May: readers, Serve: (*Console).talk},
		{At: "GET /conversas/{protocolo}/eventos", May: readers, Serve: (*Console).talkFeed, Quiet: true},
		{At: "GET /conversas/{protocolo}/passos/{n}", May: readers, Serve: (*Console).talkStep},
		{At: "GET /conversas/{protocolo}/arquivos/{turno}", May: revealers, Serve: (*Console).talkFile},
		{At: "GET /conversas/{protocolo}/enviados/{hash}", May: revealers, Serve: (*Console).sentFile},
		{At: "GET /conversas/{protocolo}/teste", May: scrubbers, Serve: (*Console).talkTest},
		{At: "GET /conversas/{protocolo}/documento", May: revealers, Serve: (*Console).revealForm},
		{At: "POST /conversas/{protocolo}/documento", May: revealers, Serve: (*Console).reveal},

		{At: "GET /conversas/{protocolo}/mesa", May: readers, Serve: (*Console).deskNow, Quiet: true},
		{At: "POST /conversas/{protocolo}/assumir", May: attendants, Serve: (*Console).takeOver},
		{At: "POST /conversas/{protocolo}/escrever", May: attendants, Serve: (*Console).write},
		{At: "POST /conversas/{protocolo}/resposta", May: attendants, Serve: (*Console).useCanned},
		{At: "POST /conversas/{protocolo}/enviar", May: attendants, Serve: (*Console).handOut},
		{At: "POST /conversas/{protocolo}/transferir", May: attendants, Serve: (*Console).pass},
		{At: "POST /conversas/{protocolo}/devolver", May: attendants, Serve: (*Console).giveBack},
		{At: "POST /conversas/{protocolo}/encerrar", May: attendants, Serve: (*Console).closeTalk},
		{At: "POST /conversas/{protocolo}/anotar", May: attendants, Serve: (*Console).remark},
		{At: "POST /conversas/{protocolo}/etiquetas", May: attendants, Serve: (*Console).tag},

		{At: "GET /fila", May: readers, Serve: (*Console).queue, Menu: "Fila"},
		{At: "GET /fila/agora", May: readers, Serve: (*Console).queue, Quiet: true},
		{At: "POST /fila/proximo", May: attendants, Serve: (*Console).takeNext},

		{At: "GET /recados", May: readers, Serve: (*Console).leftNotes, Menu: "Recados"},
		{At: "POST /recados", May: attendants, Serve: (*Console).readNote},

		{At: "GET /respostas", May: supervisor, Serve: (*Console).canned, Menu: "Respostas"},
		{At: "POST /respostas", May: supervisor, Serve: (*Console).saveCanned},
		{At: "POST /respostas/{id}", May: supervisor, Serve: (*Console).saveCanned},

		{At: "GET /numeros", May: statisticians, Serve: (*Console).numbers, Menu: "Números"},
		{At: "GET /numeros/{tabela}", May: statisticians, Serve: (*Console).numbersFile},

		{At: "GET /saude", May: staff, Serve: (*Console).health, Menu: "Saúde"},
		{At: "GET /saude/agora", May: staff, Serve: (*Console).health, Quiet: true},
		{At: "GET /saude/mensagens", May: sorters, Serve: (*Console).aside},
		{At: "POST /saude/mensagens/{ref}/repetir", May: sorters, Serve: (*Console).retryAside},
		{At: "POST /saude/mensagens/{ref}/descartar", May: sorters, Serve: (*Console).discardAside},

		{At: "GET /saude/whatsapp", May: admin, Serve: (*Console).linking},
		{At: "GET /saude/whatsapp/agora", May: admin, Serve: (*Console).linking, Quiet: true},
		{At: "POST /saude/whatsapp", May: admin, Serve: (*Console).link},
		{At: "POST /saude/whatsapp/parar", May: admin, Serve: (*Console).stopLinking},

		{At: "GET /pessoas", May: admin, Serve: (*Console).people, Menu: "Pessoas"},
		{At: "POST /pessoas", May: admin, Serve: (*Console).addPerson},
		{At: "GET /pessoas/{id}", May: admin, Serve: (*Console).person},
		{At: "POST /pessoas/{id}", May: admin, Serve: (*Console).changePerson},
		{At: "POST /pessoas/{id}/redefinir", May: admin, Serve: (*Console).resetPerson},
		{At: "POST /pessoas/{id}/desativar", May: admin, Serve: (*Console).disablePerson},
		{At: "POST /pessoas/{id}/reativar", May: admin, Serve: (*Console).enablePerson},
		{At: "POST /pessoas/{id}/encerrar", May: admin, Serve: (*Console).endPerson},

		{At: "GET /auditoria", May: officer | admin, Serve: (*Console).audit, Menu: "Auditoria"},
		{At: "POST /auditoria/verificar", May: officer | admin, Serve: (*Console).verifyAudit},

		{At: "GET /conta", May: staff, Serve: (*Console).account, Menu: "Minha conta"},
		{At: "POST /conta/encerrar", May: staff, Serve: (*Console).endOwn},
		{At: "GET /conta/senha", May: staff | arriving, Serve: (*Console).passwordForm},
		{At: "POST /conta/senha", May: staff | arriving, Serve: (*Console).changePassword},
		{At: "GET /conta/segundo-fator", May: staff | arriving, Serve: (*Console).secondForm},
		{At: "POST /conta/segundo-fator", May: staff | arriving, Serve: (*Console).setSecond},

		{At: "/", May: staff, Serve: (*Console).nothing},
	}
}

// nothing is there at any other address.
func (c *Console) nothing(http.ResponseWriter, *http.Request, visitor) error { return errGone }
