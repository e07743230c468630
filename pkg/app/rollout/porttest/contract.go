package porttest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Subject is an implementation of Records and Locker that is to keep the contract.
type Subject struct {
	Records rollout.Records
	Locker  rollout.Locker
	Project string
	// Expire lets the lock of an app run out, as when its holder was killed.
	Expire func(t *testing.T, name string)
	// LostWithin bounds the time until a holder notices that its lock was taken over.
	LostWithin time.Duration
}

// Contract runs the contract of Records and Locker.
func Contract(t *testing.T, s Subject) {
	for name, test := range map[string]func(*testing.T, Subject){
		"empty": testEmpty, "race": testRace, "order": testOrder, "round trip": testRoundTrip, "large": testLarge,
		"finish": testFinish, "drop": testDrop, "lock": testLock, "take over": testTakeOver, "wait": testWait,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

func (s Subject) release(t *testing.T, name string, number int, bodies ...map[string]any) (app.Release, [][]byte) {
	t.Helper()
	hash, chunks, err := app.EncodeContent(bodies)
	if err != nil {
		t.Fatal(err)
	}
	return app.Release{
		ID: number, App: name, Project: s.Project, Who: "ada", Message: "m", ContentHash: hash, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Objects: []app.Ref{{APIVersion: "apps/v1", Kind: "Deployment", Resource: "deployments", Namespace: s.Project, Name: name}},
	}, chunks
}

func (s Subject) begin(t *testing.T, name string, number int, bodies ...map[string]any) app.Release {
	t.Helper()
	release, chunks := s.release(t, name, number, bodies...)
	head, err := s.Records.Head(t.Context(), s.Project, name)
	if err == nil {
		err = s.Records.Begin(t.Context(), head, release, chunks)
	}
	if err != nil {
		t.Fatal(err)
	}
	return release
}

func (s Subject) wantHead(t *testing.T, name string, last, base int) rollout.Head {
	t.Helper()
	head, err := s.Records.Head(t.Context(), s.Project, name)
	if err != nil || head.Last != last || head.Base != base || (head.Token == "") != (last == 0) {
		t.Errorf("head %+v, %v; want last %d, base %d", head, err, last, base)
	}
	return head
}

func body(name, text string) map[string]any {
	return map[string]any{"kind": "Deployment", "metadata": map[string]any{"name": name}, "spec": map[string]any{"n": int64(3), "f": 0.5, "text": text}}
}

func testEmpty(t *testing.T, s Subject) {
	s.wantHead(t, "none", 0, 0)
	if releases, err := s.Records.Releases(t.Context(), s.Project, "none"); len(releases) != 0 || err != nil {
		t.Errorf("%v, %v", releases, err)
	}
}

// Of ten that read the same head exactly one gets through, at the first deployment and at a later one.
func testRace(t *testing.T, s Subject) {
	for number := 1; number <= 2; number++ {
		head := s.wantHead(t, "race", number-1, number-1)
		var won atomic.Int32
		var group sync.WaitGroup
		for racer := range 10 {
			release, chunks := s.release(t, "race", number, body("race", fmt.Sprint(racer)))
			group.Go(func() {
				switch err := s.Records.Begin(t.Context(), head, release, chunks); {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, fault.Conflict):
					t.Errorf("racer %d: %v", racer, err)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 {
			t.Errorf("release %d: %d of 10 won", number, won.Load())
		}
		s.wantHead(t, "race", number, number)
		if releases, err := s.Records.Releases(t.Context(), s.Project, "race"); len(releases) != number || err != nil {
			t.Errorf("%d releases, %v", len(releases), err)
		}
	}
}

func testOrder(t *testing.T, s Subject) {
	for number := 1; number <= 11; number++ { // 10 and 11 sort before 2 as text
		s.begin(t, "order", number, body("order", fmt.Sprint(number)))
	}
	s.begin(t, "order-2", 1, body("order-2", "another app"))
	releases, err := s.Records.Releases(t.Context(), s.Project, "order")
	if err != nil || len(releases) != 11 {
		t.Fatalf("%d, %v", len(releases), err)
	}
	for i, release := range releases {
		if release.ID != 11-i || release.App != "order" {
			t.Errorf("at %d: release %d of %s", i, release.ID, release.App)
		}
	}
}

func testRoundTrip(t *testing.T, s Subject) {
	want := []map[string]any{body("trip", "<&> \u2028 \U0001F600"), body("trip-2", "")}
	release := s.begin(t, "trip", 1, want...)
	got, err := s.Records.Content(t.Context(), release)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	releases, err := s.Records.Releases(t.Context(), s.Project, "trip")
	if err != nil || len(releases) != 1 || !reflect.DeepEqual(releases[0], release) {
		t.Errorf("%+v, %v; want %+v", releases, err, release)
	}
	if _, err := s.Records.Content(t.Context(), app.Release{ID: 9, App: "trip", Project: s.Project, ContentHash: release.ContentHash[1:] + "0"}); err == nil {
		t.Error("a release that never was has content")
	}
}

// What does not compress is stored all the same, in several chunks.
func testLarge(t *testing.T, s Subject) {
	noise := make([]byte, 2<<20)
	_, _ = rand.Read(noise)
	want := body("large", hex.EncodeToString(noise))
	release, chunks := s.release(t, "large", 1, want)
	if len(chunks) < 3 {
		t.Fatalf("only %d chunks: the test shows nothing", len(chunks))
	}
	if err := s.Records.Begin(t.Context(), rollout.Head{}, release, chunks); err != nil {
		t.Fatal(err)
	}
	got, err := s.Records.Content(t.Context(), release)
	if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("%d bodies, %v", len(got), err)
	}
}

func testFinish(t *testing.T, s Subject) {
	first := s.begin(t, "finish", 1, body("finish", "1"))
	ended := time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)
	first.Verdict, first.Ended = app.Succeeded, &ended
	if err := s.Records.Finish(t.Context(), first, 1); err != nil {
		t.Fatal(err)
	}
	before := s.wantHead(t, "finish", 1, 1)
	second := s.begin(t, "finish", 2, body("finish", "2"))
	second.Verdict, second.Cause = app.RolledBack, "image_not_found"
	if err := s.Records.Finish(t.Context(), second, 1); err != nil {
		t.Fatal(err)
	}
	after := s.wantHead(t, "finish", 2, 1)
	releases, err := s.Records.Releases(t.Context(), s.Project, "finish")
	if err != nil || !reflect.DeepEqual(releases, []app.Release{second, first}) {
		t.Errorf("%+v, %v", releases, err)
	}
	third, chunks := s.release(t, "finish", 3, body("finish", "3"))
	if err := s.Records.Begin(t.Context(), before, third, chunks); !fault.Is(err, fault.Conflict) {
		t.Errorf("begun on an old head: %v", err)
	}
	if err := s.Records.Begin(t.Context(), after, third, chunks); err != nil {
		t.Fatal(err)
	}
	if err := s.Records.Finish(t.Context(), second, 1); err != nil { // late: a newer one has moved the head
		t.Fatal(err)
	}
	s.wantHead(t, "finish", 3, 3)
	if got, err := s.Records.Content(t.Context(), first); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func testDrop(t *testing.T, s Subject) {
	first := s.begin(t, "drop", 1, body("drop", "same"))
	second := s.begin(t, "drop", 2, body("drop", "other"))
	third := s.begin(t, "drop", 3, body("drop", "same"))
	if err := s.Records.Drop(t.Context(), []app.Release{first, second}, []app.Release{third}); err != nil {
		t.Fatal(err)
	}
	releases, err := s.Records.Releases(t.Context(), s.Project, "drop")
	if err != nil || len(releases) != 1 || releases[0].ID != 3 {
		t.Errorf("%+v, %v", releases, err)
	}
	if _, err := s.Records.Content(t.Context(), third); err != nil {
		t.Errorf("content that a kept release shares is gone: %v", err)
	}
	if _, err := s.Records.Content(t.Context(), second); err == nil {
		t.Error("content that nobody needs is still there")
	}
	if err := s.Records.Drop(t.Context(), []app.Release{first, second}, []app.Release{third}); err != nil {
		t.Errorf("dropping what is gone: %v", err)
	}
}

func (s Subject) lock(ctx context.Context, name, who string, wait time.Duration, waiting func(rollout.Held)) (rollout.Lock, error) {
	return s.Locker.Lock(ctx, s.Project, name, rollout.Holder{ID: who + "-1", Who: who, Message: "by " + who}, wait, waiting)
}

func never(t *testing.T) func(rollout.Held) {
	return func(h rollout.Held) { t.Errorf("told to wait for %v", h) }
}

func testLock(t *testing.T, s Subject) {
	lock, err := s.lock(t.Context(), "lock", "ada", 0, never(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.lock(t.Context(), "lock", "bob", 0, never(t)); !fault.Is(err, fault.Conflict) || fault.ReportOf(err).Code != "locked" {
		t.Errorf("%v", err)
	}
	other, err := s.lock(t.Context(), "lock-2", "bob", 0, never(t))
	if err != nil {
		t.Errorf("another app: %v", err)
	} else {
		other.Release(t.Context())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	lock.Release(ended) // after Ctrl-C too
	again, err := s.lock(t.Context(), "lock", "bob", 0, never(t))
	if err != nil {
		t.Fatal(err)
	}
	lock.Release(t.Context()) // a second time it is no longer ours to release
	if _, err := s.lock(t.Context(), "lock", "cyd", 0, never(t)); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	again.Release(t.Context())
}

func testTakeOver(t *testing.T, s Subject) {
	first, err := s.lock(t.Context(), "over", "ada", 0, never(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Expire(t, "over")
	second, err := s.lock(t.Context(), "over", "bob", 0, never(t))
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-first.Lost():
	case <-time.After(s.LostWithin):
		t.Error("the first holder never heard of it")
	}
	first.Release(t.Context())
	if _, err := s.lock(t.Context(), "over", "cyd", 0, never(t)); !fault.Is(err, fault.Conflict) {
		t.Errorf("the first holder released the second's lock: %v", err)
	}
	select {
	case <-second.Lost():
		t.Error("the second lost it as well")
	default:
	}
	second.Release(t.Context())
}

func testWait(t *testing.T, s Subject) {
	lock, err := s.lock(t.Context(), "wait", "ada", 0, never(t))
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	got, err := s.lock(t.Context(), "wait", "bob", time.Minute, func(h rollout.Held) {
		if told++; h.Who != "ada" || h.Message != "by ada" {
			t.Errorf("%+v", h)
		}
		lock.Release(t.Context())
	})
	if err != nil || told != 1 {
		t.Fatalf("told %d times, %v", told, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.lock(ctx, "wait", "cyd", time.Minute, func(rollout.Held) { cancel() })
	if !fault.Is(err, fault.Interrupted) {
		t.Errorf("%v", err)
	}
	got.Release(t.Context())
}
