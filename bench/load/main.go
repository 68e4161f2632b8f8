// Command load is an open-loop client for an ASTM F3548-21 DSS: requests start at a fixed rate whatever becomes of
// those before, and latencies count from the planned start. It knows which of its intents are relevant to each other
// and shows their OVNs, which it asks for (requested_ovn_suffix), so that it need not wait for answers.
//
//	load plan FLAGS               prints the first intents, one a line, for a bulk loader
//	load run FLAGS -tokens FILE   runs, and prints a report as JSON
//
// With the same flags both make the same intents. Tokens: a JSON list, one for each USS.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"
)

type options struct {
	scenario                string
	n, usses, connections   int
	seed                    int64
	base                    int64
	rate                    float64
	length, apart, timeout  time.Duration
	mix                     [ops]int
	address, host, tokens   string
	subscribe, overHTTP     bool
	create, read, query, up int
	remove                  int
}

func parse(arguments []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.StringVar(&o.scenario, "scenario", "cell", "cell or country")
	f.IntVar(&o.n, "n", 10_000, "active intents at the start")
	f.IntVar(&o.usses, "usses", 5, "USSs that file them")
	f.IntVar(&o.connections, "connections", 64, "connections")
	f.Int64Var(&o.seed, "seed", 1, "of all that is drawn")
	f.Int64Var(&o.base, "base", 0, "seconds since 1970 UTC of the base time, now or a little earlier")
	f.Float64Var(&o.rate, "rate", 1_000, "requests per second")
	f.DurationVar(&o.length, "length", 60*time.Second, "of the run")
	f.DurationVar(&o.apart, "apart", 2*time.Second, "between writes that are relevant to each other")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "of a request")
	f.IntVar(&o.create, "create", 20, "share of creates")
	f.IntVar(&o.read, "read", 30, "share of reads")
	f.IntVar(&o.query, "query", 20, "share of queries")
	f.IntVar(&o.up, "update", 20, "share of updates")
	f.IntVar(&o.remove, "delete", 10, "share of deletes")
	f.StringVar(&o.address, "address", "127.0.0.1:8080", "of the server")
	f.StringVar(&o.tokens, "tokens", "", "file with tokens")
	f.BoolVar(&o.subscribe, "subscribe", false, "each USS has one subscription over the cell, and intents depend on it")
	f.BoolVar(&o.overHTTP, "prefill", false, "create the first intents over HTTP; otherwise they are there")
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	o.mix = [ops]int{o.create, o.read, o.query, o.up, o.remove}
	o.host = o.address
	if scenarios[o.scenario].phases == 0 || o.n < 1 || o.usses < 1 || o.connections < 1 || o.rate <= 0 || o.base == 0 {
		return nil, fmt.Errorf("an option is missing or out of range: scenario, n, usses, connections, rate, base")
	}
	return o, nil
}

// world is as dense as is right for the mean number of intents that are active during the run.
func (o *options) world() *world {
	total := 0
	for _, share := range o.mix {
		total += share
	}
	growth := float64(o.create-o.remove) / float64(max(total, 1)) * o.rate * o.length.Seconds()
	active := max(o.n+int(growth/2), 1)
	base := time.Unix(o.base, 0)
	return newWorld(scenarios[o.scenario], o.seed, base, o.usses, o.n, active, o.apart, o.subscribe)
}

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func command(arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("give plan or run")
	}
	o, err := parse(arguments[1:])
	if err != nil {
		return err
	}
	switch arguments[0] {
	case "plan":
		return plan(o)
	case "run":
		return run(o)
	}
	return fmt.Errorf("%s is neither plan nor run", arguments[0])
}

type planned struct {
	Subscription bool            `json:"subscription,omitempty"`
	ID           string          `json:"id"`
	USS          int             `json:"uss"`
	OVN          string          `json:"ovn,omitempty"`
	Body         json.RawMessage `json:"body"`
}

func plan(o *options) error {
	w := o.world()
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	lines := json.NewEncoder(out)
	for uss, id := range w.subscriptions {
		if err := lines.Encode(planned{Subscription: true, ID: id, USS: uss, Body: w.subscriptionBody(uss)}); err != nil {
			return err
		}
	}
	for _, it := range w.live {
		if err := lines.Encode(planned{ID: it.id, USS: it.uss, OVN: it.ovn, Body: w.putBody(it, w.keys(it))}); err != nil {
			return err
		}
	}
	return out.Flush()
}

func run(o *options) error {
	text, err := os.ReadFile(o.tokens)
	if err != nil {
		return err
	}
	var tokens []string
	if err := json.Unmarshal(text, &tokens); err != nil {
		return err
	}
	if len(tokens) < o.usses {
		return fmt.Errorf("%d tokens for %d USSs", len(tokens), o.usses)
	}
	w := o.world()
	if o.overHTTP {
		if err := prefill(w, o.host, o.address, tokens, min(o.connections, 16), o.timeout); err != nil {
			return fmt.Errorf("prefill: %w", err)
		}
	}
	p := newPlanner(w, o.seed, o.mix, o.rate, o.host, tokens)
	made := open(p, o.address, o.connections, o.length, o.timeout)
	shown := json.NewEncoder(os.Stdout)
	shown.SetIndent("", " ")
	return shown.Encode(made)
}
