package config_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/config"
)

func TestEditsAtOnceLoseNothing(t *testing.T) {
	p := newPlace(t)
	var wait sync.WaitGroup
	const writers, each = 8, 5
	stop := make(chan struct{})
	readers := sync.WaitGroup{}
	readers.Go(func() { // whoever reads meanwhile sees a whole file
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := config.Read(p.sources()); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for writer := range writers {
		wait.Go(func() {
			for i := range each {
				if _, err := editor(t, p).Set(t.Context(), fmt.Sprintf("profiles.w%d.clusters.c%d.context", writer, i), "x"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	close(stop)
	readers.Wait()
	file, err := config.Read(p.sources())
	if err != nil {
		t.Fatal(err)
	}
	for writer := range writers {
		if got := len(file.Config.Profiles[fmt.Sprintf("w%d", writer)].Clusters); got != each {
			t.Errorf("writer %d: %d of %d are there", writer, got, each)
		}
	}
}

func TestWaitingForAnotherEndsWithTheContext(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, full)
	unlock, err := config.HoldLock(filepath.Join(filepath.Dir(p.config()), ".config.yaml.lock"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = editor(t, p).Use(ctx, "test")
	wantError(t, "locked", p, err, "writing config HOME/.config/bcpaas/config.yaml: context deadline exceeded")
	unlock()
	if _, err = editor(t, p).Use(t.Context(), "test"); err != nil {
		t.Error(err)
	}
}
