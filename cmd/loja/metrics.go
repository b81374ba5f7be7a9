package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"lojavirtual/bot"
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
}

func newMetrics(mail *redis.Mail) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
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
	m.registry.MustRegister(m.turns, m.took, m.sends, m.jobs, m.jobDone, queues{mail},
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
	if err != nil {
		m.jobs.WithLabelValues(job, "failed").Inc()
		return
	}
	m.jobs.WithLabelValues(job, "done").Inc()
	m.jobDone.WithLabelValues(job).SetToCurrentTime()
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
