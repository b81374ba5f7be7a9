package webchat

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits lets each of many through at a rate: a burst, then one every so often.
type limits struct {
	every time.Duration
	burst int

	mu    sync.Mutex
	each  map[string]*rate.Limiter
	swept time.Time
}

// allow tells whether this one may pass now.
func (l *limits) allow(who string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.each == nil {
		l.each = make(map[string]*rate.Limiter)
	}
	if now.Sub(l.swept) > time.Minute {
		l.sweep(now)
	}
	limiter, ok := l.each[who]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.each[who] = limiter
	}
	return limiter.AllowN(now, 1)
}

// sweep drops those who have their whole burst again: they are like new ones.
func (l *limits) sweep(now time.Time) {
	l.swept = now
	for who, limiter := range l.each {
		if limiter.TokensAt(now) >= float64(l.burst) {
			delete(l.each, who)
		}
	}
}

// crowds let no more than so many of each stay: when one more enters, the one
// that has stayed for longest is evicted.
type crowds struct {
	most int

	mu   sync.Mutex
	each map[string][]*guest // in the order in which they entered
}

type guest struct{ evict func() }

// enter lets one more in, until leave is called; evict may be called before.
func (c *crowds) enter(who string, evict func()) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.each == nil {
		c.each = make(map[string][]*guest)
	}
	entered := &guest{evict}
	inside := append(c.each[who], entered)
	if len(inside) > c.most {
		inside[0].evict()
		inside = slices.Delete(inside, 0, 1)
	}
	c.each[who] = inside
	return func() { c.leave(who, entered) }
}

func (c *crowds) leave(who string, left *guest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.each[who] = slices.DeleteFunc(c.each[who], func(g *guest) bool { return g == left })
	if len(c.each[who]) == 0 {
		delete(c.each, who)
	}
}
