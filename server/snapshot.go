package server

import (
	"context"
	"errors"
	"io"
)

// Snapshot makes sure that there is a snapshot of the loaded plugin, if there can be one, so that it starts in
// milliseconds. A *wasmhost.SnapshotError says why there cannot.
func (p *Plugin) Snapshot(ctx context.Context) error {
	i, err := p.interpreter(ctx)
	if err != nil {
		return err
	}
	return i.program.Snapshot(ctx)
}

// WriteSnapshot writes the snapshot for the plugin's bundle; or that there can be none.
func (p *Plugin) WriteSnapshot(ctx context.Context, w io.Writer) error {
	i, err := p.interpreter(ctx)
	if err != nil {
		return err
	}
	return i.program.WriteSnapshot(ctx, w)
}

func (p *Plugin) interpreter(ctx context.Context) (*interpreter, error) {
	engine, err := p.theEngine(ctx)
	if err != nil {
		return nil, err
	}
	i, ok := engine.(*interpreter)
	if !ok {
		return nil, errors.New("the plugin does not run in the interpreter")
	}
	return i, nil
}
