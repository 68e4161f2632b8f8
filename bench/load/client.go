package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"time"
)

// A connection that is kept alive, and opened again after an error.
type connection struct {
	address string
	timeout time.Duration
	conn    net.Conn
	reader  *bufio.Reader
	body    []byte
}

var errResponse = errors.New("not a response of HTTP/1.1 with a Content-Length")

// send makes one request; the body is good until the next.
func (c *connection) send(request []byte) (status int, body []byte, err error) {
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", c.address, c.timeout); err != nil {
			return 0, nil, err
		}
		c.reader = bufio.NewReaderSize(c.conn, 1<<16)
	}
	status, body, err = c.exchange(request)
	if err != nil {
		c.close()
	}
	return status, body, err
}

func (c *connection) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

func (c *connection) exchange(request []byte) (int, []byte, error) {
	if err := c.conn.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, nil, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, nil, err
	}
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, nil, errResponse
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, nil, errResponse
	}
	length, closing := -1, false
	for {
		line, err = c.reader.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		if bytes.EqualFold(name, []byte("content-length")) {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, errResponse
			}
		}
		closing = closing || bytes.EqualFold(name, []byte("connection")) && bytes.EqualFold(value, []byte("close"))
	}
	if length < 0 {
		return 0, nil, errResponse
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	_, err = io.ReadFull(c.reader, c.body[:length])
	if closing {
		c.close()
	}
	return status, c.body[:length], err
}
