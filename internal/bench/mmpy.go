package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/mmpy/mmpy/server"
)

//go:embed plugin
var pluginFiles embed.FS

// writePlugin writes the plugin's source into dir.
func writePlugin(dir string) error {
	files, err := fs.Sub(pluginFiles, "plugin")
	if err == nil {
		err = os.CopyFS(dir, files)
	}
	if err != nil {
		return fmt.Errorf("write the Python plugin: %w", err)
	}
	return nil
}

// mmpyProcess is the plugin as people install it: packed with the mmpy command, unpacked as the server does, and started
// by Mattermost's plugin environment.
func mmpyProcess(ctx context.Context, dir string) (way, error) {
	w := way{name: "mmpy, as a plugin process"}
	source, plugins := filepath.Join(dir, "source"), filepath.Join(dir, "plugins")
	binary, bundle := filepath.Join(dir, "mmpy"), filepath.Join(dir, "bundle.tar.gz")
	if err := errors.Join(writePlugin(source), build(ctx, binary, "./cmd/mmpy")); err != nil {
		return w, err
	}
	if output, err := exec.CommandContext(ctx, binary, "pack", source, "-o", bundle).CombinedOutput(); err != nil {
		return w, fmt.Errorf("pack the plugin: %w\n%s", err, output)
	}
	if err := unpack(bundle, plugins); err != nil {
		return w, fmt.Errorf("unpack the bundle: %w", err)
	}
	w.start = inEnvironment(plugins)
	w.cold = func(ctx context.Context) (cold, error) { return startCold(ctx, w, plugins) }
	return w, nil
}

// unpack extracts the folders and files of a bundle.
func unpack(bundle, dir string) (err error) {
	file, err := os.Open(bundle)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag == tar.TypeDir {
			err = root.MkdirAll(header.Name, 0o700)
		} else {
			err = extract(root, header, archive)
		}
		if err != nil {
			return err
		}
	}
}

// extract writes one file of a bundle.
func extract(root *os.Root, header *tar.Header, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(header.Name), 0o700); err != nil {
		return err
	}
	file, err := root.OpenFile(header.Name, os.O_CREATE|os.O_WRONLY, header.FileInfo().Mode())
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

// mmpyInProcess is the plugin in this process, as a Go program embeds it.
func mmpyInProcess(_ context.Context, dir string) (way, error) {
	w := way{name: "mmpy, in process"}
	if err := writePlugin(dir); err != nil {
		return w, err
	}
	w.start = func(ctx context.Context) (*running, error) {
		bundle, err := server.Open(dir)
		if err != nil {
			return nil, err
		}
		p, err := server.New(ctx, server.Config{Bundle: bundle, API: newHost(bundle.Manifest().Model)})
		if err != nil {
			return nil, errors.Join(err, bundle.Close())
		}
		stop := func() error { return errors.Join(p.Close(context.WithoutCancel(ctx)), bundle.Close()) }
		if err := errors.Join(p.OnConfigurationChange(), p.OnActivate()); err != nil {
			return nil, errors.Join(err, stop())
		}
		return throughHooks(p, 0, stop), nil
	}
	return w, nil
}
