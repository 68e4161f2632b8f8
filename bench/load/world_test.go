package main

import (
	"math/rand"
	"testing"
	"time"
)

func testWorld(kind string, n int) *world {
	return newWorld(scenarios[kind], 1, time.Unix(1_800_000_000, 0), 5, n, n, 2*time.Second, true)
}

// overlap decides by the bounds that requests state, not by the lattice.
func overlap(w *world, a, b *intent) bool {
	lowA, highA, startA, endA := w.bounds(a.level, a.slot, a.phase)
	lowB, highB, startB, endB := w.bounds(b.level, b.slot, b.phase)
	return a.place == b.place && lowA <= highB && lowB <= highA && !startA.After(endB) && !startB.After(endA)
}

func TestKeysHoldExactlyWhatOverlapsByStatedBounds(t *testing.T) {
	for _, kind := range []string{"cell", "country"} {
		w := testWorld(kind, 2_000)
		for _, it := range w.live[:200] {
			expected := map[string]bool{}
			for _, other := range w.live {
				if other != it && overlap(w, it, other) {
					expected[other.ovn] = true
				}
			}
			keys := w.keys(it)
			for _, key := range keys {
				if !expected[key] {
					t.Fatalf("%s: %s is in the key, but does not overlap", kind, key)
				}
			}
			if len(keys) != len(expected) {
				t.Fatalf("%s: %d keys for %d intents that overlap", kind, len(keys), len(expected))
			}
		}
	}
}

func TestShapesContainTheMiddleOfTheirPlace(t *testing.T) {
	// a polygon with six corners contains a circle of cos(30 deg) of its radius
	if inner := shapeMinM * 0.866; jitterM >= inner {
		t.Fatalf("shapes may be %.0f m off, and contain %.0f m around their middle", jitterM, inner)
	}
}

type written struct {
	it *intent
	at time.Duration
}

func TestWritesRelevantToEachOtherAreFarApart(t *testing.T) {
	for kind, rate := range map[string]float64{"cell": 1_000, "country": 1_500} {
		w := testWorld(kind, 10_000)
		p := newPlanner(w, 1, [ops]int{20, 30, 20, 20, 10}, rate, "host", make([]string, 5))
		var writes []written
		for range int(rate * 10) {
			c := p.next()
			if c != nil && c.it != nil {
				writes = append(writes, written{c.it, c.at})
			}
		}
		if w.unspaced > 0 {
			t.Fatalf("%s: %d writes found no place", kind, w.unspaced)
		}
		first := 0
		for k, one := range writes {
			for one.at-writes[first].at >= w.apart {
				first++
			}
			for _, other := range writes[first:k] {
				if overlap(w, one.it, other.it) {
					t.Fatalf("%s: relevant writes at %v and %v", kind, other.at, one.at)
				}
			}
		}
		t.Logf("%s: keys %+v, %d writes, %d places", kind, p.keys, len(writes), len(w.middles))
		if kind == "cell" && (p.keys.Mean < 17 || p.keys.Mean > 25) {
			t.Fatalf("a new intent is relevant to %.1f others", p.keys.Mean)
		}
	}
}

func TestWhatIsGoneIsInNoKeyAndEveryIntentIsInItsStack(t *testing.T) {
	w := testWorld("cell", 500)
	rng := rand.New(rand.NewSource(3))
	for range 2_000 {
		it := w.live[rng.Intn(len(w.live))]
		w.remove(it)
		for _, other := range w.live {
			if other.index < 0 || w.live[other.index] != other {
				t.Fatal("an intent does not know its place")
			}
		}
		w.create(rng.Intn(len(w.last)), rng.Intn(w.phases), 0)
	}
	count := 0
	for _, stack := range w.stacks {
		count += len(stack)
	}
	if count != len(w.live) || count != 500 {
		t.Fatalf("%d intents in stacks, %d live", count, len(w.live))
	}
}

func TestIdsAndSuffixesAreUUIDsOfTheirVersions(t *testing.T) {
	w := testWorld("cell", 100)
	for _, it := range w.live {
		suffix := it.ovn[37:]
		if it.id[14] != '4' || suffix[14] != '7' || len(suffix) != 36 || it.ovn[:36] != it.id {
			t.Fatalf("%s, %s", it.id, it.ovn)
		}
	}
}

func TestAFailedCreateIsGoneAndAFailedUpdateHasItsOVNAgain(t *testing.T) {
	w := testWorld("cell", 100)
	p := newPlanner(w, 1, [ops]int{1, 0, 0, 0, 0}, 10, "host", make([]string, 5))
	made := p.next()
	p.failed(made)
	if made.it.index != -1 || len(w.live) != 100 {
		t.Fatal("a create that failed is still there")
	}
	p.mix, p.total = [ops]int{0, 0, 0, 1, 0}, 1
	p.count = 1_000
	updated := p.next()
	before := updated.it.before
	p.failed(updated)
	if updated.it.ovn != before {
		t.Fatal("an update that failed has a new OVN")
	}
}

func TestAllIntentsLieWithinTheDayOfTheirSubscriptions(t *testing.T) {
	for _, n := range []int{100, 1_000, 10_000, 100_000} {
		w := testWorld("cell", n)
		for _, it := range w.live {
			_, _, start, end := w.bounds(it.level, it.slot, it.phase)
			if start.Before(w.base) || end.After(w.base.Add(24*time.Hour)) {
				t.Fatalf("%d: from %v to %v", n, start, end)
			}
		}
	}
}
