package inspect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mmpy/mmpy/internal/bundle"
	"github.com/mmpy/mmpy/internal/grant"
)

// column is the width of the first one.
const column = 18

// page is text in two columns. What comes from a bundle is escaped where a terminal would obey it.
type page struct{ strings.Builder }

func (p *page) row(title, format string, args ...any) {
	fmt.Fprintf(p, "%-*s%s\n", column, title, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// list is a row with names, as many as one can take in.
func (p *page) list(title string, names []string, none string) {
	const width = 102
	if len(names) == 0 {
		p.row(title, "%s", none)
		return
	}
	const most = 4 // lines
	line, lines := "", 0
	for n, name := range names {
		text := bundle.Shown(name)
		if n < len(names)-1 {
			text += ", "
		}
		if len(line)+len(text) > width {
			if lines++; lines == most {
				p.row(title, "%sand %d more", line, len(names)-n)
				return
			}
			p.row(title, "%s", line)
			title, line = "", ""
		}
		line += text
	}
	p.row(title, "%s", line)
}

// Text is the report for people.
func (r *Report) Text() string {
	p := &page{}
	p.row(bundle.Shown(strings.TrimSpace(r.ID+" "+r.Version))+"   ", "%s", bundle.Shown(r.Name))
	p.row("bundle", "%s", r.size())
	if r.SHA256 != "" {
		p.row("", "sha256 %s", r.SHA256)
	}
	if r.Packed {
		p.row("for", "%s", bundle.Shown(strings.Join(r.Platforms, ", ")+r.server()))
	}
	r.rights(p)
	r.contents(p)
	for _, part := range r.Parts {
		p.row(part.Name, "%-13s%s", string(part.Verdict), part.text())
		if part.SHA256 != "" {
			p.row("", "%13ssha256 %s", "", part.SHA256)
		}
	}
	if r.Image != nil {
		r.Image.text(p)
	}
	return p.String()
}

func (p Part) text() string {
	return bundle.Shown(strings.TrimPrefix(strings.TrimSuffix(p.File+", "+p.Note, ", "), ", "))
}

func (r *Report) size() string {
	if !r.Packed {
		return fmt.Sprintf("none: a folder of sources, %d files", r.Files)
	}
	text := fmt.Sprintf("%s unpacked, %d files of the plugin's", megabytes(r.Unpacked), r.Files)
	if r.Size > 0 {
		text = megabytes(r.Size) + ", " + text
	}
	return text
}

func (r *Report) server() string {
	if r.MinServerVersion == "" {
		return ""
	}
	return ", Mattermost " + r.MinServerVersion + " or newer"
}

// rights are what the plugin may do.
func (r *Report) rights(p *page) {
	g := &r.Granted
	p.list("hooks", r.Hooks, "none")
	if len(g.NoHooks) > 0 {
		p.list("  not granted", g.NoHooks, "")
	}
	g.calls(p)
	p.list("hosts", g.Hosts, "none")
	if len(g.Networks) > 0 {
		p.list("  and networks", g.Networks, "")
	}
	if g.Proxy {
		p.row("", "through the server's proxy")
	}
	p.row("when it fails", "%s", map[string]string{
		"": "unknown", "open": "open: as if there were no plugin", "closed": "closed: what it was asked about is rejected",
	}[g.OnFailure])
	if g.Limits != nil {
		limits(p, g.Limits)
	}
}

// calls are the methods of the API, asked for and granted.
func (g *Granted) calls(p *page) {
	asked := slices.Clone(g.Asked.API)
	if asked == nil {
		asked = []string{grant.Default}
	}
	for _, host := range g.Asked.HTTP {
		asked = append(asked, "the host "+host)
	}
	for _, hook := range g.Asked.Hooks {
		asked = append(asked, "the hook "+hook)
	}
	p.list("asks for", asked, "nothing")
	if g.Policy != "" {
		p.row("policy", "%s", bundle.Shown(g.Policy))
	}
	var ordinary, sensitive []string
	for _, group := range g.Groups {
		name := group.Name
		if group.Granted < group.Methods {
			name += fmt.Sprintf(" (%d of %d)", group.Granted, group.Methods)
		}
		switch {
		case group.Granted == 0:
		case group.Sensitive:
			sensitive = append(sensitive, name)
		default:
			ordinary = append(ordinary, name)
		}
	}
	p.list(fmt.Sprintf("may call %d", g.Calls), ordinary, "nothing")
	p.list("  sensitive", sensitive, "nothing")
}

func limits(p *page, l *grant.Limits) {
	p.row("limits", "memory %s, /tmp %s; a hook %s, for a user %s, %s of CPU; CPU %d %%", mebibytes(l.Memory), mebibytes(l.TmpBytes),
		brief(l.HookTime), brief(l.UserHookTime), brief(l.HookCPU), l.CPUShare)
	p.row("", "%d hooks at once, %d waiting, %d nested; %d calls/s; %d keys/min, %s; log %d lines/min, %s", l.InFlight, l.Queue, l.Nesting,
		l.CallRate, l.KVKeys, mebibytes(l.KVBytes), l.LogLines, mebibytes(l.LogBytes))
}

// contents are what else is in the bundle.
func (r *Report) contents(p *page) {
	var names []string
	for _, known := range r.Packages {
		name := known.Name
		if known.Distribution != "" {
			name += " (" + known.Distribution + " " + known.Version + ")"
		}
		names = append(names, name)
	}
	p.list("Python modules", names, "none but the main file")
	names = nil
	for _, native := range r.Native {
		names = append(names, native.File+" ("+native.Kind+")")
	}
	p.list("native code", names, "none of the plugin's")
	if len(names) > 0 {
		p.row("", "it cannot be run in the sandbox")
	}
	if r.Webapp != "" {
		p.row("webapp", "%s: JavaScript, which runs in people's browsers and not in the sandbox", bundle.Shown(r.Webapp))
	}
}

func (i *Image) text(p *page) {
	switch {
	case len(i.Refused) > 0:
		reasons := slices.Clone(i.Refused)
		reasons[0] = "none: " + reasons[0]
		p.list("memory image", reasons, "")
	default:
		p.row("memory image", "%s", mebibytes(int64(i.Size)))
	}
	p.row("  loaded", "%d modules of Python's, %d of the SDK's", len(i.Python), len(i.SDK))
	if len(i.Plugin) > 0 {
		p.list("  of the plugin's", i.Plugin, "")
	}
	const most = 3
	for n, line := range i.Said {
		if n == most {
			p.row("", "and %d lines more", len(i.Said)-n)
			break
		}
		p.row("  it said", "%s %s", line.Level, bundle.Shown(line.Text))
	}
}

// mebibytes is a limit; they are in powers of two.
func mebibytes(bytes int64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(bytes)/(1<<20)), ".0") + " MiB"
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }

// brief is a duration without what is nought.
func brief(d time.Duration) string {
	if d%time.Second == 0 && d < 2*time.Minute {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return d.String()
}
