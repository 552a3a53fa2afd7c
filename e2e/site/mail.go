package site

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
)

// Mailbox is a mail server that keeps what the site sends.
type Mailbox struct {
	listener net.Listener
	clients  sync.WaitGroup

	mu    sync.Mutex
	mails []Mail
	grown chan struct{} // closed and replaced at each new mail
}

// Mail is one e-mail.
type Mail struct {
	To      string
	Subject string
	Body    string // as it was sent: its parts, encoded
}

// newMailbox listens on a port of the loopback interface.
func newMailbox() (*Mailbox, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	m := &Mailbox{listener: listener, grown: make(chan struct{})}
	m.clients.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			m.clients.Go(func() {
				defer func() { _ = conn.Close() }()
				_ = m.serve(conn) // a client that goes away takes its mail with it
			})
		}
	})
	return m, nil
}

func (m *Mailbox) port() string {
	_, port, _ := net.SplitHostPort(m.listener.Addr().String())
	return port
}

// serve speaks as much SMTP as Mattermost does.
func (m *Mailbox) serve(conn io.ReadWriter) error {
	text := textproto.NewReader(bufio.NewReader(conn))
	reply := func(line string) error {
		_, err := io.WriteString(conn, line+"\r\n")
		return err
	}
	if err := reply("220 mailbox"); err != nil {
		return err
	}
	for to := ""; ; {
		line, err := text.ReadLine()
		if err != nil {
			return err
		}
		answer := "250 fine"
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "RCPT":
			to = strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
		case "DATA":
			if err := reply("354 go on"); err != nil {
				return err
			}
			if err := m.keep(to, text.DotReader()); err != nil {
				return err
			}
		case "QUIT":
			return reply("221 goodbye")
		}
		if err := reply(answer); err != nil {
			return err
		}
	}
}

func (m *Mailbox) keep(to string, data io.Reader) error {
	message, err := mail.ReadMessage(data)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(message.Body)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, Mail{To: to, Subject: subject, Body: string(body)})
	close(m.grown)
	m.grown = make(chan struct{})
	return nil
}

// To returns the mails that a person has got so far.
func (m *Mailbox) To(address string) []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Mail
	for _, one := range m.mails {
		if one.To == address {
			found = append(found, one)
		}
	}
	return found
}

// Wait returns the first mail that matches, as soon as it is there.
func (m *Mailbox) Wait(ctx context.Context, matches func(Mail) bool) (Mail, error) {
	for seen := 0; ; {
		m.mu.Lock()
		mails, grown := m.mails[seen:], m.grown
		m.mu.Unlock()
		for _, one := range mails {
			if matches(one) {
				return one, nil
			}
		}
		seen += len(mails)
		select {
		case <-grown:
		case <-ctx.Done():
			return Mail{}, fmt.Errorf("wait for an e-mail: %w", ctx.Err())
		}
	}
}

func (m *Mailbox) stop() error {
	err := m.listener.Close()
	m.clients.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
