package store

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Attendance is when people of the utility answer in the chat. Without
// periods nobody does.
type Attendance struct {
	Periods  []Period      `yaml:"periods"`
	Town     int           `yaml:"town"`     // GSAN's muni_id whose holidays count besides the nation's; 0 for none
	Patience time.Duration `yaml:"patience"` // how long a customer waits for somebody; 15 minutes if zero
	Silence  time.Duration `yaml:"silence"`  // for how long an attendant may say nothing before the conversation is taken back; 30 minutes if zero
	SLA      time.Duration `yaml:"sla"`      // after which who waits has waited for too long; 5 minutes if zero
	Reasons  []string      `yaml:"reasons"`  // why an attendance is closed; Reasons if none
	Tags     []string      `yaml:"tags"`     // what conversations are called by staff; Tags if none
}

// The reasons and tags that are offered where the operator gives none.
var (
	Reasons = []string{"Resolvido", "Orientado", "Pedido registrado", "Encaminhado a outro setor", "Sem resposta da pessoa", "Engano ou brincadeira"}
	Tags    = []string{"reclamação", "elogio", "falta de água", "vazamento", "conta alta", "suspeita de golpe", "retornar contato"}
)

// Effective is the attendance with what was left out.
func (a Attendance) Effective() Attendance {
	if a.SLA == 0 {
		a.SLA = 5 * time.Minute
	}
	if len(a.Reasons) == 0 {
		a.Reasons = Reasons
	}
	if len(a.Tags) == 0 {
		a.Tags = Tags
	}
	return a
}

// A Period is a part of some days of the week. It ends before To.
type Period struct {
	Days []Day `yaml:"days"`
	From Clock `yaml:"from"`
	To   Clock `yaml:"to"` // "24:00" for the whole evening
}

// Open tells whether somebody answers at that time. Holiday tells which days
// are free whatever the day of the week.
func (a Attendance) Open(at time.Time, holiday func(Date) bool) bool {
	now := Clock(at.In(Zone).Hour()*60 + at.In(Zone).Minute())
	return slices.ContainsFunc(a.on(DateOf(at), holiday), func(p Period) bool { return p.From <= now && now < p.To })
}

// Next returns when somebody answers next, at that time at the earliest; ok is
// false if that is not within the next sixty days.
func (a Attendance) Next(at time.Time, holiday func(Date) bool) (next time.Time, ok bool) {
	if a.Open(at, holiday) {
		return at, true
	}
	for ahead := range 60 {
		day := DateOf(at).Add(ahead)
		for _, p := range a.on(day, holiday) {
			begins := time.Date(day.Year, day.Month, day.Day, int(p.From)/60, int(p.From)%60, 0, 0, Zone)
			if begins.After(at) && (!ok || begins.Before(next)) {
				next, ok = begins, true
			}
		}
		if ok {
			return next, true
		}
	}
	return time.Time{}, false
}

// on returns the periods of a day.
func (a Attendance) on(day Date, holiday func(Date) bool) []Period {
	if holiday(day) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(a.Periods), func(p Period) bool { return !slices.Contains(p.Days, Day(day.Weekday())) })
}

// A Day is a day of the week, written "dom", "seg", "ter", "qua", "qui", "sex"
// or "sáb".
type Day time.Weekday

var dayNames = [...]string{"dom", "seg", "ter", "qua", "qui", "sex", "sáb"}

// UnmarshalText reads a day as it is written.
func (d *Day) UnmarshalText(text []byte) error {
	i := slices.Index(dayNames[:], strings.Replace(strings.ToLower(string(text)), "sab", "sáb", 1))
	if i < 0 {
		return fmt.Errorf("%q is no day of the week: write dom, seg, ter, qua, qui, sex or sáb", text)
	}
	*d = Day(i)
	return nil
}

// A Clock is a time of day, in minutes since midnight.
type Clock int

// UnmarshalText reads a time such as "07:30".
func (c *Clock) UnmarshalText(text []byte) error {
	hour, minute, found := strings.Cut(string(text), ":")
	h, err1 := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if !found || errors.Join(err1, err2) != nil || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return fmt.Errorf(`%q is no time of day: write it as "07:30"`, text)
	}
	*c = Clock(h*60 + m)
	return nil
}

// String says the time as people do: "7h", "13h30".
func (c Clock) String() string {
	if c%60 == 0 {
		return fmt.Sprintf("%dh", c/60)
	}
	return fmt.Sprintf("%dh%02d", c/60, c%60)
}

// A Note is what somebody left for the people who attend later.
type Note struct {
	Session  string // channel and person
	Protocol string // of the conversation
	Property int64  // matrícula, 0 if they did not identify themselves
	Text     string
}
