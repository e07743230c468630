package config

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// Windows has access lists in place of modes; those of the profile folder keep others out.
func untrusted(string, fs.FileInfo) (complaint, mend string) { return "", "" }

func ofAnother(fs.FileInfo) bool { return false }

func keepOwner(*os.File, fs.FileInfo) {}

func syncFolder(string) {}

// tryLock opens the file at path so that nobody else can, or answers false when another has it open. The system closes it
// with the process, however that ends.
func tryLock(path string) (unlock func(), ok bool, err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, false, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	const sharingViolation = syscall.Errno(32)
	switch {
	case errors.Is(err, sharingViolation):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return func() { _ = syscall.CloseHandle(handle) }, true, nil
}
