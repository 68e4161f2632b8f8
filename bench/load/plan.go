package main

import (
	"math/rand"
	"time"
)

// The planner draws operations in the proportions of a mix and writes their requests, shortly before each is due.
type planner struct {
	world  *world
	rng    *rand.Rand
	mix    [ops]int
	total  int
	rate   float64
	host   string
	tokens []string
	count  int
	keys   tally // keys shown by creates and updates
}

type tally struct {
	Least int     `json:"least"`
	Mean  float64 `json:"mean"`
	Most  int     `json:"most"`
	sum   int
	count int
}

func (t *tally) add(n int) {
	if t.count == 0 || n < t.Least {
		t.Least = n
	}
	t.Most = max(t.Most, n)
	t.sum += n
	t.count++
	t.Mean = float64(t.sum) / float64(t.count)
}

func newPlanner(w *world, seed int64, mix [ops]int, rate float64, host string, tokens []string) *planner {
	p := &planner{world: w, rng: rand.New(rand.NewSource(seed + 1)), mix: mix, rate: rate, host: host, tokens: tokens}
	for _, share := range mix {
		p.total += share
	}
	return p
}

// next is the next call, due at its place in an even sequence; nil where there is nothing for its operation to do.
func (p *planner) next() *call {
	at := time.Duration(float64(p.count) / p.rate * float64(time.Second))
	p.count++
	op, drawn := 0, p.rng.Intn(p.total)
	for drawn >= p.mix[op] {
		drawn -= p.mix[op]
		op++
	}
	switch op {
	case opRead:
		return p.read(at)
	case opQuery:
		return p.query(at)
	default:
		return p.write(op, at)
	}
}

// read asks for an intent that was written long enough ago for its answer to be known.
func (p *planner) read(at time.Duration) *call {
	w := p.world
	for range 1000 {
		it := w.live[p.rng.Intn(len(w.live))]
		if at-it.wrote >= w.apart {
			it.read = at
			reader := p.rng.Intn(w.usses)
			return &call{op: opRead, at: at, bytes: request("GET", intentPath+"/"+it.id, p.host, p.tokens[reader], nil)}
		}
	}
	return nil
}

func (p *planner) query(at time.Duration) *call {
	w := p.world
	place, level, slot := w.parts(p.rng.Intn(len(w.last)))
	phase := p.rng.Intn(w.phases)
	expect := 0
	w.relevant(place, level, slot, phase, func(it *intent) {
		if at-it.wrote >= w.apart {
			expect++
			it.read = at
		}
	})
	body := w.queryBody(place, level, slot, phase)
	token := p.tokens[p.rng.Intn(w.usses)]
	return &call{op: opQuery, at: at, expect: expect, bytes: request("POST", intentPath+"/query", p.host, token, body)}
}

func (p *planner) write(op int, at time.Duration) *call {
	w := p.world
	site, phase, it, ok := w.next(op, at)
	if !ok {
		return nil
	}
	w.wrote(site, phase, at)
	c := &call{op: op, at: at}
	switch op {
	case opCreate:
		it = w.create(site, phase, at)
		c.bytes = p.put(c, it, intentPath+"/"+it.id)
	case opUpdate:
		path := intentPath + "/" + it.id + "/" + it.ovn
		it.before, it.ovn, it.wrote = it.ovn, it.id+"_"+w.uuid7(at), at
		it.shape = w.shape(it.place)
		if len(w.subscriptions) > 0 && p.rng.Intn(2) == 0 {
			it.state = "Activated"
		}
		c.bytes = p.put(c, it, path)
	case opDelete:
		w.remove(it)
		c.bytes = request("DELETE", intentPath+"/"+it.id+"/"+it.ovn, p.host, p.tokens[it.uss], nil)
	}
	c.it = it
	return c
}

func (p *planner) put(c *call, it *intent, path string) []byte {
	keys := p.world.keys(it)
	c.keys = len(keys)
	p.keys.add(len(keys))
	return request("PUT", path, p.host, p.tokens[it.uss], p.world.putBody(it, keys))
}

// keys are the OVNs of all that is relevant to an intent, but its own.
func (w *world) keys(it *intent) []string {
	var keys []string
	w.relevant(it.place, it.level, it.slot, it.phase, func(other *intent) {
		if other != it {
			keys = append(keys, other.ovn)
		}
	})
	return keys
}

// failed takes back what a write that was refused would have changed.
func (p *planner) failed(c *call) {
	switch c.op {
	case opCreate:
		p.world.remove(c.it)
	case opUpdate:
		c.it.ovn = c.it.before
	}
}
