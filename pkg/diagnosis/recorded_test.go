package diagnosis

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// readRecorded reads a fixture recorded from the lab (Kubernetes 1.34, containerd, runc): the objects of one workload,
// which is the first, with names and addresses replaced and what nothing here reads left out.
func readRecorded(t testing.TB, name string) (Snapshot, time.Time) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "recorded", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var at struct{ Now time.Time }
	if err := json.Unmarshal(text, &at); err != nil {
		t.Fatal(err)
	}
	w := decodeWorld(t, text)
	w.snapshot.Workload = w.workloads[0]
	return w.snapshot, at.Now
}

func TestRecorded(t *testing.T) {
	for _, tt := range []struct {
		name    string
		verdict Verdict
		code    Code
		message string // must be in the cause's message
	}{
		{"good", Succeeded, "", ""},
		{"ds-good", Succeeded, "", ""},
		{"job-ok", Succeeded, "", ""},
		{"image-not-found", Failed, ImageNotFound, "image registry.example:5000/nosuch:9 not found"},
		{"tag-not-found", Failed, ImageNotFound, "image registry.example:5000/busybox:nosuchtag not found"},
		{"image-invalid", Failed, ImageNameInvalid, "repository name (Demo) must be lowercase"},
		{"never-pull", Failed, ImageNeverPull, "imagePullPolicy Never"},
		{"access-denied", Failed, ImageAccessDenied, "401 Unauthorized"},
		{"registry-down", Failed, RegistryUnreachable, "connection refused"},
		{"no-such-host", Failed, RegistryUnreachable, "no such host"},
		{"key-missing", Failed, ConfigMissing, "Secret db is missing the key password"},
		{"secret-missing", Failed, ConfigMissing, "ConfigMap nosuch is missing, needed by container web"},
		{"volume-missing", Failed, VolumeConfigMissing, "Secret nosuch-tls is missing, needed by volume cfg"},
		{"volume-key-missing", Failed, VolumeConfigMissing, "Secret db is missing the key nokey"},
		{"command-not-found", Failed, CommandNotFound, "cannot run nosuch-command: executable file not found in $PATH"},
		{"command-path-not-found", Failed, CommandNotFound, "cannot run /opt/nosuch: no such file or directory"},
		{"command-denied", Failed, CommandNotFound, "cannot run /etc/passwd: permission denied"},
		{"shell-not-found", Failed, CommandNotFound, "exit code 127"},
		{"workdir", Failed, ContainerStartFailed, "mkdir /etc/passwd: not a directory"},
		{"oom", Failed, OOMKilled, "its limit is 16Mi"},
		{"crash-loop", Failed, CrashLoop, "exit code 3"},
		{"init-crash", Failed, CrashLoop, "container migrate"},
		{"init-stuck", Failed, InitStuck, "init container wait still runs"},
		{"liveness", Failed, ProbeFailing, "the liveness probe of container web fails: dead"},
		{"startup", Failed, ProbeFailing, "the startup probe of container web fails: slow"},
		{"readiness-503", Failed, ProbeFailing, "HTTP probe failed with statuscode: 503 (GET /readyz on port 8080)"},
		{"readiness-refused", Failed, ProbeFailing, "connect: connection refused (connect to port 9)"},
		{"readiness-exec", Failed, ProbeFailing, "readiness probe of container web fails: not yet"},
		{"cpu-too-large", Failed, UnschedulableCPU, "the pod asks for 64, the largest node has 2"},
		{"gpu", Failed, UnschedulableExtended, "1 Insufficient example.com/gpu"},
		{"affinity", Failed, UnschedulableAffinity, "didn't match Pod's node affinity/selector"},
		{"claim-data", Failed, ClaimUnbound, "no storage class is set"},
		{"claim-classless", Failed, ClaimUnbound, `"nosuch" not found`},
		{"claim-missing", Failed, ClaimMissing, "volume claim missing does not exist"},
		{"quota", Failed, QuotaExceeded, "quota small is exceeded: pods asked 1, used 1 of 1"},
		{"quota-unspecified", Failed, QuotaUnspecified, "requests.cpu for: web"},
		{"sts-quota", Failed, ForbiddenCreate, `serviceaccount "nosuch" not found`},
		{"job-failed", Failed, JobFailed, "exit code 5: BackoffLimitExceeded"},
		{"job-deadline", Failed, JobFailed, "DeadlineExceeded"},
		{"bare-failed", Failed, PodFailed, "exit code 7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, now := readRecorded(t, tt.name)
			r := Judge(s, now, Thresholds{})
			checkBounds(t, r)
			if r.Verdict != tt.verdict {
				t.Fatalf("verdict %s, want %s: %s", r.Verdict, tt.verdict, r.Summary)
			}
			if tt.code == "" {
				if len(r.Causes) > 0 {
					t.Fatalf("a healthy workload has the cause %s", r.Causes[0].Message)
				}
				return
			}
			c := r.Causes[0]
			if !c.Final || c.Code != tt.code || !strings.Contains(c.Message, tt.message) {
				t.Errorf("got %s (final %v) %q, want %s with %q", c.Code, c.Final, c.Message, tt.code, tt.message)
			}
			if len(c.Evidence) == 0 || c.Hint == "" || c.Since.IsZero() {
				t.Errorf("without evidence, hint or beginning: %+v", c)
			}
			checkArgs(t, c)
		})
	}
}

// The first second of a refused pull and of a crash: told, and not yet final.
func TestRecordedEarly(t *testing.T) {
	for name, code := range map[string]Code{"early-access-denied": ImageAccessDenied, "early-crash-loop": CrashLoop} {
		s, now := readRecorded(t, name)
		r := Judge(s, now, Thresholds{})
		if r.Verdict != Progressing || len(r.Causes) != 1 || r.Causes[0].Code != code || r.Causes[0].Final {
			t.Errorf("%s: %s, %s", name, r.Verdict, r.Summary)
		}
	}
}

// Bound of the design: a missing image is final within 10 s of the pod's first failure.
func TestImageNotFoundIsFinalSoon(t *testing.T) {
	s, now := readRecorded(t, "image-not-found")
	first := now
	for _, e := range s.Events {
		if e.Reason == "Failed" && firstSeen(e).Before(first) {
			first = firstSeen(e)
		}
	}
	if r := Judge(s, first.Add(2*time.Second), Thresholds{}); r.Verdict != Failed {
		t.Errorf("%s: %s", r.Verdict, r.Summary)
	}
}

// The same statuses without any event: they expire, or are forbidden.
func TestRecordedWithoutEvents(t *testing.T) {
	for name, code := range map[string]Code{
		"image-not-found": ImageNotFound, "access-denied": ImageAccessDenied, "registry-down": RegistryUnreachable, "key-missing": ConfigMissing,
		"command-not-found": CommandNotFound, "oom": OOMKilled, "crash-loop": CrashLoop, "cpu-too-large": UnschedulableCPU,
		"readiness-503": ProbeFailing, "quota": QuotaExceeded, "job-failed": JobFailed, "claim-missing": ClaimMissing,
	} {
		s, now := readRecorded(t, name)
		s.Events = nil
		r := Judge(s, now, Thresholds{})
		if r.Verdict != Failed || r.Causes[0].Code != code {
			t.Errorf("%s: %s, %s", name, r.Verdict, r.Summary)
		}
	}
}

// A log sharpens: the shell's own words name what it could not find.
func TestLogNamesWhatTheShellMissed(t *testing.T) {
	s, now := readRecorded(t, "shell-not-found")
	r := Judge(s, now, Thresholds{})
	if len(r.Wants) == 0 || r.Wants[0].Kind != WantLog || !r.Wants[0].Log.Previous {
		t.Fatalf("wants %+v", r.Wants)
	}
	s.Logs[r.Wants[0].Log] = LogTail{Lines: []string{"sh: nosuch-tool: not found"}, Restart: r.Wants[0].Restart}
	r = Judge(s, now, Thresholds{})
	if c := r.Causes[0]; !strings.Contains(c.Message, "cannot run nosuch-tool: not found") || c.Evidence[0].Kind != FromLog {
		t.Errorf("%q, %+v", c.Message, c.Evidence)
	}
	if len(r.Wants) != 0 {
		t.Errorf("wants it again: %+v", r.Wants)
	}
}

// checkBounds: what holds for every report.
func checkBounds(t *testing.T, r Report) {
	t.Helper()
	if len(r.Causes) > maxCauses || len(r.Missing) > maxMissing+1 || len(r.Wants) > maxWantLogs+3 {
		t.Errorf("out of bounds: %d causes, %d missing, %d wants", len(r.Causes), len(r.Missing), len(r.Wants))
	}
	for _, c := range r.Causes {
		if len(c.Evidence) > maxEvidence || len(FewWords(c)) > maxWords || len(c.Nodes) > maxNodes || c.Affected > c.Total && c.Affected > 0 {
			t.Errorf("out of bounds: %+v", c)
		}
		if strings.ContainsAny(c.Message+c.Hint, "[]{}") && c.Code == ReplicasUnavailable {
			t.Errorf("not filled: %q, %q", c.Message, c.Hint)
		}
	}
	if r.Verdict == Failed && r.Final() == nil && len(r.Causes) > 0 && !r.Causes[0].Final && r.Kind != "Job" && r.Kind != "CronJob" && r.Kind != "Pod" {
		t.Errorf("failed without a final cause: %s", r.Summary)
	}
}

// checkArgs: a finding supplies what its policy lists, and nothing else.
func checkArgs(t *testing.T, c Cause) {
	t.Helper()
	known := map[string]bool{}
	for _, name := range append(CommonArgs(), policyOf(c.Code).Args...) {
		known[name] = true
		if _, ok := c.Args[name]; !ok {
			t.Errorf("%s does not supply {%s}", c.Code, name)
		}
	}
	for name := range c.Args {
		if !known[name] {
			t.Errorf("%s supplies {%s}, which its policy does not list", c.Code, name)
		}
	}
}
