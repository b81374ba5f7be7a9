package console

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// A Checkup is how the bot does, and what it rests on.
type Checkup struct {
	At       time.Time
	Process  string // which one says so: host and process
	Channels []Reading
	Stores   []Reading
	Queues   []Queue
	People   int // who wait for an attendant
	Aside    int // messages put aside
	Rates    []Rate
	Jobs     []JobRun
	Versions []Version
}

// A Grade says how well something does.
type Grade string

// The grades, which are also how pages colour them.
const (
	Good Grade = "good"
	Warn Grade = "warn" // works, and somebody should look at it
	Bad  Grade = "bad"  // does not work
	Off  Grade = "off"  // is not wanted
)

// gradeNames are the grades as pages show them.
var gradeNames = map[Grade]string{Good: "em ordem", Warn: "atenção", Bad: "com problema", Off: "desligado"}

// A Reading is how one thing does, in words for people.
type Reading struct {
	Name  string
	Grade Grade
	Is    string
	Do    string // what to do about it, "" if nothing
}

// A Queue is how much waits in one direction.
type Queue struct {
	Name          string
	Waiting, Held int           // people
	Oldest        time.Duration // how long the first has waited
}

// The age of a queue from which somebody should look at it, and from which
// people have been left alone.
const (
	slow  = 30 * time.Second
	stuck = 5 * time.Minute
)

// Grade tells how the queue does by how long the first has waited.
func (q Queue) Grade() Grade {
	switch {
	case q.Oldest >= stuck:
		return Bad
	case q.Oldest >= slow:
		return Warn
	}
	return Good
}

// A Rate is how many turns there were on a channel, all processes taken together.
type Rate struct {
	Channel          string
	Minutes, AnHour  int // in the last five minutes, in the last hour
	Faults, Mistakes int // of this process since it began: ours, and what it did not understand
	Sent, Lost       int // letters of this process since it began
}

// A JobRun is the last run of a scheduled job in this process.
type JobRun struct {
	Name   string
	At     time.Time // when it ended; zero if it has not been run here
	Failed bool
}

// A Version is of something that we are or rest on.
type Version struct{ Name, Number string }

// Health tells how everything does. It tells what it can when a part does not answer.
type Health func(context.Context) Checkup

// health shows how everything does. The page asks for itself again.
func (c *Console) health(w http.ResponseWriter, r *http.Request, v visitor) error {
	c.show(w, r, v, http.StatusOK, "saude", "Saúde", struct {
		Checkup
		MaySort, MayLink bool
	}{c.Health(r.Context()), sorters.admits(v), admin.admits(v)})
	return nil
}

// age is how long something has lasted, as pages show it.
func age(d time.Duration) string {
	switch {
	case d < time.Second:
		return "0 s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	default:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
}
