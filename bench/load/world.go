package main

import (
	"fmt"
	"math"
	"math/rand"
	"time"
)

// The world is the generator's model of the airspace: which intents there are, which of them are relevant to each
// other, and when each was last written. It is used by one goroutine.
//
// Intents lie in places, far from one another; all shapes of a place contain its middle, so that they always share a
// cell. In a place they lie on a lattice of levels and time slots, each a little smaller than its slot, in several
// phases that are shifted against each other by fractions of a slot. So relevance is decided in whole numbers: two
// intents are relevant to each other if they lie in one place and less than a slot apart in level and in time. Of each
// other phase four sites overlap with one intent, of its own phase one: with a intents at each site in each of p
// phases, one more is relevant to a + 4 a (p - 1). Writes go through the sites in turn, phase by phase, so that those
// that are relevant to each other are almost a whole turn apart.

const (
	levelPitchM = 20.0 // of the lattice; an intent takes filled of it
	firstLevelM = 40.0
	filled      = 0.95
	marginS     = 600 // from the base time to the first slot
	spanS       = 23 * 3600
	shapeMinM   = 150.0 // radius of an outline; its middle lies at most jitterM from its place's
	shapeMaxM   = 250.0
	jitterM     = 80.0
)

type scenario struct {
	name   string
	phases int
	rows   float64 // levels for each slot of time, of the lattice of a place
	places func(sites int) int
}

var scenarios = map[string]scenario{
	"cell":    {"cell", 6, 24.0 / 70.0, func(int) int { return 1 }},
	"country": {"country", 2, 3.0 / 4.0, func(sites int) int { return (sites + 11) / 12 }},
}

type point struct{ lat, lng float64 }

type intent struct {
	id           string
	ovn, before  string // before: the OVN that an update under way replaces
	uss          int
	state        string
	slot, level  int
	place, phase int
	wrote, read  time.Duration // when it was last written and read, as planned
	index        int           // in world.live, -1 if it is gone
	shape        shape
}

type shape struct {
	circle  bool
	middle  point
	radiusM float64
	ring    []point
}

type write struct {
	at    time.Duration
	phase int
}

type world struct {
	scenario
	rng           *rand.Rand
	base          time.Time
	usses         int
	apart         time.Duration
	middles       []point
	levels, slots int
	stacks        [][]*intent // by site and phase
	last          []write     // by site
	live          []*intent
	cursor, turn  int
	subscriptions []string // one for each USS, or none
	pitch         time.Duration
	unspaced      int // writes for which there was no place far enough from the last ones
}

const never = -time.Hour

// guard is how long nothing is deleted after it was asked for, so that an answer can be held against the model.
const guard = 250 * time.Millisecond

// newWorld makes a world and its first n intents; active: how many there will be on average, which sets the density.
func newWorld(kind scenario, seed int64, base time.Time, usses, n, active int, apart time.Duration, subscribe bool) *world {
	sites := max((active+kind.phases-1)/kind.phases, 1)
	places := kind.places(sites)
	each := (sites + places - 1) / places
	levels := max(int(math.Round(math.Sqrt(float64(each)*kind.rows))), 1)
	slots := (each + levels - 1) / levels
	w := &world{
		scenario: kind, rng: rand.New(rand.NewSource(seed)), base: base, usses: usses, apart: apart,
		levels: levels, slots: slots, pitch: time.Duration(spanS/(slots+1)) * time.Second,
	}
	w.middles = middles(places)
	count := levels * slots * places
	w.stacks = make([][]*intent, count*kind.phases)
	w.last = make([]write, count)
	for k := range w.last {
		w.last[k].at = never
	}
	if subscribe {
		for range usses {
			w.subscriptions = append(w.subscriptions, w.uuid4())
		}
	}
	order := w.rng.Perm(len(w.stacks))
	for k := range n {
		site, phase := order[k%len(order)]/kind.phases, order[k%len(order)]%kind.phases
		w.create(site, phase, never)
	}
	return w
}

// middles spreads places over a country the size of Germany; the first is the busy cell.
func middles(places int) []point {
	side := int(math.Ceil(math.Sqrt(float64(places))))
	out := make([]point, places)
	for k := range out {
		i, j := k/side, k%side
		out[k] = point{47.4 + 7.4*float64(i)/float64(side), 6.1 + 8.7*float64(j)/float64(side)}
	}
	return out
}

func (w *world) create(site, phase int, at time.Duration) *intent {
	place, level, slot := w.parts(site)
	it := &intent{
		id: w.uuid4(), uss: w.rng.Intn(w.usses), state: "Accepted", place: place, level: level, slot: slot,
		phase: phase, wrote: at, read: never, index: len(w.live), shape: w.shape(place),
	}
	it.ovn = it.id + "_" + w.uuid7(at)
	w.live = append(w.live, it)
	w.stacks[site*w.phases+phase] = append(w.stacks[site*w.phases+phase], it)
	return it
}

// remove takes an intent out of the model.
func (w *world) remove(it *intent) {
	if it.index < 0 {
		return
	}
	moved := w.live[len(w.live)-1]
	w.live[it.index], moved.index = moved, it.index
	w.live = w.live[:len(w.live)-1]
	it.index = -1
	k := w.site(it.place, it.level, it.slot)*w.phases + it.phase
	for i, other := range w.stacks[k] {
		if other == it {
			w.stacks[k] = append(w.stacks[k][:i], w.stacks[k][i+1:]...)
			return
		}
	}
}

// next chooses where a write goes, so that all writes relevant to it are long enough ago; the intent that is there is
// nil for a create.
func (w *world) next(op int, at time.Duration) (site, phase int, it *intent, ok bool) {
	for range 2 * len(w.last) {
		site, phase = w.cursor, w.turn
		w.cursor++
		if w.cursor == len(w.last) {
			w.cursor, w.turn = 0, (w.turn+1)%w.phases
		}
		if !w.clear(site, phase, at) {
			continue
		}
		if op == opCreate {
			return site, phase, nil, true
		}
		for _, it := range w.stacks[site*w.phases+phase] {
			if op == opUpdate || at-it.read >= guard {
				return site, phase, it, true
			}
		}
	}
	w.unspaced++
	return 0, 0, nil, false
}

// clear says whether no write that is relevant to one here was made too short a time ago.
func (w *world) clear(site, phase int, at time.Duration) bool {
	place, level, slot := w.parts(site)
	for l := max(level-1, 0); l <= min(level+1, w.levels-1); l++ {
		for s := max(slot-1, 0); s <= min(slot+1, w.slots-1); s++ {
			last := w.last[w.site(place, l, s)]
			same := l == level && s == slot
			if at-last.at < w.apart && (same || w.meet(level, slot, phase, l, s, last.phase)) {
				return false
			}
		}
	}
	return true
}

func (w *world) wrote(site, phase int, at time.Duration) { w.last[site] = write{at, phase} }

// shift is how far a phase is moved in level and in time, in parts of a slot (1 / phases).
func (w *world) shift(phase int) (int, int) { return phase, phase * (w.phases - 1) % w.phases }

func (w *world) meet(l1, s1, p1, l2, s2, p2 int) bool {
	a1, b1 := w.shift(p1)
	a2, b2 := w.shift(p2)
	dl, ds := (l1-l2)*w.phases+a1-a2, (s1-s2)*w.phases+b1-b2
	return dl < w.phases && -dl < w.phases && ds < w.phases && -ds < w.phases
}

// relevant calls f with each intent that is relevant to one of a place, level, slot and phase.
func (w *world) relevant(place, level, slot, phase int, f func(*intent)) {
	for l := max(level-1, 0); l <= min(level+1, w.levels-1); l++ {
		for s := max(slot-1, 0); s <= min(slot+1, w.slots-1); s++ {
			site := w.site(place, l, s)
			for p := range w.phases {
				if w.meet(level, slot, phase, l, s, p) {
					for _, it := range w.stacks[site*w.phases+p] {
						f(it)
					}
				}
			}
		}
	}
}

// site: places are next to each other, then levels, then slots; see the turn of the writes.
func (w *world) site(place, level, slot int) int {
	return (slot*w.levels+level)*len(w.middles) + place
}

func (w *world) parts(site int) (place, level, slot int) {
	rest := site / len(w.middles)
	return site % len(w.middles), rest % w.levels, rest / w.levels
}

// bounds of an intent's levels [m above WGS 84] and times.
func (w *world) bounds(level, slot, phase int) (lowM, highM float64, start, end time.Time) {
	a, b := w.shift(phase)
	lowM = firstLevelM + levelPitchM*(float64(level)+float64(a)/float64(w.phases))
	offset := time.Duration(float64(w.pitch) * (float64(slot) + float64(b)/float64(w.phases)))
	start = w.base.Add(marginS*time.Second + offset)
	return lowM, lowM + filled*levelPitchM, start, start.Add(time.Duration(filled * float64(w.pitch)))
}

func (w *world) shape(place int) shape {
	middle := moved(w.middles[place], w.rng.Float64()*jitterM, w.rng.Float64()*2*math.Pi)
	radiusM := shapeMinM + w.rng.Float64()*(shapeMaxM-shapeMinM)
	made := shape{circle: w.rng.Intn(4) == 0, middle: middle, radiusM: radiusM}
	if !made.circle {
		corners := 6 + w.rng.Intn(7)
		for k := range corners {
			made.ring = append(made.ring, moved(middle, radiusM, 2*math.Pi*float64(k)/float64(corners)))
		}
	}
	return made
}

const metresPerDegree = 111_195.0

func moved(from point, byM, angle float64) point {
	east := byM * math.Cos(angle) / (metresPerDegree * math.Cos(from.lat*math.Pi/180))
	return point{from.lat + byM*math.Sin(angle)/metresPerDegree, from.lng + east}
}

func (w *world) uuid4() string {
	a, b := w.rng.Uint64(), w.rng.Uint64()
	return uuid(a&^0xf000|0x4000, b&^(3<<62)|1<<63)
}

// uuid7 is an OVN's suffix, of the time at which a write is planned; for the first intents, of the base time.
func (w *world) uuid7(at time.Duration) string {
	ms := uint64(w.base.UnixMilli())
	if at >= 0 {
		ms = uint64(time.Now().UnixMilli())
	}
	a, b := w.rng.Uint64(), w.rng.Uint64()
	return uuid(ms<<16|0x7000|a&0xfff, b&^(3<<62)|1<<63)
}

func uuid(a, b uint64) string {
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&(1<<48-1))
}
