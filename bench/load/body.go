package main

import (
	"fmt"
	"strconv"
	"time"
)

const (
	opCreate = iota
	opRead
	opQuery
	opUpdate
	opDelete
	ops
)

var opNames = [ops]string{"create", "read", "query", "update", "delete"}

const intentPath = "/dss/v1/operational_intent_references"

// call is one request, ready to be sent, and what is to be done when it is answered.
type call struct {
	op     int
	at     time.Duration // planned start
	bytes  []byte
	it     *intent
	keys   int
	expect int // of a query: how many intents the model has there
}

func ussURL(uss int) string { return "https://uss" + strconv.Itoa(uss+1) + ".example.com/utm" }

func appendVolume(out []byte, s shape, lowM, highM float64, start, end time.Time) []byte {
	out = append(out, `{"volume":{`...)
	if s.circle {
		out = append(out, `"outline_circle":{"center":`...)
		out = appendPoint(out, s.middle)
		out = append(out, `,"radius":{"value":`...)
		out = strconv.AppendFloat(out, s.radiusM, 'f', 2, 64)
		out = append(out, `,"units":"M"}},`...)
	} else {
		out = append(out, `"outline_polygon":{"vertices":[`...)
		for k, p := range s.ring {
			if k > 0 {
				out = append(out, ',')
			}
			out = appendPoint(out, p)
		}
		out = append(out, `]},`...)
	}
	out = appendAltitude(out, "altitude_lower", lowM)
	out = append(out, ',')
	out = appendAltitude(out, "altitude_upper", highM)
	out = append(out, `},`...)
	out = appendTime(out, "time_start", start)
	out = append(out, ',')
	out = appendTime(out, "time_end", end)
	return append(out, '}')
}

func appendPoint(out []byte, p point) []byte {
	out = append(out, `{"lat":`...)
	out = strconv.AppendFloat(out, p.lat, 'f', 7, 64)
	out = append(out, `,"lng":`...)
	out = strconv.AppendFloat(out, p.lng, 'f', 7, 64)
	return append(out, '}')
}

func appendAltitude(out []byte, name string, valueM float64) []byte {
	out = append(out, '"')
	out = append(out, name...)
	out = append(out, `":{"value":`...)
	out = strconv.AppendFloat(out, valueM, 'f', 3, 64)
	return append(out, `,"reference":"W84","units":"M"}`...)
}

func appendTime(out []byte, name string, t time.Time) []byte {
	out = append(out, '"')
	out = append(out, name...)
	out = append(out, `":{"value":"`...)
	out = t.UTC().AppendFormat(out, "2006-01-02T15:04:05.000Z")
	return append(out, `","format":"RFC3339"}`...)
}

// putBody is the body of a create or an update; keys: the OVNs that it shows.
func (w *world) putBody(it *intent, keys []string) []byte {
	low, high, start, end := w.bounds(it.level, it.slot, it.phase)
	out := append(make([]byte, 0, 1536+80*len(keys)), `{"extents":[`...)
	out = appendVolume(out, it.shape, low, high, start, end)
	out = append(out, `],"state":"`...)
	out = append(out, it.state...)
	out = append(out, `","uss_base_url":"`...)
	out = append(out, ussURL(it.uss)...)
	out = append(out, `","requested_ovn_suffix":"`...)
	out = append(out, it.ovn[37:]...)
	if len(w.subscriptions) > 0 {
		out = append(out, `","subscription_id":"`...)
		out = append(out, w.subscriptions[it.uss]...)
	}
	out = append(out, `","key":[`...)
	for k, key := range keys {
		if k > 0 {
			out = append(out, ',')
		}
		out = append(out, '"')
		out = append(out, key...)
		out = append(out, '"')
	}
	return append(out, `]}`...)
}

// queryBody asks for what is relevant to one place on the lattice.
func (w *world) queryBody(place, level, slot, phase int) []byte {
	low, high, start, end := w.bounds(level, slot, phase)
	out := append(make([]byte, 0, 512), `{"area_of_interest":`...)
	out = appendVolume(out, shape{circle: true, middle: w.middles[place], radiusM: shapeMaxM}, low, high, start, end)
	return append(out, '}')
}

func (w *world) subscriptionBody(uss int) []byte {
	out := append([]byte(nil), `{"extents":`...)
	area := shape{circle: true, middle: w.middles[0], radiusM: 1_000}
	top := firstLevelM + levelPitchM*float64(w.levels+1)
	out = appendVolume(out, area, 0, top, w.base, w.base.Add(24*time.Hour))
	return append(out, fmt.Sprintf(
		`,"uss_base_url":"%s","notify_for_operational_intents":true,"notify_for_constraints":false}`, ussURL(uss))...)
}

// request is the bytes of a request of HTTP/1.1.
func request(method, path, host, token string, body []byte) []byte {
	out := make([]byte, 0, 160+len(path)+len(token)+len(body))
	out = append(out, method...)
	out = append(out, ' ')
	out = append(out, path...)
	out = append(out, " HTTP/1.1\r\nHost: "...)
	out = append(out, host...)
	out = append(out, "\r\nAuthorization: Bearer "...)
	out = append(out, token...)
	if body != nil {
		out = append(out, "\r\nContent-Type: application/json\r\nContent-Length: "...)
		out = strconv.AppendInt(out, int64(len(body)), 10)
	}
	out = append(out, "\r\n\r\n"...)
	return append(out, body...)
}
