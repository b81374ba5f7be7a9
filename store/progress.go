package store

import (
	"fmt"
	"time"
)

// ProgressStatus is the situation of a request, rgat_cdsituacao (gsan-rules ACO-3).
type ProgressStatus int

// The situations that GSAN knows.
const (
	RequestPending ProgressStatus = 1 // pendente
	RequestClosed  ProgressStatus = 2 // encerrado
	RequestBlocked ProgressStatus = 3 // bloqueado
)

// A Progress is a registro de atendimento (RA) as those of its property follow
// it (gsan-rules ACO-2). Nobody's name is in it, nor what a customer wrote; texts
// are GSAN's own words, in small letters after the first.
type Progress struct {
	Request   int64    // rgat_id, the number of the RA
	Protocol  string   // of its main requester, 14 digits; "" if it has none
	Protocols []string // of all its requesters, the main one's too
	Type      string   // solicitacao_tipo, such as "Vazamento"; "" if it is gone
	Kind      string   // solicitacao_tipo_espec, such as "Vazamento na rua"; likewise
	Status    ProgressStatus
	Opened    Date
	Promised  Date   // by when it should be closed, as of now (rgat_dtprevistaatual)
	Closed    Date   // none while it is not
	Reason    string // why it was closed; "" if nobody said
	Outcome   string // what staff wrote when they closed it: it may name people, and is shown only where the operator says so
	Reminders int    // how often somebody insisted on it (reiterações)
	Stamp     string // another once Status, Promised or Closed is
	Steps     []ProgressStep
}

// Late tells whether the day it was promised for is over and it is not closed
// (gsan-rules ACO-4).
func (p Progress) Late(today Date) bool {
	return p.Status != RequestClosed && !p.Promised.IsZero() && p.Promised.Before(today)
}

// Title is what the request is about: its specification, or else its type.
func (p Progress) Title() string {
	switch {
	case p.Kind != "":
		return p.Kind
	case p.Type != "":
		return p.Type
	}
	return "Pedido"
}

// StepKind is what happened at a step of a request.
type StepKind int

// What happens between opening and closing.
const (
	Routed   StepKind = 1 // trâmite: it went to another unit
	Ordered  StepKind = 2 // an ordem de serviço was made for it
	Executed StepKind = 3 // such an order was closed
)

// A ProgressStep is one thing that happened to a request.
type ProgressStep struct {
	On   Date
	Kind StepKind
	What string // the unit it went to, or the service ordered; "" if it is gone
}

// A Change is a request that is not any more as somebody was told who asked to
// be told.
type Change struct {
	Session  string // the conversation that asked: channel and person
	Property int64
	Since    time.Time // when they asked
	Times    int       // how often they were told since
	Progress Progress  // as it is now, without Steps and Outcome
}

// ID names what is to be told: the same until it was, and another as soon as
// there is something else to tell.
func (c Change) ID() string {
	return fmt.Sprintf("watch/%d/%d/%d/%s", c.Progress.Request, c.Since.UnixMicro(), c.Times, c.Progress.Stamp)
}
