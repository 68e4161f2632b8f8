package main

import (
	"sort"
	"strconv"
	"time"
)

const samplesKept = 8

// A latencies counts from the planned start, in milliseconds.
type latencies struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
	all   []time.Duration
}

func (l *latencies) add(took time.Duration) { l.all = append(l.all, took) }

func (l *latencies) finish() {
	sort.Slice(l.all, func(i, j int) bool { return l.all[i] < l.all[j] })
	l.Count = len(l.all)
	at := func(share float64) float64 {
		if len(l.all) == 0 {
			return 0
		}
		k := min(int(share*float64(len(l.all))), len(l.all)-1)
		return float64(l.all[k].Microseconds()) / 1e3
	}
	l.P50, l.P95, l.P99, l.Max = at(0.5), at(0.95), at(0.99), at(1)
}

type operation struct {
	latencies
	Statuses map[string]int `json:"statuses"`
}

type report struct {
	Scenario     string                `json:"scenario"`
	Rate         float64               `json:"rate_planned"`
	Achieved     float64               `json:"rate_achieved"` // good answers in a second
	Seconds      float64               `json:"seconds"`
	Sites        int                   `json:"sites"`
	Levels       int                   `json:"levels"`
	Slots        int                   `json:"slots"`
	Places       int                   `json:"places"`
	ActiveAtEnd  int                   `json:"active_at_end"`
	Keys         tally                 `json:"keys"`
	All          operation             `json:"all"`
	Operations   map[string]*operation `json:"operations"`
	Conflicts    int                   `json:"conflicts_409"`
	ServerErrors int                   `json:"server_errors_5xx"`
	Timeouts     int                   `json:"timeouts"`
	NoAnswer     int                   `json:"no_answer"`
	Others       int                   `json:"other_refusals"`
	Found        tally                 `json:"query_found"`
	NotFound     int                   `json:"queries_that_missed_something"`
	Late         int                   `json:"late_starts"`
	LateMax      float64               `json:"late_max_ms"`
	NothingToDo  int                   `json:"nothing_to_do"`
	Unspaced     int                   `json:"writes_without_a_place"`
	ClientCPU    float64               `json:"client_cpu_s"`
	Samples      []string              `json:"samples"`
}

func newReport(p *planner) *report {
	w := p.world
	r := &report{
		Scenario: w.name, Rate: p.rate, Sites: len(w.last), Levels: w.levels, Slots: w.slots, Places: len(w.middles),
		All: operation{Statuses: map[string]int{}}, Operations: map[string]*operation{},
	}
	for _, name := range opNames {
		r.Operations[name] = &operation{Statuses: map[string]int{}}
	}
	return r
}

func (r *report) add(a *answer) {
	status := strconv.Itoa(a.status)
	if a.status == 0 {
		status = "none"
	}
	for _, op := range []*operation{&r.All, r.Operations[opNames[a.call.op]]} {
		op.add(a.took)
		op.Statuses[status]++
	}
	switch {
	case a.timeout:
		r.Timeouts++
	case a.status == 0:
		r.NoAnswer++
	case a.status == 409:
		r.Conflicts++
	case a.status >= 500:
		r.ServerErrors++
	case !a.good():
		r.Others++
	}
	if !a.good() && len(r.Samples) < samplesKept {
		r.Samples = append(r.Samples, opNames[a.call.op]+" "+status+": "+a.text)
	}
	if a.call.op == opQuery && a.good() {
		r.Found.add(a.found)
		if a.found < a.call.expect {
			r.NotFound++
		}
	}
	if a.delay > late {
		r.Late++
	}
	r.LateMax = max(r.LateMax, float64(a.delay.Microseconds())/1e3)
}

func (r *report) finish(p *planner, took time.Duration, cpu float64) {
	r.Seconds = took.Seconds()
	good := r.All.Statuses["200"] + r.All.Statuses["201"]
	r.Achieved = float64(good) / r.Seconds
	r.All.finish()
	for _, op := range r.Operations {
		op.finish()
	}
	r.ActiveAtEnd, r.Keys, r.Unspaced, r.ClientCPU = len(p.world.live), p.keys, p.world.unspaced, cpu
}
