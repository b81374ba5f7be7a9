package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"log/slog"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// An Engine plays conversations, one message at a time. It may be used by
// several goroutines; its fields are not changed once it plays.
type Engine struct {
	Flows    []*Flow        // in the order of the menu
	Identify *Flow          // finds out who is talking; not in the menu
	Person   *Flow          // the way to a person; also in Flows if the menu shows it
	Beside   []*Flow        // reached by their words alone, from anywhere
	Give     *Flow          // sends what an attendant names (Gives) in a single step that does; nothing can be sent if nil
	Survey   *Flow          // asks how it was when an attendant has closed; if nil, nothing does
	Ear      *Ear           // tells what people ask for; if nil, the words of the flows in what they say do
	Name     string         // of the utility, as people say it
	Phone    string         // of the utility, for emergencies
	Notice   string         // marked text, said once before the first question about who they are; none if ""
	Zone     *time.Location // of the dates it writes; UTC if nil
	Joined   []string       // channels on which replies that can be one message are: those that take many messages for a nuisance

	Believe  time.Duration // how long an identity holds without a word; 30 minutes if zero
	Warn     time.Duration // after how long a person silent in mid-flow is warned; two thirds of Believe if zero
	Patience time.Duration // how long a person waits for one of the utility before Late; 15 minutes if zero
	Attended time.Duration // how long the bot keeps silent after an attendant's last word; 30 minutes if zero

	Reference func() string       // makes the code under which a bug is told and logged; random if nil
	Log       *slog.Logger        // the default one if nil
	Reported  func(Report)        // if set, learns how each settled turn went
	Walked    func(string, Arrow) // if set, learns each arrow followed, with its flow
}

// Handle answers one message. It always has something to say to the person,
// save to a silence that needs no words; the error is for the log alone, and
// FaultOf tells how loud to be about it.
func (e *Engine) Handle(ctx context.Context, s Session, m Message) (next Session, replies []Reply, err error) {
	if slices.Contains(e.Joined, m.Channel) {
		defer func() { replies = joined(replies) }()
	}
	m = m.Scrubbed()
	s.ID, s.Course = m.Session(), Course{}
	defer func() { next.Course.Fault, next.Course.Angry = FaultOf(err), m.By == "" && angry(m.Text) }()
	t := &talk{session: s, message: m}
	err = e.converse(ctx, t)
	switch FaultOf(err) {
	case Outage:
		if m.By != "" {
			s.Wake, s.Course.Refused = e.wake(s), refusedDown
			return s, nil, err
		}
		return e.away(s, m), []Reply{{Text: either(s.Down, sayStill, sayDown)}}, err
	case Bug:
		return e.apologize(s, m, err)
	}
	if t.session.Flow != "" && t.data != nil {
		if t.session.Data, err = keep(t.data, err); FaultOf(err) == Bug {
			return e.apologize(s, m, err)
		}
	}
	t.session.Wake = e.wake(t.session)
	return t.session, t.replies, err
}

// converse plays the message on the draft t. A mistake of the person comes
// back as an error with the draft complete; any other error voids the draft.
func (e *Engine) converse(ctx context.Context, t *talk) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	if t.message.Silence {
		return e.silence(ctx, t)
	}
	s, m := &t.session, t.message
	if e.stale(*s, m) {
		e.expire(s)
	}
	e.forgetVanished(t)
	if m.By != "" {
		return e.attend(ctx, t)
	}
	s.Seen, s.Warned, s.Down = m.At, false, false
	t.said = m.Text
	if m.Choice != "" {
		t.said = m.Choice
	}
	danger := dangerIn(t.said)
	e.caution(t, danger)
	w := wordOf(m.Text) // not of an option that was pressed: that means what it was offered for
	if s.Human != "" {
		if e.meansAttendant(*s, m, w) {
			if s.Owed.IsZero() && m.Change == "" && w != thanks && !enough[Fold(m.Text)] {
				s.Owed = m.At
			}
			return nil
		}
		ended := !m.At.Before(s.Until)
		release(s)
		if ended && w == noWord && m.Choice == "" && s.Flow != "" { // it was for the attendant
			t.Say(sayBack)
			return e.ask(t)
		}
	}
	if m.Change != "" {
		t.Say(sayChanged[m.Change])
		return nil
	}
	if e.step(*s).passing && w != noWord {
		e.quit(t)
	}
	called := m.Media != nil && m.Media.Kind == "call"
	if called {
		t.Say(sayCall, e.Phone)
	}
	choosesProperty := w == switchWord && e.Identify != nil && s.Flow == e.Identify.Name // and "outra matrícula" is an answer
	switch beside := e.beside(m.Text); {
	case s.Protocol == "":
		err = e.welcome(ctx, t, w)
	case !s.Waiting.IsZero() && (w == noWord || w == greeting || w == thanks):
		return e.meanwhile(ctx, t)
	case called:
		return e.ask(t)
	case m.Asked != "" && m.Asked != questionKey(*s):
		t.Say(sayStale)
		return e.ask(t)
	case w == resumeWord && s.Flow != "" && s.Paused == nil:
		err = e.hear(ctx, t) // nothing was put aside: they want to go on with this
		if FaultOf(err) == Slip {
			return e.ask(t)
		}
		return err
	case w != noWord && !choosesProperty:
		return e.obey(ctx, t, w)
	case beside != nil && beside.Name != s.Flow:
		return e.turnTo(ctx, t, beside)
	case e.recognized(t) != nil:
		return e.turnTo(ctx, t, e.recognized(t))
	case danger != noDanger && !e.step(*s).free:
		return e.ask(t) // the phone comes first; what else they said can wait
	default:
		if other := e.wished(t); other != nil {
			return e.turnTo(ctx, t, other)
		}
		err = e.hear(ctx, t)
		if FaultOf(err) == Slip && e.step(*s).passing {
			e.quit(t)
			err = e.hear(ctx, t)
		}
	}
	if FaultOf(err) != Slip {
		return err
	}
	if m.Secret { // there is nothing else to say about it
		return e.ask(t)
	}
	if w := slippedWord(m.Text); w != noWord {
		return e.obey(ctx, t, w)
	}
	if other := e.understand(m.Text).sure; other != nil && other.Name != s.Flow {
		return e.turnTo(ctx, t, other)
	}
	if f := e.flow(s.Flow); f != nil && slices.Contains(f.folded, Fold(m.Text)) { // by its name: from its beginning
		return e.anew(ctx, t, f, t.said)
	}
	return e.repair(t, err)
}

// caution says first what cannot wait: whom to call in danger, and not to send
// what nobody asked for.
func (e *Engine) caution(t *talk, d danger) {
	if d != noDanger {
		t.Say(sayDanger[d], e.Phone)
	}
	if t.message.Secret {
		t.Say(saySecret)
	}
}

// wished finds the service that a person asks for in mid-flow in so many words,
// although what they said might also pass for an answer: "quero a segunda via
// de março" while they choose among debts.
func (e *Engine) wished(t *talk) *Flow {
	s, said := t.session, Fold(t.message.Text)
	if s.Flow == "" || e.step(s).free || !slices.ContainsFunc(wishes, func(w string) bool { return hasWords(said, w) }) {
		return nil
	}
	if f := e.intent(t.message.Text); f != nil && f.Name != s.Flow && e.understand(t.message.Text).sure == f {
		return f
	}
	return nil
}

// step is where the session stands; at the menu it is one that does nothing.
func (e *Engine) step(s Session) step {
	if f := e.flow(s.Flow); f != nil && f.steps[s.State] != nil {
		return *f.steps[s.State]
	}
	return step{}
}

// meanwhile lets a step that waits hear what it understands, such as how long it
// takes; all else is for the person who comes.
func (e *Engine) meanwhile(ctx context.Context, t *talk) error {
	flow, step, err := e.place(t)
	if err != nil || step.hear == nil {
		return err
	}
	event, err := step.hear(ctx, t)
	switch {
	case FaultOf(err) == Slip:
		return nil
	case err != nil:
		return err
	}
	if err := e.follow(t, flow, event); err != nil {
		return err
	}
	return e.run(ctx, t, flow)
}

// beside finds the flow beside the menu whose words are all that was said.
func (e *Engine) beside(said string) *Flow {
	folded := Fold(said)
	for _, f := range e.Beside {
		if slices.Contains(f.folded, folded) {
			return f
		}
	}
	return nil
}

// recognized finds the flow that what they pasted or sent is for, if it is not the
// one they are in.
func (e *Engine) recognized(t *talk) *Flow {
	s, m := t.session, t.message
	for _, f := range slices.Concat(e.Flows, e.Beside) {
		switch {
		case f.Name == s.Flow:
		case f.Recognizes != nil && m.Choice == "" && !e.step(s).free && f.Recognizes(m.Text):
			return f
		case s.Flow == "" && m.Media != nil && t.said == "" && slices.Contains(f.Takes, m.Media.Kind):
			return f
		}
	}
	return nil
}

// turnTo puts what is in hand aside for another flow that was asked for.
func (e *Engine) turnTo(ctx context.Context, t *talk, flow *Flow) error {
	s := &t.session
	asked := e.Identify != nil && s.Flow == e.Identify.Name && s.Identity == nil && flow.Identify
	if !asked || s.Then != flow.Name {
		e.put(s)
	}
	if p := s.Paused; p != nil && p.Flow == flow.Name {
		s.Paused = nil
	} else if p != nil && s.Then != flow.Name {
		t.Say(sayAside, e.title(p.Flow))
	}
	if asked { // what they told of who they are stays
		s.Then, s.Wish = flow.Name, wish(t.said)
		return e.ask(t)
	}
	e.quit(t)
	return e.anew(ctx, t, flow, t.said)
}

// forgetVanished takes a session out of places that an older program knew and
// this one does not.
func (e *Engine) forgetVanished(t *talk) {
	s := &t.session
	gone := func(flow string, state State) bool {
		f := e.flow(flow)
		return f == nil || f.steps[state] == nil || f.steps[state].ask == nil
	}
	if p := s.Paused; p != nil && (p.State != "" || e.flow(p.Flow) == nil) && gone(p.Flow, p.State) {
		s.Paused = nil
	}
	if s.Flow != "" && gone(s.Flow, s.State) {
		e.log().Warn("a session stands where no flow is any more", "session", s.ID, "flow", s.Flow, "state", s.State)
		e.quit(t)
	}
}

// welcome begins a conversation: who we are and the protocol, then what the
// first message asked for, or the menu.
func (e *Engine) welcome(ctx context.Context, t *talk, w word) error {
	s := &t.session
	if w == thanks || w == leaveWord { // the end of the last conversation, not the beginning of another
		t.Say(sayWelcome)
		return nil
	}
	s.Protocol, s.Mistakes = e.protocol(t.message), 0
	t.Say(sayWho, hello(t.said), e.Name, Grouped(s.Protocol))
	passed := t.message.Asked != "" && t.message.Asked != questionKey(*s) // a button of what has ended
	switch flow := e.understand(t.said).sure; {
	case passed:
		t.Say(sayStale)
	case w == resumeWord, w == helpWord, w == personWord, w == switchWord:
		return e.obey(ctx, t, w)
	case e.recognized(t) != nil:
		return e.anew(ctx, t, e.recognized(t), "")
	case flow != nil:
		return e.anew(ctx, t, flow, t.said)
	case e.introduces(t):
		return e.introduce(ctx, t)
	}
	if s.Paused != nil {
		t.Say(sayPaused, e.title(s.Paused.Flow))
	}
	if u := e.understand(t.said); w == noWord && len(u.guesses) > 0 && dangerIn(t.said) == noDanger {
		return e.guess(t, u)
	}
	return e.menu(t, askMenu)
}

// hear lets the question the person stands at hear what they said. What was
// said on the way to a mistake is not said.
func (e *Engine) hear(ctx context.Context, t *talk) error {
	s := &t.session
	if s.Flow == "" {
		if media := t.message.Media; t.said == "" && media != nil {
			return Mistake(hintMedia(media.Kind))
		}
		return e.choose(ctx, t)
	}
	flow, step, err := e.place(t)
	if err != nil {
		return err
	}
	if media := t.message.Media; media != nil && !slices.Contains(step.takes, media.Kind) {
		if t.message.Media = nil; t.said == "" {
			return Mistake(hintMedia(media.Kind))
		}
	}
	asked, said := Mark{s.State, s.Data}, len(t.replies)
	event, err := step.hear(ctx, t)
	if err != nil {
		t.replies = t.replies[:said]
		return err
	}
	s.Mistakes = 0
	s.Trail = leave(s.Trail, asked)
	e.seal(t)
	if err := e.follow(t, flow, event); err != nil {
		return err
	}
	return e.run(ctx, t, flow)
}

// choose starts the flow that a person at the menu asks for.
func (e *Engine) choose(ctx context.Context, t *talk) error {
	understood := e.understand(t.said)
	flow, opening := understood.sure, t.said
	guesses := t.session.Guesses
	t.session.Guesses = nil
	folded := Fold(t.said)
	if i, ok := Pick(t.said, e.guessTitles(guesses)); ok {
		if i == len(guesses) {
			return e.menu(t, askMenu)
		}
		flow, opening = e.flow(guesses[i]), ""
	} else if len(guesses) == 1 && agreed[folded] {
		flow, opening = e.flow(guesses[0]), ""
	} else if len(guesses) > 1 && agreed[folded] {
		t.session.Guesses = guesses
		t.Offer(askWhich, e.guessTitles(guesses)...)
		return nil
	} else if len(guesses) > 0 && denied[folded] || len(guesses) == 0 && agreed[folded] {
		return e.menu(t, askMenu)
	} else if i, ok := Pick(t.said, e.titles()); ok && (flow == nil || Fold(t.said) == Fold(e.Flows[i].Title)) {
		flow, opening = e.Flows[i], ""
	}
	switch {
	case flow != nil:
		return e.anew(ctx, t, flow, opening)
	case e.introduces(t):
		return e.introduce(ctx, t)
	case enough[folded]:
		t.session.Mistakes = 0
		t.Say(either(strings.Contains(folded, "obrigad"), sayWelcome, sayEnough))
		return nil
	case len(understood.guesses) > 0:
		return e.guess(t, understood)
	default:
		return Mistake(hintMenu)
	}
}

// guess offers the flows that a text may have asked for, best first.
func (e *Engine) guess(t *talk, u understanding) error {
	names := make([]string, len(u.guesses))
	for i, f := range u.guesses {
		names[i] = f.Name
	}
	t.session.Guesses = names
	t.Offer(askGuess, e.guessTitles(names)...)
	return nil
}

// guessTitles are the options of guess; nil without guesses.
func (e *Engine) guessTitles(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	titles := make([]string, 0, len(names)+1)
	for _, name := range names {
		titles = append(titles, e.title(name))
	}
	return append(titles, noneOfThese)
}

// introduces tells whether a person begins with the number by which we are to
// know them, before anybody asked for it.
func (e *Engine) introduces(t *talk) bool {
	digits := strings.NewReplacer(".", "", "-", "", " ", "").Replace(t.said)
	return e.Identify != nil && t.session.Identity == nil && len(digits) >= 5 && strings.Trim(digits, "0123456789") == ""
}

// introduce takes that number as the answer to the first question of finding
// out who is talking.
func (e *Engine) introduce(ctx context.Context, t *talk) error {
	e.notice(t)
	said := t.replies
	t.session.Guesses = nil
	if err := e.start(ctx, t, e.Identify); err != nil {
		return err
	}
	if t.session.Flow != e.Identify.Name { // it ended before it asked
		return nil
	}
	t.replies = said // what it asked is answered
	return e.hear(ctx, t)
}

// run goes through the steps that do until one asks, or the flow is over.
func (e *Engine) run(ctx context.Context, t *talk, flow *Flow) error {
	const most = 50 // steps without a question: a flow that runs in circles
	for range most {
		if t.session.State == End {
			return e.ended(ctx, t, flow)
		}
		step := flow.steps[t.session.State]
		if step.ask != nil {
			t.session.Trail = arrive(t.session.Trail, step.state)
			switch {
			case !step.waits:
				t.session.Waiting = time.Time{}
			case t.session.Waiting.IsZero():
				t.session.Waiting = t.message.At
			}
			if flow != e.Identify {
				t.session.Wish = ""
			}
			step.ask(t)
			return nil
		}
		event, err := step.do(ctx, t)
		if err != nil {
			return err
		}
		e.seal(t)
		if err := e.follow(t, flow, event); err != nil {
			return err
		}
	}
	return fmt.Errorf("flow %s runs in circles at %q", flow.Name, t.session.State)
}

// follow moves the session along an arrow. Back to the same step is the same
// visit of it.
func (e *Engine) follow(t *talk, flow *Flow, event Event) error {
	to, err := flow.move(t.session.State, event)
	if err != nil {
		return err
	}
	if e.Walked != nil {
		e.Walked(flow.Name, Arrow{t.session.State, event, to})
	}
	t.session.Course.Walked = append(t.session.Course.Walked, Walk{flow.Name, Arrow{t.session.State, event, to}})
	if to != t.session.State {
		t.session.State = to
		t.session.Moves++
	}
	return nil
}

// seal forgets the questions before, if the flow asked for it.
func (e *Engine) seal(t *talk) {
	if t.sealed {
		t.session.Trail, t.sealed = nil, false
	}
}

// anew starts a flow that was asked for by name: from its beginning, even if
// it was put aside half-way. The opening is what they said to get there.
func (e *Engine) anew(ctx context.Context, t *talk, flow *Flow, opening string) error {
	t.session.Wish = wish(opening)
	if p := t.session.Paused; p != nil && p.Flow == flow.Name {
		t.session.Paused = nil
	}
	return e.start(ctx, t, flow)
}

// start begins a flow, after finding out who is talking if it needs that.
func (e *Engine) start(ctx context.Context, t *talk, flow *Flow) error {
	s := &t.session
	if flow.Identify && s.Identity == nil {
		if e.Identify == nil {
			return fmt.Errorf("flow %s needs to know who is talking, and nothing asks", flow.Name)
		}
		s.Then = flow.Name
		flow = e.Identify
	}
	if flow == e.Identify {
		e.notice(t)
	}
	data, err := flow.data(nil)
	if err != nil {
		return err
	}
	e.enter(t, flow.Name, flow.order[0], data, nil)
	return e.run(ctx, t, flow)
}

// notice tells once how we treat what we know of people, before they tell us
// who they are.
func (e *Engine) notice(t *talk) {
	if s := &t.session; s.Identity == nil && !s.Noticed && e.Notice != "" {
		t.replies = append(t.replies, Reply{Text: e.Notice})
		s.Noticed = true
	}
}

// enter puts the session into a flow as a visit of its own.
func (e *Engine) enter(t *talk, flow string, state State, data any, trail []Mark) {
	s := &t.session
	began := t.message.At
	if !began.After(s.Began) {
		began = s.Began.Add(time.Millisecond)
	}
	s.Flow, s.State, s.Trail, s.Began, s.Moves, s.Mistakes = flow, state, trail, began, 0, 0
	t.data = data
}

// ended goes on after a flow: to the one that waited for it, else to the menu.
func (e *Engine) ended(ctx context.Context, t *talk, over *Flow) error {
	s := &t.session
	then, opening := s.Then, s.Wish
	e.quit(t)
	next := e.flow(then)
	switch {
	case next == nil || over == e.Identify && !t.identified: // nothing waited, or they did not say who they are
	case over == e.Identify && s.Paused != nil && s.Paused.Flow == then && s.Paused.Property == s.Identity.Property:
		return e.resume(ctx, t)
	default:
		return e.anew(ctx, t, next, opening)
	}
	return e.more(t, over == e.Person || over == e.Survey)
}

// more offers the menu to who has just had something, and to go on with what was
// put aside for it.
func (e *Engine) more(t *talk, aside bool) error {
	if p := t.session.Paused; aside && p != nil {
		t.Say(sayPaused, e.title(p.Flow))
	}
	return e.menu(t, askMore)
}

// quit leaves the flow without a word.
func (e *Engine) quit(t *talk) {
	s := &t.session
	s.Flow, s.State, s.Data, s.Trail, s.Then, s.Wish, s.Mistakes = "", "", nil, nil, "", "", 0
	s.Guesses, s.Waiting = nil, time.Time{}
	t.data = nil
}

// ask asks again what the session stands at.
func (e *Engine) ask(t *talk) error {
	if t.session.Flow == "" {
		return e.menu(t, askMenu)
	}
	_, step, err := e.place(t)
	if err != nil {
		return err
	}
	step.ask(t)
	return nil
}

// place finds the step the session stands at, which asks, and decodes what the
// flow wrote down, afresh.
func (e *Engine) place(t *talk) (*Flow, *step, error) {
	s := &t.session
	flow := e.flow(s.Flow)
	step := flow.steps[s.State]
	var err error
	if t.data, err = flow.data(s.Data); err != nil {
		return nil, nil, fmt.Errorf("read the data of flow %s: %w", s.Flow, err)
	}
	return flow, step, nil
}

// obey does what a word says that is understood everywhere.
func (e *Engine) obey(ctx context.Context, t *talk, w word) error {
	s := &t.session
	s.Mistakes = 0
	switch w {
	case menuWord:
		e.quit(t)
		return e.menu(t, askMenu)
	case backWord:
		return e.back(t)
	case cancelWord:
		if s.Flow == "" {
			t.Say(sayNothing)
			return e.menu(t, askMenu)
		}
		title := e.title(either(s.Then != "", s.Then, s.Flow))
		e.quit(t)
		t.Say(sayCanceled, title)
		return e.menu(t, askMore)
	case helpWord:
		t.Say(sayHelp)
		return e.ask(t)
	case personWord:
		if e.Person == nil {
			t.Say(sayHelp)
			return e.ask(t)
		}
		if s.Flow != e.Person.Name {
			e.put(s)
			e.quit(t)
		}
		return e.start(ctx, t, e.Person)
	case leaveWord:
		number := s.Protocol
		e.quit(t)
		s.Protocol, s.Identity, s.Paused = "", nil, nil
		t.Say(sayGoodbye, Grouped(number))
		return nil
	case switchWord:
		if e.Identify == nil {
			return e.ask(t)
		}
		then := either(s.Flow == e.Identify.Name, s.Then, s.Flow)
		e.put(s)
		e.quit(t)
		s.Then = then
		return e.start(ctx, t, e.Identify)
	case resumeWord:
		return e.resume(ctx, t)
	case greeting:
		t.Say(sayHere, hello(t.said))
	case thanks:
		if s.Flow == "" {
			t.Say(sayWelcome)
			return nil
		}
		t.Say(sayPleasure)
	}
	return e.ask(t)
}

// back goes to the question before, or to the menu from the first.
func (e *Engine) back(t *talk) error {
	s := &t.session
	if len(s.Trail) == 0 {
		e.quit(t)
		return e.menu(t, askMenu)
	}
	last := len(s.Trail) - 1
	s.State, s.Data, s.Trail = s.Trail[last].State, s.Trail[last].Data, s.Trail[:last:last]
	s.Moves++
	return e.ask(t)
}

// resume returns to where the conversation was put aside, once we know again
// who is talking.
func (e *Engine) resume(ctx context.Context, t *talk) error {
	s := &t.session
	p := s.Paused
	flow := (*Flow)(nil)
	if p != nil {
		flow = e.flow(p.Flow)
	}
	switch {
	case flow == nil:
		if s.Flow != "" { // "continuar" in mid-flow: they are already there
			return e.ask(t)
		}
		s.Paused = nil
		t.Say(sayNoPause)
		return e.menu(t, askMenu)
	case flow.Identify && s.Identity == nil:
		return e.start(ctx, t, flow)
	case flow.Identify && s.Identity.Property != p.Property:
		s.Paused = nil
		return e.start(ctx, t, flow)
	}
	s.Paused = nil
	e.quit(t)
	s.Data = p.Data
	data, err := flow.data(p.Data)
	if err != nil {
		return fmt.Errorf("read the data of flow %s: %w", p.Flow, err)
	}
	e.enter(t, p.Flow, p.State, data, p.Trail)
	return e.run(ctx, t, flow)
}

// put sets the flow in hand aside for "continuar". Finding out who is talking
// is not worth coming back to, what waited for it is.
func (e *Engine) put(s *Session) {
	waiting := e.flow(s.Then)
	switch {
	case s.Flow == "", e.Person != nil && s.Flow == e.Person.Name:
	case e.Identify == nil || s.Flow != e.Identify.Name:
		s.Paused = &Place{Flow: s.Flow, State: s.State, Data: s.Data, Trail: s.Trail}
		if s.Identity != nil {
			s.Paused.Property = s.Identity.Property
		}
	case waiting != nil && (s.Paused == nil || s.Paused.Flow != waiting.Name):
		s.Paused = &Place{Flow: waiting.Name} // of nobody yet: from its beginning
	}
}

// menu offers the flows and stands at the menu.
func (e *Engine) menu(t *talk, text string) error {
	t.Offer(text, e.titles()...)
	return nil
}

func (e *Engine) titles() []string {
	titles := make([]string, len(e.Flows))
	for i, f := range e.Flows {
		titles[i] = f.Title
	}
	return titles
}

// intent finds the flow that a text speaks of, by the longest of the flows'
// words in it; nil if it speaks of none.
func (e *Engine) intent(said string) *Flow {
	folded := Fold(said)
	var best *Flow
	longest := 0
	for _, f := range slices.Concat(e.Flows, e.Beside) {
		for _, w := range f.folded {
			if len(w) > longest && hasWords(folded, w) {
				best, longest = f, len(w)
			}
		}
	}
	return best
}

// flow finds a flow by name, nil if there is none.
func (e *Engine) flow(name string) *Flow {
	if e.Identify != nil && e.Identify.Name == name {
		return e.Identify
	}
	if e.Person != nil && e.Person.Name == name {
		return e.Person
	}
	if e.Survey != nil && e.Survey.Name == name {
		return e.Survey
	}
	for _, f := range slices.Concat(e.Flows, e.Beside) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func (e *Engine) title(name string) string {
	if f := e.flow(name); f != nil {
		return f.Title
	}
	return name
}

// protocol makes the number of a conversation from its first message, so that
// the same message played again gives the same number: the day and ten digits.
func (e *Engine) protocol(m Message) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%s\x00%d", m.Session(), m.ID, m.At.UnixNano())
	zone := either(e.Zone != nil, e.Zone, time.UTC)
	return fmt.Sprintf("%s%010d", m.At.In(zone).Format("060102"), h.Sum64()%1e10)
}

// Grouped writes a long number so that it can be read out: four digits a group.
func Grouped(number string) string {
	var b strings.Builder
	for i, d := range number {
		if i > 0 && i%4 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// arrive and leave keep the trail of questions for "voltar": a question come
// to again is taken back to where it first stood in the trail.
func arrive(trail []Mark, at State) []Mark {
	if i := slices.IndexFunc(trail, func(m Mark) bool { return m.State == at }); i >= 0 {
		return trail[:i:i]
	}
	return trail
}

func leave(trail []Mark, from Mark) []Mark {
	return append(arrive(trail, from.State), from)
}

// keep writes down a flow's data after a turn that ended well or in a mistake.
func keep(data any, slip error) (json.RawMessage, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("keep data: %w", err)
	}
	if string(raw) == "{}" {
		raw = nil
	}
	return raw, slip
}

func either[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}

var (
	longNumber = regexp.MustCompile(`\d[\d.\-/ ]{3,}\d`) // may tell who somebody is
	aMonth     = regexp.MustCompile(`^(0?[1-9]|1[0-2])/20\d\d$`)
)

// wish is an opening as a session keeps it: short, and without numbers that may
// tell who somebody is.
func wish(opening string) string {
	const most = 120
	opening = strings.TrimSpace(longNumber.ReplaceAllStringFunc(opening, func(number string) string {
		return either(aMonth.MatchString(number), number, "")
	}))
	if runes := []rune(opening); len(runes) > most {
		opening = string(runes[:most])
	}
	return opening
}
