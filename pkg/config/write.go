package config

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

const lockPatience = 10 * time.Second

// followLinks finds the file to be replaced: a config that is a link into somebody's dotfiles stays one.
func followLinks(path string) (string, error) {
	for range 20 {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		target, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", errors.New("too many links")
}

// lock keeps other bcpaas processes from editing the file. With create the folder is made; without it a missing folder is
// fs.ErrNotExist.
func lock(ctx context.Context, path string, create bool) (unlock func(), err error) {
	folder, name := filepath.Split(path)
	if create {
		if err := os.MkdirAll(filepath.Clean(folder), 0o700); err != nil {
			return nil, fault.New(fault.Usage, "writing config %s: %w", path, err)
		}
	}
	deadline := time.Now().Add(lockPatience)
	for {
		unlock, ok, err := tryLock(filepath.Join(folder, "."+name+".lock"))
		switch {
		case err != nil:
			return nil, fault.New(fault.Usage, "writing config %s: %w", path, err)
		case ok:
			return unlock, nil
		case time.Now().After(deadline):
			return nil, fault.New(fault.Conflict, "writing config %s: another bcpaas has been writing it for %s", path, lockPatience)
		}
		select {
		case <-ctx.Done():
			return nil, fault.New(fault.Interrupted, "writing config %s: %w", path, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// writeAtomically replaces a file, or makes it readable for its owner only. Whoever reads at the same time sees the old one
// or the new one.
func writeAtomically(path string, data []byte, old fs.FileInfo) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename there is nothing left to remove
	mode := fs.FileMode(0o600)
	if old != nil {
		keepOwner(f, old)
		mode = old.Mode().Perm() &^ 0o022
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}
