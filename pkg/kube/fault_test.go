package kube_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

func TestStatusClasses(t *testing.T) {
	cases := []struct {
		code   int
		reason metav1.StatusReason
		kind   fault.Kind
		exit   int
		hint   string
	}{
		{400, metav1.StatusReasonBadRequest, fault.Usage, 2, ""},
		{401, metav1.StatusReasonUnauthorized, fault.Unauthenticated, 4, "sign in again"},
		{403, metav1.StatusReasonForbidden, fault.Forbidden, 5, ""},
		{404, metav1.StatusReasonNotFound, fault.NotFound, 3, ""},
		{409, metav1.StatusReasonConflict, fault.Conflict, 6, ""},
		{409, metav1.StatusReasonAlreadyExists, fault.Conflict, 6, ""},
		{410, metav1.StatusReasonExpired, fault.NoVerdict, 7, "run the command again"},
		{422, metav1.StatusReasonInvalid, fault.Usage, 2, ""},
		{500, metav1.StatusReasonInternalError, fault.NoVerdict, 7, "try again"},
		{502, "", fault.NoVerdict, 7, "try again"},
		{503, metav1.StatusReasonServiceUnavailable, fault.NoVerdict, 7, "try again"},
		{504, metav1.StatusReasonTimeout, fault.NoVerdict, 7, "try again"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.code, c.reason), func(t *testing.T) {
			t.Parallel()
			s := answering(t, func(w http.ResponseWriter, _ *http.Request) {
				kubetest.Fail(w, c.code, c.reason, "the server's\n own words")
			})
			err := getPod(t.Context(), dial(t, s))
			wantFault(t, err, c.kind, "reading pod shop/cart: ", c.hint)
			if got := fault.ExitCode(err); got != c.exit {
				t.Errorf("exit code %d, want %d", got, c.exit)
			}
			if c.code != 410 && !strings.Contains(err.Error(), "the server's own words") {
				t.Errorf("the server's words are lost: %v", err)
			}
		})
	}
}

func TestProxyPageIsOneCleanLine(t *testing.T) {
	page := "<!DOCTYPE html>\n<body><h1>502 Bad Gateway</h1>" + strings.Repeat("<p>nginx</p>", 400) + "</body></html>"
	for i, code := range []int{500, 200, 401, 403, 404, 500, 502, 503} {
		s := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(code)
			fmt.Fprint(w, []string{page, "<html>" + page[15:]}[i%2])
		})
		err := getPod(t.Context(), dial(t, s))
		if err == nil {
			t.Fatalf("%d: a page was taken for a pod", code)
		}
		text := err.Error()
		if strings.Contains(text, "<") || strings.Contains(text, "\n") || len(text) > 300 {
			t.Errorf("%d: %q", code, text)
		}
	}
}

func TestLongMessageIsBounded(t *testing.T) {
	s := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		kubetest.Fail(w, 403, metav1.StatusReasonForbidden, strings.Repeat("é ", 5000))
	})
	if err := getPod(t.Context(), dial(t, s)); len([]rune(err.Error())) > 700 {
		t.Errorf("%d characters", len([]rune(err.Error())))
	}
}

func TestTooManyRequestsIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		refusals int
		good     bool
	}{{2, true}, {1000, false}} {
		tries := 0
		s := kubetest.New(t)
		s.Put(t, pod("cart"))
		s.Handle(func(w http.ResponseWriter, _ *http.Request) bool {
			if tries++; tries > c.refusals {
				return false
			}
			w.Header().Set("Retry-After", "0")
			kubetest.Fail(w, 429, metav1.StatusReasonTooManyRequests, "slow down")
			return true
		})
		err := getPod(t.Context(), dial(t, s))
		if c.good && err != nil {
			t.Errorf("after %d refusals: %v", c.refusals, err)
		}
		if !c.good {
			wantFault(t, err, fault.NoVerdict, "slow down")
		}
		if tries > 30 || tries < 2 {
			t.Errorf("%d tries", tries)
		}
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, pod("cart"))
	first := true
	s.Handle(func(w http.ResponseWriter, _ *http.Request) bool {
		if !first {
			return false
		}
		first = false
		w.Header().Set("Retry-After", "1")
		kubetest.Fail(w, 429, metav1.StatusReasonTooManyRequests, "slow down")
		return true
	})
	start := time.Now()
	if err := getPod(t.Context(), dial(t, s)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 900*time.Millisecond {
		t.Errorf("came back after %s, asked for 1 s", took)
	}
}

func TestNetworkFaults(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		s := kubetest.New(t)
		client := dial(t, s)
		s.Stop()
		err := getPod(t.Context(), client)
		wantFault(t, err, fault.NoVerdict, "connection refused", "reading pod shop/cart", "reachable from here")
		if fault.ReportOf(err).Code != "unreachable" || strings.Contains(err.Error(), "/api/v1/") {
			t.Errorf("%v", err)
		}
	})
	t.Run("broken", func(t *testing.T) {
		s := answering(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		wantFault(t, getPod(t.Context(), dial(t, s)), fault.NoVerdict)
	})
	t.Run("unknown name", func(t *testing.T) {
		client, err := kube.New(kube.Target{Kubeconfig: kubetest.WriteKubeconfig(t, "http://no-such-host.invalid", "", "")})
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, getPod(t.Context(), client), fault.NoVerdict, "no-such-host.invalid")
	})
	t.Run("unknown authority", func(t *testing.T) {
		s := kubetest.New(t)
		client, err := kube.New(kube.Target{Kubeconfig: kubetest.WriteKubeconfig(t, s.URL(), "", "")})
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, getPod(t.Context(), client), fault.NoVerdict, "certificate", "certificate-authority")
	})
}

func TestTimeLimitOfOneRequest(t *testing.T) {
	s := answering(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client := dial(t, s, func(target *kube.Target) { target.Timeout = 150 * time.Millisecond })
	start := time.Now()
	calls := map[string]func() error{
		"get":   func() error { return getPod(t.Context(), client) },
		"list":  func() error { _, err := listPods(t.Context(), client); return err },
		"apply": func() error { return applyMap(t.Context(), client) },
		"raw":   func() error { _, err := client.GetRaw(t.Context(), kube.Pods(), "shop", "cart"); return err },
		"delete": func() error {
			_, err := client.Delete(t.Context(), kube.Pods(), "shop", "cart", kube.DeleteOptions{})
			return err
		},
		"create": func() error { _, err := kube.Create(t.Context(), client, kube.Pods(), pod("cart"), false); return err },
		"update": func() error { _, err := kube.Update(t.Context(), client, kube.Pods(), pod("cart")); return err },
		"count":  func() error { _, err := kube.Count(t.Context(), client, kube.Pods(), "shop"); return err },
		"ask":    func() error { _, err := client.Version(t.Context()); return err },
	}
	for name, call := range calls {
		err := call()
		wantFault(t, err, fault.NoVerdict)
		if !strings.Contains(err.Error(), "no answer within the time limit") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%s for %d calls of 150 ms", took, len(calls))
	}
}

func TestCancelIsInterrupted(t *testing.T) {
	s := answering(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	err := getPod(ctx, dial(t, s))
	wantFault(t, err, fault.Interrupted)
	if fault.ExitCode(err) != 130 {
		t.Errorf("exit code %d", fault.ExitCode(err))
	}
}

// A black hole: the connection is accepted and nothing ever comes.
func TestNoLimitWaits(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := kube.New(kube.Target{Kubeconfig: kubetest.WriteKubeconfig(t, "http://"+listener.Addr().String(), "", ""), Timeout: -1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	wantFault(t, getPod(ctx, client), fault.NoVerdict)
}
