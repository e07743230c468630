package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/cli"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

// program runs a whole command line against a server (nil: none).
func program(t *testing.T, s *kubetest.Server, line string, environ ...string) (code int, out, errs string) {
	t.Helper()
	t.Chdir(t.TempDir())
	environ = append([]string{"HOME=" + t.TempDir()}, environ...)
	kubeconfig := "/nonexistent/kubeconfig"
	if s != nil {
		kubeconfig = s.Kubeconfig(t, "shop")
	}
	t.Setenv("KUBECONFIG", kubeconfig)
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	code = cli.Main(context.Background(), strings.Fields(line), command.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, environ)
	return code, stdout.String(), stderr.String()
}

func TestExitCodes(t *testing.T) {
	s := kubetest.New(t)
	s.Namespace("shop")
	for line, c := range map[string]struct {
		code int
		says string
	}{
		"bcpaas":                                {0, ""},
		"bcpaas --help":                         {0, ""},
		"bcpaas version":                        {0, ""},
		"bcpaas project list":                   {0, ""},
		"bcpaas app list":                       {0, "no workloads in project shop"},
		"bcpaas app":                            {0, ""},
		"bcpaas ap":                             {2, "did you mean: bcpaas app"},
		"bcpaas app lst":                        {2, "did you mean: bcpaas app list"},
		"bcpaas app frobnicate-the-lot":         {2, "--help lists the commands"},
		"bcpaas app list --unwel":               {2, "did you mean --unwell?"},
		"bcpaas app list -o jsn":                {2, "jsn"},
		"bcpaas app list extra":                 {2, `takes no argument "extra"`},
		"bcpaas project get none":               {3, "bcpaas project list shows"},
		"bcpaas app get none":                   {3, "project shop has no none"},
		"bcpaas app list --cluster nope":        {2, `no context "nope"`},
		"bcpaas project delete shop":            {2, "--yes"},
		"bcpaas project delete kube-system -y":  {0, "nothing to do"},
		"bcpaas project create Shop_A":          {2, "shop-a would do"},
		"bcpaas completion tcsh":                {2, "SHELL must be one of"},
		"bcpaas completion":                     {2, "needs SHELL"},
		"bcpaas config list extra-word another": {2, ""},
	} {
		t.Run(line, func(t *testing.T) {
			code, _, errs := program(t, s, line)
			if code != c.code || !strings.Contains(errs, c.says) {
				t.Errorf("exit code %d, want %d; stderr: %s", code, c.code, errs)
			}
			if code == 2 && !strings.HasPrefix(errs, "error: ") {
				t.Errorf("%q", errs)
			}
		})
	}
}

func TestServersFaults(t *testing.T) {
	for status, want := range map[int]int{401: 4, 403: 5, 503: 7} {
		s := kubetest.New(t)
		s.On("GET", "/namespaces", func(w http.ResponseWriter, _ *http.Request) {
			kubetest.Fail(w, status, map[int]metav1.StatusReason{401: "Unauthorized", 403: "Forbidden", 503: "ServiceUnavailable"}[status], "no")
		})
		code, out, errs := program(t, s, "bcpaas project list -v")
		if code != want || out != "" || strings.Contains(errs, kubetest.Token) || !strings.Contains(errs, "GET https://") {
			t.Errorf("%d: exit code %d, stdout %q, stderr %s", status, code, out, errs)
		}
	}
	s := kubetest.New(t)
	config := s.Kubeconfig(t, "shop")
	s.Stop()
	if code, _, errs := program(t, nil, "bcpaas project list --kubeconfig "+config); code != 7 || !strings.Contains(errs, "connection refused") {
		t.Errorf("%d, %s", code, errs)
	}
	if code, _, errs := program(t, nil, "bcpaas project list"); code != 2 || !strings.Contains(errs, "no cluster is configured") {
		t.Errorf("%d, %s", code, errs)
	}
}

func TestJSONErrors(t *testing.T) {
	s := kubetest.New(t)
	for line, environ := range map[string]string{
		"bcpaas project get none -o json":   "",
		"bcpaas project get none -ojson":    "",
		"bcpaas project get none -o=json":   "",
		"bcpaas project get -o json a b":    "",
		"bcpaas project get --output=json ": "",
		"bcpaas project gett -o json":       "",
		"bcpaas project get none":           "BCPAAS_OUTPUT=json",
		"bcpaas project list -o json --zzz": "",
	} {
		code, out, errs := program(t, s, line, environ)
		var said struct {
			Error fault.Report `json:"error"`
		}
		if err := json.Unmarshal([]byte(errs), &said); err != nil || said.Error.ExitCode != code || said.Error.Code == "" || said.Error.Message == "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: %d, %v: %s", line, code, err, errs)
		}
		if out != "" {
			t.Errorf("%s: stdout %q", line, out)
		}
	}
}

// gone is a pipe whose reader has left.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestReaderThatLeft(t *testing.T) {
	s := kubetest.New(t)
	s.Namespace("shop", "bank")
	t.Setenv("KUBECONFIG", s.Kubeconfig(t, "shop"))
	for _, line := range []string{"bcpaas project list", "bcpaas project list -o json", "bcpaas version", "bcpaas project get shop"} {
		var errs bytes.Buffer
		code := cli.Main(context.Background(), strings.Fields(line), command.Streams{In: strings.NewReader(""), Out: gone{}, Err: &errs}, nil)
		if code != 0 || errs.Len() != 0 {
			t.Errorf("%s: %d, %q", line, code, errs.String())
		}
	}
}

func TestInterruptedIs130(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := kubetest.New(t)
	s.On("GET", "/namespaces", func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	t.Setenv("KUBECONFIG", s.Kubeconfig(t, "shop"))
	var errs bytes.Buffer
	code := cli.Main(ctx, []string{"bcpaas", "project", "list"}, command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: &errs}, nil)
	if code != 130 {
		t.Errorf("%d, %s", code, errs.String())
	}
}

func TestAsAKubectlPlugin(t *testing.T) {
	for _, name := range []string{"kubectl-bcpaas", "/usr/bin/kubectl-bcpaas.exe", "kubectl_complete-bcpaas"} {
		if code, out, _ := program(t, nil, name+" app --help"); code != 0 || !strings.Contains(out, "kubectl bcpaas app") {
			t.Errorf("%s: %d, %s", name, code, out)
		}
	}
	if _, out, _ := program(t, nil, "bcpaas app --help"); strings.Contains(out, "kubectl bcpaas") {
		t.Error("it calls itself a plugin when it is none")
	}
}

func TestTopics(t *testing.T) {
	for topic, says := range map[string]string{
		"exit-codes": "130  interrupted", "output": "jsonpath=EXPR", "environment": "BCPAAS_PROFILE", "config": "The config file holds profiles", "app-file": "components",
	} {
		if code, out, _ := program(t, nil, "bcpaas help "+topic); code != 0 || !strings.Contains(out, says) {
			t.Errorf("%s: %d, %s", topic, code, out)
		}
	}
	for _, row := range fault.Table() {
		if _, out, _ := program(t, nil, "bcpaas help exit-codes"); !strings.Contains(out, row.Meaning) {
			t.Errorf("%d is not told", row.Exit)
		}
	}
}

func TestUnknownTopic(t *testing.T) {
	if code, out, errs := program(t, nil, "bcpaas help exit-cods"); code != 2 || out != "" || !strings.Contains(errs, "exit-codes") {
		t.Errorf("%d, stdout %d bytes, stderr %s", code, len(out), errs)
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if code, out, errs := program(t, nil, "bcpaas completion "+shell); code != 0 || !strings.Contains(out, "bcpaas") {
			t.Errorf("%s: %d, %s", shell, code, errs)
		}
	}
}

func TestErrorsCantMoveTheCursor(t *testing.T) {
	code, _, errs := program(t, nil, "bcpaas \x1b[2Jx")
	if code != 2 || strings.Contains(errs, "\x1b") {
		t.Errorf("%d, %q", code, errs)
	}
}
