package diagnosis

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The texts of containerd, CRI-O and docker; those of containerd 1.6 come from the lab too (testdata/recorded).
func imageMessages() map[string]Code {
	const ref = `failed to pull and unpack image "reg.example/a:1": failed to resolve reference "reg.example/a:1": `
	return map[string]Code{
		`rpc error: code = NotFound desc = ` + ref + `reg.example/a:1: not found`:                                                                                                                                     ImageNotFound,
		`rpc error: code = Unknown desc = reading manifest 1 in reg.example/a: manifest unknown`:                                                                                                                      ImageNotFound,
		`Error response from daemon: manifest for reg.example/a:1 not found: manifest unknown: manifest unknown`:                                                                                                      ImageNotFound,
		`initializing source docker://reg.example/a:1: reading manifest 1 in reg.example/a: name unknown: repository not found`:                                                                                       ImageNotFound,
		ref + `unexpected status from HEAD request to https://reg.example/v2/a/manifests/1: 404 Not Found`:                                                                                                            ImageNotFound,
		ref + `pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`:                                                                  ImageAccessDenied,
		ref + `unexpected status from HEAD request to https://reg.example/v2/a/manifests/1: 403 Forbidden`:                                                                                                            ImageAccessDenied,
		ref + `failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized`:                                                                                                                 ImageAccessDenied,
		ref + `pulling from host reg.example failed with status code [manifests 1]: 401 Unauthorized`:                                                                                                                 ImageAccessDenied,
		`Error response from daemon: pull access denied for a, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`:                                           ImageAccessDenied,
		`initializing source docker://reg.example/a:1: unable to retrieve auth token: invalid username/password: unauthorized: authentication required`:                                                               ImageAccessDenied,
		`Error response from daemon: Get "https://reg.example/v2/a/manifests/1": no basic auth credentials`:                                                                                                           ImageAccessDenied,
		ref + `failed to do request: Head "https://reg.example/v2/a/manifests/1": dial tcp 10.0.0.1:443: i/o timeout`:                                                                                                 ImagePullTimeout,
		ref + `failed to do request: Head "https://reg.example/v2/a/manifests/1": net/http: TLS handshake timeout`:                                                                                                    ImagePullTimeout,
		`rpc error: code = DeadlineExceeded desc = context deadline exceeded`:                                                                                                                                         ImagePullTimeout,
		ref + `failed to do request: Head "https://reg.example/v2/a/manifests/1": dial tcp 10.0.0.1:443: connect: connection refused`:                                                                                 RegistryUnreachable,
		ref + `failed to do request: Head "https://reg.example/v2/a/manifests/1": dial tcp: lookup reg.example on 10.0.0.53:53: no such host`:                                                                         RegistryUnreachable,
		ref + `failed to do request: Head "https://reg.example/v2/a/manifests/1": tls: failed to verify certificate: x509: certificate signed by unknown authority`:                                                   RegistryUnreachable,
		ref + `failed to do request: Head "https://reg.example/v2/a/manifests/1": http: server gave HTTP response to HTTPS client`:                                                                                    RegistryUnreachable,
		ref + `unexpected status from HEAD request to https://reg.example/v2/a/manifests/1: 503 Service Unavailable`:                                                                                                  RegistryUnreachable,
		`failed to copy: httpReadSeeker: failed open: unexpected status code https://reg.example/v2/a/blobs/sha256:1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit`: RegistryUnreachable,
		`image pull failed for reg.example/a:1 because the registry is unavailable: pinging container registry reg.example: Get "https://reg.example/v2/": EOF`:                                                       RegistryUnreachable,
		`rpc error: code = NotFound desc = failed to pull and unpack image "reg.example/a:1": no match for platform in manifest: not found`:                                                                           ImagePlatformMissing,
		`choosing an image from manifest list docker://reg.example/a:1: no image found in manifest list for architecture "arm64", variant "v8", OS "linux"`:                                                           ImagePlatformMissing,
		`failed to pull and unpack image "reg.example/a:1": failed to extract layer sha256:1: write /x: no space left on device`:                                                                                      ImagePullFailed,
		`Back-off pulling image "reg.example/a:1"`:                                                      "",
		`Back-off pulling image "reg.example/a:1": ErrImagePull: ` + ref + `reg.example/a:1: not found`: ImageNotFound,
		``: "",
	}
}

func TestParseImageError(t *testing.T) {
	for message, want := range imageMessages() {
		if got := parseImageError(message, "reg.example/a:1"); got.Code != want {
			t.Errorf("%s\n got %q, want %q", message, got.Code, want)
		}
	}
}

// Names must not be taken for words.
func TestParseImageErrorIgnoresNames(t *testing.T) {
	for _, image := range []string{"reg.example/unauthorized:1", "reg.example/x509:1", "denied:1", "reg.example/toomanyrequests:1", "reg.example/eof:1"} {
		message := `failed to pull and unpack image "` + image + `": failed to resolve reference "` + image + `": ` + image + `: not found`
		if got := parseImageError(message, image); got.Code != ImageNotFound {
			t.Errorf("%s: %s", image, got.Code)
		}
	}
}

func TestImageNames(t *testing.T) {
	for image, want := range map[string][2]string{
		"busybox":                     {"docker.io", "busybox"},
		"team/a:1":                    {"docker.io", "team/a"},
		"reg.example:5000/team/a":     {"reg.example:5000", "team/a"},
		"localhost/a@sha256:abc":      {"localhost", "a"},
		"reg.example/a:1@sha256:abcd": {"reg.example", "a"},
	} {
		if got := [2]string{registryOf(image), repositoryOf(image)}; got != want {
			t.Errorf("%s: %v, want %v", image, got, want)
		}
	}
}

func TestParseMissingConfig(t *testing.T) {
	for message, want := range map[string]missingConfig{
		`secret "db" not found`:                                                                          {Kind: "Secret", Name: "db"},
		`configmap "cfg" not found`:                                                                      {Kind: "ConfigMap", Name: "cfg"},
		`couldn't find key password in Secret shop/db`:                                                   {Kind: "Secret", Name: "db", Key: "password"},
		`couldn't find key app.yaml in ConfigMap shop/cfg.web`:                                           {Kind: "ConfigMap", Name: "cfg.web", Key: "app.yaml"},
		`MountVolume.SetUp failed for volume "v" : references non-existent secret key: k`:                {Kind: "Secret", Key: "k", Volume: "v"},
		`MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: k.yaml`: {Kind: "ConfigMap", Key: "k.yaml", Volume: "v"},
		`MountVolume.SetUp failed for volume "kube-api-access-x" : [configmap "kube-root-ca.crt" not found, failed to fetch token: serviceaccounts "x"]`: {Kind: "ConfigMap", Name: "kube-root-ca.crt", Volume: "kube-api-access-x"},
	} {
		if got, ok := parseMissingConfig(message); !ok || got != want {
			t.Errorf("%s\n got %+v (%v), want %+v", message, got, ok, want)
		}
	}
	if got, ok := parseMissingConfig("container has runAsNonRoot and image will run as root"); ok {
		t.Errorf("%+v", got)
	}
}

func TestParseStartError(t *testing.T) {
	const runc = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	for message, want := range map[string]startFailure{
		runc + `exec: "nope": executable file not found in $PATH: unknown`:                              {true, "nope", "executable file not found in $PATH"},
		runc + `error during container init: exec: "/a": stat /a: no such file or directory: unknown`:   {true, "/a", "no such file or directory"},
		runc + `exec: "/a": permission denied: unknown`:                                                 {true, "/a", "permission denied"},
		`exec /entry.sh: no such file or directory`:                                                     {true, "/entry.sh", "no such file or directory"},
		`exec /entry: exec format error`:                                                                {true, "/entry", "exec format error"},
		"crun: executable file `nope` not found in $PATH: No such file or directory: OCI runtime error": {true, "nope", "not found in $PATH"},
		runc + `error mounting "/x" to rootfs at "/y": mount /x:/y: no such file or directory: unknown`: {false, "", `error mounting "/x" to rootfs at "/y": mount /x:/y: no such file or directory`},
	} {
		if got := parseStartError(message); got != want {
			t.Errorf("%s\n got %+v\nwant %+v", message, got, want)
		}
	}
	for line, command := range map[string]string{"sh: nope: not found": "nope", "/bin/bash: line 1: nope: command not found": "nope", "sh: 1: ./x: Permission denied": "./x", "finished: not found": ""} {
		if got := parseShellError([]string{"x", line}); got.Command != command {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

func TestParseSchedule(t *testing.T) {
	for message, want := range map[string]Code{
		"0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }. preemption: 0/3 nodes are available: 3 No preemption victims.": UnschedulableCPU,
		"0/3 nodes are available: 3 node(s) had untolerated taint(s).":                                                  UnschedulableTaint,
		"0/3 nodes are available: 2 Insufficient memory, 3 Insufficient cpu.":                                           UnschedulableCPU,
		"0/3 nodes are available: 3 Insufficient memory.":                                                               UnschedulableMemory,
		"0/3 nodes are available: 3 Insufficient ephemeral-storage.":                                                    UnschedulableStorage,
		"0/3 nodes are available: 3 Insufficient nvidia.com/gpu.":                                                       UnschedulableExtended,
		"0/3 nodes are available: 3 Too many pods.":                                                                     UnschedulablePods,
		"0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found":                          UnschedulableVolume,
		`0/3 nodes are available: persistentvolumeclaim "x" not found.`:                                                 UnschedulableVolume,
		"0/3 nodes are available: 1 node(s) had volume node affinity conflict, 2 node(s) had untolerated taint {a: b}.": UnschedulableVolume,
		"0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.":                                      UnschedulableAffinity,
		"0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label).":     UnschedulableAffinity,
		"0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.":                        UnschedulablePorts,
		"0/3 nodes are available: 3 node(s) were unschedulable.":                                                        UnschedulableTaint,
		"no nodes available to schedule pods":                                                                           UnschedulableOther,
		"":                                                                                                              UnschedulableOther,
	} {
		if got := parseSchedule(message).main().Code; got != want {
			t.Errorf("%s\n got %s, want %s", message, got, want)
		}
	}
	read := parseSchedule("0/5 nodes are available: 1 Insufficient cpu, 4 node(s) had untolerated taint {a: 1 b, 2 c}.")
	if read.Nodes != 5 || read.Reasons[0].Count != 1 || read.Reasons[1].Count != 4 {
		t.Errorf("%+v", read)
	}
}

func TestParseCreateError(t *testing.T) {
	for message, want := range map[string]struct {
		code Code
		args string
	}{
		`pods "x" is forbidden: exceeded quota: q, requested: cpu=2,memory=1Gi, used: cpu=3,memory=2Gi, limited: cpu=4,memory=2Gi`:   {QuotaExceeded, "limited=4, 2Gi quota=q requested=2, 1Gi resource=cpu, memory used=3, 2Gi"},
		`pods "x" is forbidden: failed quota: q: must specify limits.cpu for: web; limits.memory for: web`:                           {QuotaUnspecified, "detail=limits.cpu for: web; limits.memory for: web quota=q"},
		`admission webhook "policy.example.com" denied the request: no latest tags`:                                                  {AdmissionDenied, "by=webhook policy.example.com detail=no latest tags"},
		`admission webhook "policy.example.com" denied the request without explanation`:                                              {AdmissionDenied, "by=webhook policy.example.com detail="},
		`pods "x" is forbidden: ValidatingAdmissionPolicy 'freeze' with binding 'all' denied request: frozen until Monday`:           {AdmissionDenied, "by=policy freeze detail=frozen until Monday"},
		`pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged (container "web" must not set privileged=true)`: {AdmissionDenied, `by=pod security level restricted:latest detail=privileged (container "web" must not set privileged=true)`},
		`Internal error occurred: failed calling webhook "w.example": failed to call webhook: Post "https://w": connection refused`:  {AdmissionUnreachable, `by=w.example detail=Post "https://w": connection refused`},
		`pods "x" is forbidden: [maximum cpu usage per Container is 1, but limit is 2]`:                                              {LimitRange, "detail=maximum cpu usage per Container is 1, but limit is 2"},
		`pods "x" is forbidden: error looking up service account shop/y: serviceaccount "y" not found`:                               {ForbiddenCreate, `detail=error looking up service account shop/y: serviceaccount "y" not found`},
		`Pod "x" is invalid: spec.containers[0].image: Required value`:                                                               {PodInvalid, "detail=spec.containers[0].image: Required value"},
		`etcdserver: request timed out`: {CreateFailed, "detail=etcdserver: request timed out"},
	} {
		got := parseCreateError(message)
		if got.Code != want.code || argsText(got.Args) != want.args {
			t.Errorf("%s\n got %s %s\nwant %s %s", message, got.Code, argsText(got.Args), want.code, want.args)
		}
	}
}

func TestParseProbe(t *testing.T) {
	for message, want := range map[string]probeAnswer{
		"Readiness probe failed: HTTP probe failed with statuscode: 503":                          {"readiness", "HTTP probe failed with statuscode: 503"},
		`Liveness probe failed: Get "http://10.0.0.1:80/": dial tcp: connect: connection refused`: {"liveness", `Get "http://10.0.0.1:80/": dial tcp: connect: connection refused`},
		"Startup probe failed: ":          {"startup", "no output"},
		"Readiness probe failed: a\n b\n": {"readiness", "a b"},
		"Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = x": {"readiness", "rpc error: code = Unknown desc = x"},
	} {
		if got, ok := parseProbe(message); !ok || got != want {
			t.Errorf("%s: %+v, %v", message, got, ok)
		}
	}
	if name, probe, ok := parseProbeKill("Container web failed liveness probe, will be restarted"); !ok || name != "web" || probe != "liveness" {
		t.Errorf("%q %q %v", name, probe, ok)
	}
}

func FuzzParsers(f *testing.F) {
	for message := range imageMessages() {
		f.Add(message, "reg.example/a:1")
	}
	f.Add(`0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: }. preemption: x`, "")
	f.Add(`pods "x" is forbidden: exceeded quota: q, requested: cpu=2, used: cpu=3, limited: cpu=4`, "")
	f.Add(`couldn't find key k in Secret a/b`, "")
	f.Add("Readiness probe failed: x", "[{")
	f.Fuzz(func(t *testing.T, message, other string) {
		texts := []string{parseImageError(message, other).Detail, parseStartError(message).Detail, parseShellError([]string{message, other}).Detail, parseSchedule(message).summary()}
		missing, _ := parseMissingConfig(message)
		answer, _ := parseProbe(message)
		texts = append(texts, missing.Name, answer.Answer, fill(message, map[string]string{"a": other}), registryOf(message), repositoryOf(message))
		texts = append(texts, clip(message, 60), strings.Join(lastLines(strings.Split(message, "\n"), 5), "\n"))
		for name, value := range parseCreateError(message).Args {
			texts = append(texts, name, value)
		}
		parseProbeKill(message)
		if code := parseSchedule(message).main().Code; code == "" {
			t.Errorf("no code for %q", message)
		}
		for _, text := range texts {
			if utf8.ValidString(message) && utf8.ValidString(other) && !utf8.ValidString(text) {
				t.Errorf("%q became %q", message, text)
			}
		}
	})
}
