package store

import "time"

// Limits of a request's texts, in characters: what GSAN's columns hold.
const (
	RequesterMax = 60  // raso_nmsolicitante
	LandmarkMax  = 60  // rgat_dspontoreferencia, whatever GSAN's own form says (gsan-rules RA-3)
	NotesMax     = 300 // of the 400 of rgat_dsobservacao: the contact goes there too (RA-4)
)

// A RequestType is what people can ask the utility to do, in general
// ("solicitação"), such as leaks.
type RequestType struct {
	Name    string
	NoWater bool // its requests say that there is no water
	Kinds   []RequestKind
}

// A RequestKind is one thing that can be asked for ("especificação").
type RequestKind struct {
	ID    int // step_id
	Name  string
	Bills bool // asks which bills it is about
}

// A RequestForm is what a customer asks for, to become a registro de
// atendimento. Texts are theirs: they are kept, never understood.
type RequestForm struct {
	Kind      int // step_id
	Property  int64
	Customer  int64  // who asks; 0 if they are no customer
	Requester string // the name of who asks; at most RequesterMax characters are kept
	Phone     string // in E.164, "" if they gave none
	Landmark  string // what is near; at most LandmarkMax characters are kept
	Notes     string // at most NotesMax characters are kept
	Bills     []int64
	Place     *Point   // where it is
	Photos    []string // of what it is about: how the channel finds them
	Session   string   // where they asked: channel and person
	At        time.Time
	Done      bool // what it asks for is done along with it: it is closed at once ("conclusão do serviço")
}

// A Point is a place on earth, in degrees.
type Point struct {
	Lat, Lon float64
}

// An OpenedRequest is what somebody who asked for something is told of their
// registro de atendimento.
type OpenedRequest struct {
	ID       int64  // rgat_id
	Protocol string // 14 digits; "" of one that GSAN's staff opened without
	Opened   Date
	Deadline Date // by when the utility means to have done it
	Existed  bool // an open one of the same kind was there before, and no second was made (gsan-rules RA-10)
}

// BusinessDays returns the date n business days after d: neither weekends nor
// the given holidays count (gsan-rules RA-6).
func (d Date) BusinessDays(n int, holidays map[Date]bool) Date {
	for n > 0 {
		d = d.Add(1)
		if day := d.Weekday(); day != time.Saturday && day != time.Sunday && !holidays[d] {
			n--
		}
	}
	return d
}
