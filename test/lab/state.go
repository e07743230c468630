//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// process is a server the lab started. A pid alone is not an identity: the kernel gives it to somebody else later. With the
// start time (in clock ticks since boot) it is one, within one boot.
type process struct {
	PID    int    `json:"pid"`
	Start  uint64 `json:"start"`
	Boot   string `json:"boot"`
	Digest string `json:"digest"` // of the command line and the files it reads: a change means a restart
}

// record is what state.json holds.
type record struct {
	Ports     map[string]int     `json:"ports"`
	Processes map[string]process `json:"processes"`
	Sysctls   map[string]string  `json:"sysctls,omitempty"` // as they were before the node changed them
	Stamps    map[string]string  `json:"stamps,omitempty"`  // work done once, e.g. which images were pushed
}

// store keeps the record in a file, written anew and renamed at each change.
type store struct {
	mu   sync.Mutex
	file string
	record
}

func loadState(file string) (*store, error) {
	s := &store{file: file}
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the lab's state: %w", err)
	}
	if err == nil {
		if err := json.Unmarshal(data, &s.record); err != nil {
			return nil, fmt.Errorf("reading the lab's state from %s: %w", file, err)
		}
	}
	if s.Ports == nil {
		s.Ports = map[string]int{}
	}
	if s.Processes == nil {
		s.Processes = map[string]process{}
	}
	if s.Sysctls == nil {
		s.Sysctls = map[string]string{}
	}
	if s.Stamps == nil {
		s.Stamps = map[string]string{}
	}
	return s, nil
}

// change applies one change and writes the file.
func (s *store) change(apply func(*record)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	apply(&s.record)
	data, err := json.MarshalIndent(s.record, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the lab's state: %w", err)
	}
	return writeFile(s.file, append(data, '\n'), 0o600)
}

func (s *store) process(name string) (process, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.Processes[name]
	return p, ok
}

func (s *store) port(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Ports[name]
}

func (s *store) stamp(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stamps[name]
}

// writeFile writes beside the target and renames, so that a reader never sees half a file.
func writeFile(file string, data []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return nil
}
