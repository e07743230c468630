//go:build unix

package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// untrusted says why others could have written a file that makes us run a command, and how to mend that.
func untrusted(path string, info fs.FileInfo) (complaint, mend string) {
	switch {
	case !info.Mode().IsRegular(): // a pipe from a program of ours has no mode of its own to judge
		return "", ""
	case foreign(info):
		return "belongs to another user", fmt.Sprintf("chown %d %s, after reading what it runs", os.Geteuid(), path)
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Sprintf("others can write it (mode %04o)", info.Mode().Perm()), "chmod 600 " + path + ", after reading what it runs"
	}
	folder, err := os.Stat(filepath.Dir(path))
	if err == nil && folder.Mode().Perm()&0o002 != 0 && folder.Mode()&fs.ModeSticky == 0 {
		return "everybody can replace it in its folder", "chmod 700 " + filepath.Dir(path)
	}
	return "", ""
}

// foreign: neither ours nor root's.
func foreign(info fs.FileInfo) bool {
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && owner.Uid != 0 && int(owner.Uid) != os.Geteuid()
}

// ofAnother is foreign, but root in a build container works in folders of others all the time.
func ofAnother(info fs.FileInfo) bool { return os.Geteuid() != 0 && foreign(info) }

// keepOwner lets root edit a file of somebody without taking it away. It fails for others, to whom it does not matter.
func keepOwner(f *os.File, info fs.FileInfo) {
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(owner.Uid), int(owner.Gid))
	}
}

// tryLock locks the file at path for this process, or answers false when another holds it. The lock ends with the process,
// however that ends; the file stays, since removing it would let two hold a lock on different files of one name.
func tryLock(path string) (unlock func(), ok bool, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err {
	case nil:
		return func() { f.Close() }, true, nil
	case syscall.EWOULDBLOCK, syscall.EINTR:
		f.Close()
		return nil, false, nil
	default:
		f.Close()
		return nil, false, err
	}
}

// syncFolder makes a rename last.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		folder.Close()
	}
}
