package server

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/prometheus/common/expfmt"

	"github.com/mmpy/mmpy/abi"
)

// ServeMetrics answers a request to the plugin's metrics. At their root these are mmpy's own, after those that the plugin
// gives there; a plugin that does not define the hook has mmpy's alone. What the plugin answers with another status, in
// another format or encoded is left as it is. Other paths are the plugin's, as in ServeHTTP.
func (p *Plugin) ServeMetrics(c *plugin.Context, w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "" && r.URL.Path != "/" {
		_ = p.serveHTTP(abi.HookServeMetrics, c, w, r)
		return
	}
	if p.defined.Load() == nil {
		_ = p.Start(context.Background()) // which says whether it defines the hook; where it fails, so does that
	}
	if p.defined.Load() != nil && !p.defines(abi.HookServeMetrics) {
		p.Metrics().ServeHTTP(w, r)
		return
	}
	response := &metricsResponse{ResponseWriter: w, head: r.Method == http.MethodHead}
	if p.serveHTTP(abi.HookServeMetrics, c, response, askForText(r)) != nil || !response.open {
		return
	}
	if response.last != '\n' && response.last != 0 {
		_, _ = w.Write([]byte("\n")) // or its last line would be one with our first; an error will come back
	}
	p.Metrics().write(w)
}

// askForText is the request with the wish for a response that text can follow.
func askForText(r *http.Request) *http.Request {
	asking := *r
	asking.Header = r.Header.Clone()
	if asking.Header == nil {
		asking.Header = http.Header{}
	}
	asking.Header.Set("Accept", string(textFormat))
	asking.Header.Del("Accept-Encoding")
	return &asking
}

// text is the metrics in Prometheus' text format.
func (m *Metrics) text() ([]byte, error) {
	families, err := m.Gather()
	var text bytes.Buffer
	for _, family := range families {
		_, written := expfmt.MetricFamilyToText(&text, family)
		err = errors.Join(err, written)
	}
	return text.Bytes(), err
}

// metricsResponse is the response that the plugin gives to a request for its metrics. What text can follow stays open.
type metricsResponse struct {
	http.ResponseWriter
	head  bool // it has no body
	begun bool
	open  bool
	last  byte // of the body; 0 where there is none yet
}

// WriteHeader begins the response.
func (m *metricsResponse) WriteHeader(status int) {
	header := m.Header()
	if !m.begun && status >= http.StatusOK {
		m.begun = true
		kind := header.Get("Content-Type")
		if kind == "" && status == http.StatusOK {
			header.Set("Content-Type", string(textFormat)) // Prometheus takes nothing without
		}
		m.open = status == http.StatusOK && !m.head && header.Get("Content-Encoding") == "" && (kind == "" || isText(kind))
		if m.open {
			header.Del("Content-Length")
		}
	}
	m.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the body.
func (m *metricsResponse) Write(part []byte) (int, error) {
	if !m.begun {
		m.WriteHeader(http.StatusOK)
	}
	if len(part) > 0 {
		m.last = part[len(part)-1]
	}
	return m.ResponseWriter.Write(part)
}

// Unwrap is for http.ResponseController.
func (m *metricsResponse) Unwrap() http.ResponseWriter { return m.ResponseWriter }

// isText says whether a content type is Prometheus' text format, which a plain text is taken for.
func isText(contentType string) bool {
	kind, parameters, err := mime.ParseMediaType(contentType)
	version := parameters["version"]
	return err == nil && kind == "text/plain" && (version == "" || version == expfmt.TextVersion)
}
