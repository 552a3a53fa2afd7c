package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mmpy/mmpy/internal/grant"
	"github.com/mmpy/mmpy/python"
	"github.com/mmpy/mmpy/server/internal/outbound"
	"github.com/mmpy/mmpy/wasmhost"
)

// guestMemory is less than the bodies that pass through the guest.
const guestMemory = 96 << 20

// TestInTheGuest runs the unittest tests of testdata/guest in the sandbox, whose network is servers on loopback. With
// MMPY_GUEST_PACKAGES=FOLDER those of packages run too that lie in the folder: requests, urllib3.
func TestInTheGuest(t *testing.T) {
	w := newWorld(t, func(g *grant.Grant) {
		g.Limits.HTTPAnswer, g.Limits.HTTPRequest, g.Limits.HTTPRate = 1<<30, 1<<30, 100_000
		g.Limits.HTTPTime = time.Minute
	})
	for _, name := range []string{"web.test", "secure.test", "wrong.test"} {
		w.names.set(name, "127.0.0.1")
	}
	w.names.set("inside.test", "10.0.0.1")
	plain := serve(t, site(t))
	secure := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{w.ca.sign(t, time.Now().Add(time.Hour), "secure.test")}}, site(t))
	for _, host := range []string{"web.test", "inside.test", "nowhere.test"} {
		w.grant.Hosts = append(w.grant.Hosts, grant.Host{Pattern: host, Port: portOf(t, plain.URL)})
	}
	for _, host := range []string{"secure.test", "wrong.test"} {
		w.grant.Hosts = append(w.grant.Hosts, grant.Host{Pattern: host, Port: portOf(t, secure.URL)})
	}
	w.grant.Hosts = w.grant.Hosts[1:] // without "*"
	closed := serve(t, echo)
	closed.Close()
	w.grant.Hosts = append(w.grant.Hosts, grant.Host{Pattern: "web.test", Port: portOf(t, closed.URL)})

	ports, err := json.Marshal(map[string]uint16{"web": portOf(t, plain.URL), "secure": portOf(t, secure.URL), "closed": portOf(t, closed.URL)})
	require.NoError(t, err)
	files := fstest.MapFS{"ports.json": {Data: ports}}
	folder := os.DirFS("testdata/guest")
	require.NoError(t, fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(folder, name)
		files[name] = &fstest.MapFile{Data: content}
		return err
	}))

	runtime, err := wasmhost.NewRuntime(t.Context(), wasmhost.NewRuntimeConfig().WithMemoryLimit(guestMemory))
	require.NoError(t, err)
	defer func() { require.NoError(t, runtime.Close(context.WithoutCancel(t.Context()))) }()
	libraries, arguments := map[string]fs.FS{"sdk": python.Files()}, []string{"-W", "error"}
	if folder := os.Getenv("MMPY_GUEST_PACKAGES"); folder != "" { // packages have warnings of their own
		packages, err := os.OpenRoot(folder)
		require.NoError(t, err)
		defer packages.Close()
		libraries["packages"], arguments = packages.FS(), nil
	}
	program, err := runtime.NewProgram(wasmhost.ProgramConfig{Libraries: libraries, Files: files})
	require.NoError(t, err)
	var output bytes.Buffer
	streams := wasmhost.NewStreams()
	arguments = append(arguments, "-m", "unittest", "discover", "-s", "/plugin")
	if match := os.Getenv("MMPY_GUEST_TESTS"); match != "" {
		arguments = append(arguments, "-v", "-k", match)
	}
	code, err := program.Main(t.Context(), wasmhost.InstanceConfig{
		Stdout: &output, Stderr: &output, Streams: streams,
		HTTP: outbound.Function(func() *outbound.Client { return w.Client }, streams),
	}, arguments)
	require.NoError(t, err, output.String())
	require.Zero(t, code, output.String())
	t.Log(strings.TrimSpace(output.String()))
	require.Regexp(t, `Ran \d+ tests`, output.String())
}

// site is what the servers have.
func site(t *testing.T) http.HandlerFunc {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"method": r.Method, "host": r.Host, "url": r.URL.String(), "headers": r.Header, "body": string(body),
			"length": r.ContentLength, "encoding": r.TransferEncoding, "tls": r.TLS != nil,
		})
	})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.PathValue("code"))
		w.WriteHeader(code)
		if code != http.StatusNoContent && code != http.StatusNotModified {
			fmt.Fprintf(w, "this is %d", code)
		}
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	mux.HandleFunc("/cookies", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header()["X-Latin"] = []string{"caf\xe9"}
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Query().Get("size"))
		if r.URL.Query().Has("length") {
			w.Header().Set("Content-Length", strconv.Itoa(size))
		}
		chunk := bytes.Repeat([]byte("0123456789abcdef"), 4096)
		for ; size > 0; size -= len(chunk) {
			if _, err := w.Write(chunk[:min(size, len(chunk))]); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		hash := sha256.New()
		n, err := io.Copy(hash, r.Body)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"size": n, "sha256": hex.EncodeToString(hash.Sum(nil)), "failed": err != nil, "length": r.ContentLength, "encoding": r.TransferEncoding,
		})
	})
	mux.HandleFunc("/early", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		fmt.Fprint(w, "too much")
	})
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/stop", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "begin")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "begin")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/packed", func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			fmt.Fprint(w, "as it is")
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		fmt.Fprint(packed, "unpacked")
		_ = packed.Close()
	})
	meeting := &meeting{all: make(chan struct{})}
	mux.HandleFunc("/meet", func(w http.ResponseWriter, r *http.Request) { meeting.wait(w, r) })
	return mux.ServeHTTP
}

// meeting answers requests when so many are there.
type meeting struct {
	mu    sync.Mutex
	there int
	all   chan struct{}
}

func (m *meeting) wait(w http.ResponseWriter, r *http.Request) {
	wanted, _ := strconv.Atoi(r.URL.Query().Get("of"))
	m.mu.Lock()
	m.there++
	all := m.all
	if m.there == wanted {
		close(m.all)
		m.there, m.all = 0, make(chan struct{})
	}
	m.mu.Unlock()
	select {
	case <-all:
		fmt.Fprint(w, "all are there")
	case <-time.After(20 * time.Second):
		http.Error(w, "the others do not come", http.StatusServiceUnavailable)
	}
}
