package main

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"lojavirtual/bot"
	"lojavirtual/bot/whatsapp"
	"lojavirtual/store/postgres"
	"lojavirtual/store/redis"
)

// metrics is what Prometheus reads. No label holds anything about a person.
type metrics struct {
	registry *prometheus.Registry
	turns    *prometheus.CounterVec
	took     *prometheus.HistogramVec
	sends    *prometheus.CounterVec
	jobs     *prometheus.CounterVec
	jobDone  *prometheus.GaugeVec

	mu   sync.Mutex
	runs map[string]jobRun // the last of each job
}

// A jobRun is how a job ended, and when.
type jobRun struct {
	at     time.Time
	failed bool
}

func newMetrics(mail *redis.Mail, db *postgres.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		runs:     map[string]jobRun{},
		turns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "loja_turns_total", Help: "Messages answered, by channel, flow they led to and fault (none, mistake, outage, bug).",
		}, []string{"channel", "flow", "fault"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "loja_turn_seconds", Help: "From taking a message to settling its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 8},
		}, []string{"channel"}),
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "loja_sends_total", Help: "Tries to deliver a letter, by channel and result (sent, retry, blocked, dropped).",
		}, []string{"channel", "result"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "loja_job_runs_total", Help: "Runs of scheduled jobs in this process, by job and result (done, failed).",
		}, []string{"job", "result"}),
		jobDone: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "loja_job_done_timestamp_seconds", Help: "When a scheduled job last ended well in this process.",
		}, []string{"job"}),
	}
	m.registry.MustRegister(m.turns, m.took, m.sends, m.jobs, m.jobDone, queues{mail}, devices{db.WhatsApp()}, journalLag{db, mail}, ledgerState{db},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) turn(r bot.Report) {
	flow := r.Flow
	if flow == "" {
		flow = "menu"
	}
	m.turns.WithLabelValues(r.Channel, flow, r.Fault.String()).Inc()
	m.took.WithLabelValues(r.Channel).Observe(r.Took.Seconds())
}

func (m *metrics) sent(channel, result string) { m.sends.WithLabelValues(channel, result).Inc() }

func (m *metrics) ran(job string, err error) {
	m.mu.Lock()
	m.runs[job] = jobRun{time.Now(), err != nil}
	m.mu.Unlock()
	if err != nil {
		m.jobs.WithLabelValues(job, "failed").Inc()
		return
	}
	m.jobs.WithLabelValues(job, "done").Inc()
	m.jobDone.WithLabelValues(job).SetToCurrentTime()
}

// lastRun tells how a job ended in this process when it was last done; the time
// is zero if it was not.
func (m *metrics) lastRun(job string) (at time.Time, failed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.runs[job].at, m.runs[job].failed
}

// each tells what counters stand at, by channel and one more label; there may be
// several of the same two.
func each(counters prometheus.Collector, label string, tell func(channel, value string, n int)) {
	alone := prometheus.NewRegistry() // the others are asked for by Prometheus
	alone.MustRegister(counters)
	families, _ := alone.Gather() // fails for collectors that contradict each other only
	for _, family := range families {
		for _, m := range family.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			tell(labels["channel"], labels[label], int(m.GetCounter().GetValue()))
		}
	}
}

// queues reads what waits in Redis when Prometheus asks.
type queues struct{ mail *redis.Mail }

var (
	waitingDesc = prometheus.NewDesc("loja_queue_waiting", "People with a message or letter nobody is at, by direction and channel.", []string{"direction", "channel"}, nil)
	heldDesc    = prometheus.NewDesc("loja_queue_held", "People whose message or letter is being seen to.", []string{"direction", "channel"}, nil)
	oldestDesc  = prometheus.NewDesc("loja_queue_oldest_seconds", "How long the first of those waiting has waited.", []string{"direction", "channel"}, nil)
	personDesc  = prometheus.NewDesc("loja_people_waiting", "People who wait for somebody of the utility.", nil, nil)
	deadDesc    = prometheus.NewDesc("loja_dead_letters", "Messages put aside because they ended the process each time.", nil, nil)
)

// Describe implements prometheus.Collector.
func (queues) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, heldDesc, oldestDesc, personDesc, deadDesc} {
		all <- d
	}
}

// Collect implements prometheus.Collector. While Redis is away there is
// nothing to tell.
func (q queues) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	stats, err := q.mail.Stats(ctx)
	if err != nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		all <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	tell := func(direction, channel string, queue redis.Queue) {
		gauge(waitingDesc, float64(queue.Waiting), direction, channel)
		gauge(heldDesc, float64(queue.Held), direction, channel)
		gauge(oldestDesc, queue.Oldest.Seconds(), direction, channel)
	}
	tell("in", "all", stats.Inbox)
	for channel, queue := range stats.Outbox {
		tell("out", channel, queue)
	}
	gauge(deadDesc, float64(stats.Dead))
	if waiting, err := q.mail.Waiting(ctx); err == nil {
		gauge(personDesc, float64(len(waiting)))
	}
}

// devices reads how the WhatsApp device does when Prometheus asks. Every process
// says the same, whichever acts as the device.
type devices struct{ notes whatsapp.Notes }

var (
	stateDesc = prometheus.NewDesc("loja_whatsapp_state", "1 for the state the WhatsApp device is in, 0 for the others.", []string{"state"}, nil)
	phoneDesc = prometheus.NewDesc("loja_whatsapp_phone_seen_timestamp_seconds", "When the phone of the WhatsApp device was last seen online.", nil, nil)
)

// Describe implements prometheus.Collector.
func (devices) Describe(all chan<- *prometheus.Desc) { all <- stateDesc; all <- phoneDesc }

// Collect implements prometheus.Collector. While PostgreSQL is away there is
// nothing to tell.
func (d devices) Collect(all chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	now, err := whatsapp.ReadStatus(ctx, d.notes)
	if err != nil {
		return
	}
	for _, state := range whatsapp.States {
		var is float64
		if state == now.State {
			is = 1
		}
		all <- prometheus.MustNewConstMetric(stateDesc, prometheus.GaugeValue, is, string(state))
	}
	if phone, err := whatsapp.ReadPhone(ctx, d.notes); err == nil && !phone.Seen.IsZero() {
		all <- prometheus.MustNewConstMetric(phoneDesc, prometheus.GaugeValue, float64(phone.Seen.Unix()))
	}
}
