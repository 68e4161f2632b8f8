package main

import (
	"bytes"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"
)

// ahead is how long before it is due a request is written.
const ahead = 200 * time.Millisecond

// late is from when a start counts as late.
const late = time.Millisecond

type answer struct {
	call    *call
	status  int // 0: none came
	timeout bool
	took    time.Duration // from the planned start
	delay   time.Duration // from the planned start to the actual one
	found   int           // of a query
	text    string        // of what went wrong
}

func (a *answer) good() bool { return a.status == 200 || a.status == 201 }

// open is the open loop: each request is due at its time, whether or not those before it are answered; a request that
// waits for a free connection is late, and its latency counts the wait.
func open(p *planner, address string, connections int, length, timeout time.Duration) *report {
	calls := make(chan *call, 1+int(p.rate*ahead.Seconds()))
	answers := make(chan *answer, cap(calls)+connections)
	start := time.Now().Add(ahead + 50*time.Millisecond)
	var working sync.WaitGroup
	for range connections {
		working.Add(1)
		go func() {
			defer working.Done()
			conn := &connection{address: address, timeout: timeout}
			defer conn.close()
			for c := range calls {
				answers <- conn.perform(c, start)
			}
		}()
	}
	r := newReport(p)
	cpu := cpuSeconds()
	taken := func(a *answer) {
		r.add(a)
		if !a.good() && a.call.it != nil {
			p.failed(a.call)
		}
	}
	for {
		due := time.Duration(float64(p.count) / p.rate * float64(time.Second))
		if due >= length {
			break
		}
		for wait := time.NewTimer(time.Until(start.Add(due - ahead))); ; {
			select {
			case a := <-answers:
				taken(a)
				continue
			case <-wait.C:
			}
			break
		}
		c := p.next()
		if c == nil {
			r.NothingToDo++
			continue
		}
		for sent := false; !sent; {
			select {
			case calls <- c:
				sent = true
			case a := <-answers:
				taken(a)
			}
		}
	}
	close(calls)
	go func() { working.Wait(); close(answers) }()
	for a := range answers {
		taken(a)
	}
	r.finish(p, time.Since(start), cpuSeconds()-cpu)
	return r
}

func (conn *connection) perform(c *call, start time.Time) *answer {
	due := start.Add(c.at)
	if wait := time.Until(due); wait > 0 {
		time.Sleep(wait)
	}
	a := &answer{call: c, delay: time.Since(due)}
	status, body, err := conn.send(c.bytes)
	a.took = time.Since(due)
	if err != nil {
		var network net.Error
		a.timeout = errors.As(err, &network) && network.Timeout()
		a.text = err.Error()
		return a
	}
	a.status = status
	if c.op == opQuery && a.good() {
		a.found = bytes.Count(body, []byte(`"uss_availability"`))
	}
	if !a.good() {
		a.text = string(body[:min(len(body), 600)])
	}
	return a
}

// prefill creates all intents of a world over HTTP, as fast as it goes. A key may hold OVNs that do not exist yet, so
// that the order does not matter.
func prefill(w *world, host, address string, tokens []string, connections int, timeout time.Duration) error {
	work := make(chan []byte)
	failures := make(chan error, 1)
	var working sync.WaitGroup
	for range connections {
		working.Add(1)
		go func() {
			defer working.Done()
			conn := &connection{address: address, timeout: timeout}
			defer conn.close()
			for bytes := range work {
				status, body, err := conn.send(bytes)
				if err == nil && status != 200 && status != 201 {
					err = errors.New(string(body))
				}
				if err != nil {
					select {
					case failures <- err:
					default:
					}
				}
			}
		}()
	}
	for uss, id := range w.subscriptions {
		work <- request("PUT", "/dss/v1/subscriptions/"+id, host, tokens[uss], w.subscriptionBody(uss))
	}
	time.Sleep(time.Second)
	for _, it := range w.live {
		work <- request("PUT", intentPath+"/"+it.id, host, tokens[it.uss], w.putBody(it, w.keys(it)))
	}
	close(work)
	working.Wait()
	close(failures)
	return <-failures
}

func cpuSeconds() float64 {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(used.Utime) + seconds(used.Stime)
}
