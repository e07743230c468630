package kube_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

// follow begins to follow the pods of shop; the steps come as words, the end on the second channel.
func follow(t *testing.T, client *kube.Client) (<-chan string, <-chan error, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	steps, ended := make(chan string, 1000), make(chan error, 1)
	go func() {
		ended <- kube.Follow(ctx, client, kube.Pods(), kube.Query{Namespace: "shop"},
			func(l *corev1.PodList) []corev1.Pod { return l.Items },
			func(c kube.Change[*corev1.Pod]) {
				switch c.Type {
				case kube.Put:
					steps <- "put " + c.Object.Name
				case kube.Gone:
					steps <- "gone " + c.Object.Name
				case kube.Lost:
					steps <- "lost"
				default:
					steps <- map[kube.ChangeType]string{kube.Reset: "reset", kube.Synced: "synced", kube.Heard: "heard"}[c.Type]
				}
			})
	}()
	t.Cleanup(cancel)
	return steps, ended, cancel
}

// expect waits for steps in this order; skip lists steps that may come any number of times between them.
func expect(t *testing.T, steps <-chan string, want string, skip ...string) {
	t.Helper()
	for _, w := range strings.Split(want, ", ") {
		for {
			var got string
			select {
			case got = <-steps:
			case <-time.After(20 * time.Second):
				t.Fatalf("no step; want %q of %q", w, want)
			}
			if got == w {
				break
			}
			if !slices.Contains(skip, got) {
				t.Fatalf("step %q; want %q of %q", got, w, want)
			}
		}
	}
}

func TestFollowListsAndWatches(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, pod("a"))
	steps, ended, cancel := follow(t, dial(t, s))
	expect(t, steps, "reset, put a, synced, heard")
	s.Put(t, pod("b"))
	s.Put(t, pod("a"))
	s.Remove("pods", "shop", "b")
	expect(t, steps, "put b, put a, gone b")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestFollowGoesOnWhereTheWatchEnded(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, pod("a"))
	steps, _, _ := follow(t, dial(t, s))
	expect(t, steps, "reset, put a, synced, heard")
	for _, name := range []string{"b", "c", "d"} {
		s.Put(t, pod(name))
		expect(t, steps, "put "+name)
		s.EndWatches()
		expect(t, steps, "heard") // neither a new list nor a change twice
	}
	s.EndWatches() // without a change since: no list either
	expect(t, steps, "heard")
	s.Put(t, pod("e"))
	expect(t, steps, "put e")
	if lists := len(slices.DeleteFunc(s.Requests(), func(r string) bool { return r != "GET /api/v1/namespaces/shop/pods" })); lists < 5 {
		t.Errorf("%d requests", lists)
	}
}

func TestFollowListsAnewWhenThePastIsForgotten(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, pod("a"), pod("b"))
	steps, _, _ := follow(t, dial(t, s))
	expect(t, steps, "reset, put a, put b, synced, heard")
	s.Forget()
	s.EndWatches()
	expect(t, steps, "reset, put a, put b, synced, heard")
}

// scripted answers the watches one by one by functions; lists are empty at version 5.
func scripted(t *testing.T, watches ...func(w http.ResponseWriter, version string)) (*kubetest.Server, <-chan string) {
	s := kubetest.New(t)
	asked := make(chan string, 100)
	s.On("GET", "/pods", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("watch") == "" {
			kubetest.Write(w, 200, corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "5"}, TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		version := r.URL.Query().Get("resourceVersion")
		asked <- version
		if r.URL.Query().Get("allowWatchBookmarks") != "true" || r.URL.Query().Get("timeoutSeconds") == "" {
			t.Errorf("%s", r.URL.RawQuery)
		}
		if len(watches) == 0 {
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return
		}
		next := watches[0]
		watches = watches[1:]
		next(w, version)
	})
	return s, asked
}

func event(kind, version string) string {
	return fmt.Sprintf(`{"type":%q,"object":{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"shop","name":"x","resourceVersion":%q}}}`+"\n", kind, version)
}

func TestBookmarksMoveTheVersion(t *testing.T) {
	s, asked := scripted(t, func(w http.ResponseWriter, _ string) { fmt.Fprint(w, event("ADDED", "7"), event("BOOKMARK", "99")) })
	steps, _, _ := follow(t, dial(t, s))
	expect(t, steps, "reset, synced, heard, put x, heard") // the bookmark itself is no change
	if first, second := <-asked, <-asked; first != "5" || second != "99" {
		t.Errorf("watched from %s, then from %s", first, second)
	}
}

func TestExpiredWithinAWatch(t *testing.T) {
	gone := `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410,"message":"too old"}}` + "\n"
	s, asked := scripted(t, func(w http.ResponseWriter, _ string) { fmt.Fprint(w, event("ADDED", "7"), gone) })
	steps, _, _ := follow(t, dial(t, s))
	expect(t, steps, "reset, synced, heard, put x, reset, synced, heard")
	if first, second := <-asked, <-asked; first != "5" || second != "5" {
		t.Errorf("watched from %s, then from %s", first, second)
	}
}

func TestOtherErrorWithinAWatchIsToldAndWaitedOut(t *testing.T) {
	broken := `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","code":500,"reason":"InternalError","message":"etcd"}}` + "\n"
	s, _ := scripted(t, func(w http.ResponseWriter, _ string) { fmt.Fprint(w, broken) })
	steps, _, _ := follow(t, dial(t, s))
	expect(t, steps, "reset, synced, heard, lost, heard")
}

func TestServerGoneAndBack(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, pod("a"))
	steps, ended, cancel := follow(t, dial(t, s))
	expect(t, steps, "reset, put a, synced, heard")
	s.Stop()
	expect(t, steps, "lost", "heard")
	s.Put(t, pod("b"))
	s.Start(t)
	expect(t, steps, "heard, put b", "lost")
	s.Stop()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestServerThatWasNeverThere(t *testing.T) {
	s := kubetest.New(t)
	client := dial(t, s)
	s.Stop()
	steps, _, _ := follow(t, client)
	expect(t, steps, "lost, lost")
	s.Start(t)
	expect(t, steps, "reset, synced, heard", "lost")
}

func TestWhatWaitingCantMendEndsIt(t *testing.T) {
	for code, kind := range map[int]fault.Kind{401: fault.Unauthenticated, 403: fault.Forbidden, 404: fault.NotFound} {
		for _, watching := range []string{"", "true"} {
			s := kubetest.New(t)
			s.Handle(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Query().Get("watch") != watching {
					return false
				}
				reason := map[int]metav1.StatusReason{401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}[code]
				kubetest.Fail(w, code, reason, "no")
				return true
			})
			_, ended, _ := follow(t, dial(t, s))
			select {
			case err := <-ended:
				wantFault(t, err, kind, map[string]string{"": "listing pods in shop", "true": "watching pods in shop"}[watching])
			case <-time.After(20 * time.Second):
				t.Errorf("%d, watch=%q: it goes on", code, watching)
			}
		}
	}
}
