package config_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Each setting from each source, and from all the sources below it too: the highest one counts and is named.
func TestPrecedence(t *testing.T) {
	value := func(s *config.Settings, key string) string {
		for _, row := range s.View() {
			if row.Key == key {
				return row.Value + " < " + row.Origin.String()
			}
		}
		return ""
	}
	profile := head + `currentProfile: p1
profiles:
  p1: {clusters: {c1: {context: c1}, c2: {context: c2}, c3: {context: c3}}, defaultCluster: c1, project: from-profile, output: wide, color: never, auth: kubeconfig, timeout: 1m, dex: {}}
  p2: {clusters: {c1: {context: c1}, c2: {context: c2}, c3: {context: c3}}}
  p3: {clusters: {c1: {context: c1}, c2: {context: c2}, c3: {context: c3}}}
`
	env := map[string]string{
		"BCPAAS_PROFILE": "p2", "BCPAAS_CLUSTER": "c2", "BCPAAS_PROJECT": "from-env", "BCPAAS_OUTPUT": "json",
		"BCPAAS_COLOR": "always", "BCPAAS_AUTH": "kubeconfig", "BCPAAS_TIMEOUT": "2m",
	}
	flags := map[string]string{
		"profile": "p3", "cluster": "c3", "project": "from-flag", "app": "app-flag", "output": "yaml",
		"color": "auto", "auth": "dex", "timeout": "0",
	}
	for key, want := range map[string]struct{ def, profile, folder, env, flag string }{
		"profile": {"(kubeconfig) < default", "p1 < CONFIG:3", "", "p2 < env BCPAAS_PROFILE", "p3 < flag --profile"},
		"cluster": {" < default", "c1 < CONFIG:5", "", "c2 < env BCPAAS_CLUSTER", "c3 < flag --cluster"},
		"project": {" < default", "from-profile < CONFIG:5", "from-folder < FOLDER:2", "from-env < env BCPAAS_PROJECT", "from-flag < flag --project"},
		"app":     {" < default", " < default", "app-folder < FOLDER:3", "app-folder < FOLDER:3", "app-flag < flag --app"},
		"output":  {"table < default", "wide < CONFIG:5", "", "json < env BCPAAS_OUTPUT", "yaml < flag --output"},
		"color":   {"auto < default", "never < CONFIG:5", "", "always < env BCPAAS_COLOR", "auto < flag --color"},
		"auth":    {"kubeconfig < default", "kubeconfig < CONFIG:5", "", "kubeconfig < env BCPAAS_AUTH", "dex < flag --auth"},
		"timeout": {" < default", "1m < CONFIG:5", "", "2m < env BCPAAS_TIMEOUT", "0 < flag --timeout"},
	} {
		p := newPlace(t)
		check := func(source, want string) {
			t.Helper()
			got := value(mustLoad(t, p), key)
			got = strings.ReplaceAll(got, p.config(), "CONFIG")
			got = strings.ReplaceAll(got, filepath.Join(p.home, "repo", config.FolderFile), "FOLDER")
			if got != want {
				t.Errorf("%s with %s: got %q, want %q", key, source, got, want)
			}
		}
		check("nothing", want.def)
		p.writeConfig(t, profile)
		check("a profile", want.profile)
		p.write(t, filepath.Join("repo", config.FolderFile), "# ours\nproject: from-folder\napp: app-folder\n")
		if want.folder != "" {
			check("a folder file", want.folder)
		}
		for _, variable := range config.Variables() {
			if variable.Key == key {
				p.env[variable.Name] = env[variable.Name]
			}
		}
		check("a variable", want.env)
		p.flags[key] = flags[key]
		check("a flag", want.flag)
	}
}

func TestTimeoutZeroIsNoLimitAndNotUnset(t *testing.T) {
	p := newPlace(t)
	if got := mustLoad(t, p).TimeoutOr(time.Minute); got != time.Minute {
		t.Errorf("unset: %s", got)
	}
	p.env["BCPAAS_TIMEOUT"] = "0"
	if got := mustLoad(t, p).TimeoutOr(time.Minute); got != 0 {
		t.Errorf("0: %s", got)
	}
	p.writeConfig(t, head+"currentProfile: a\nprofiles: {a: {timeout: 0}}\n")
	delete(p.env, "BCPAAS_TIMEOUT")
	if got := mustLoad(t, p).TimeoutOr(time.Minute); got != 0 {
		t.Errorf("0 in a profile: %s", got)
	}
}

func TestFlagsThatPermitHaveNoVariable(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, full)
	before := mustLoad(t, p).View()
	for _, name := range []string{"YES", "FORCE", "FORCE_PROTECTED", "FORCE_CONFLICTS", "PURGE", "PRUNE", "APPLY", "INSECURE", "INSECURE_SKIP_TLS_VERIFY", "APP", "DRY_RUN"} {
		p.env["BCPAAS_"+name] = "true"
	}
	if diff := cmp.Diff(before, mustLoad(t, p).View()); diff != "" {
		t.Errorf("-before +after\n%s", diff)
	}
	for _, variable := range config.Variables() {
		for _, permits := range []string{"yes", "force", "purge", "prune", "apply", "insecure"} {
			if strings.HasPrefix(variable.Key, permits) {
				t.Errorf("%s permits something", variable.Name)
			}
		}
	}
}

func TestNamesAreKeptAsTheyAre(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, full)
	settings := mustLoad(t, p)
	target, err := settings.Target()
	want := config.Target{Cluster: "Prod.1", Context: "admin@prod", Kubeconfig: filepath.Join(p.home, ".config", "bcpaas", "kube", "prod")}
	if err != nil || target != want || settings.ProfileLabel() != "生产.Beijing" {
		t.Errorf("got %+v %v %s", target, err, settings.ProfileLabel())
	}
	if got, want := settings.Profile.Dex.CAFile, filepath.Join(p.home, "ca.pem"); got != want {
		t.Errorf("~ is the home folder: got %s", got)
	}
	if got, want := settings.Profile.Prometheus.TokenFile, filepath.Join(p.home, ".config", "bcpaas", "token"); got != want {
		t.Errorf("relative is beside the config: got %s", got)
	}
}

func TestView(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, full)
	p.flags["cluster"] = "prod-2"
	var lines []string
	for _, row := range mustLoad(t, p).View() {
		lines = append(lines, row.Key+" = "+row.Value+" < "+row.Origin.String())
	}
	got := strings.ReplaceAll(strings.Join(lines, "\n"), p.config(), "CONFIG")
	got = strings.ReplaceAll(got, p.home, "HOME")
	want := `profile = 生产.Beijing < CONFIG:3
cluster = prod-2 < flag --cluster
project = shop < CONFIG:13
app =  < default
output = wide < CONFIG:15
color = auto < default
auth = dex < default
timeout = 1d12h < CONFIG:16
clusters."Prod.1".context = admin@prod < CONFIG:9
clusters."Prod.1".kubeconfig = HOME/.config/bcpaas/kube/prod < CONFIG:9
clusters.prod-2.context = prod2 < CONFIG:11
protectedProjects = payments,ledger < CONFIG:14
dex.issuer = https://dex.example < CONFIG:17
dex.clientID = bcpaas < CONFIG:17
dex.caFile = HOME/ca.pem < CONFIG:17
directory.url = ldaps://ldap.example < CONFIG:18
directory.baseDN = dc=example < CONFIG:18
directory.bindDN = cn=x < CONFIG:18
directory.bindPasswordFile = /run/secret < CONFIG:18
directory.readOnly = true < CONFIG:18
catalog.store = mysql < CONFIG:19
catalog.address = db:3306 < CONFIG:19
catalog.database = perm < CONFIG:19
catalog.user = perm < CONFIG:19
catalog.passwordCommand = pass show "perm db" < CONFIG:19
harbor.url = https://harbor.example < CONFIG:20
harbor.user = robot < CONFIG:20
harbor.passwordCommand = vault read "a b" < CONFIG:20
prometheus.url = https://prom.example < CONFIG:21
prometheus.tokenFile = HOME/.config/bcpaas/token < CONFIG:21
alertmanager.url = https://am.example < CONFIG:22
elasticsearch.url = https://es.example < CONFIG:23
kafka.brokers = k1:9092,k2:9092 < CONFIG:24`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestClusters(t *testing.T) {
	for name, tt := range map[string]struct {
		profile, flag string
		want          config.Target
		err           string
	}{
		"no profile":            {"", "", config.Target{}, ""},
		"no profile, a context": {"", "kind", config.Target{Cluster: "kind", Context: "kind"}, ""},
		"no clusters":           {"{project: a}", "", config.Target{}, ""},
		"one cluster":           {"{clusters: {a: {context: x}}}", "", config.Target{Cluster: "a", Context: "x"}, ""},
		"chosen":                {"{clusters: {a: {context: x}, b: {context: y}}}", "b", config.Target{Cluster: "b", Context: "y"}, ""},
		"not chosen":            {"{clusters: {a: {context: x}, b: {context: y}}}", "", config.Target{}, "choosing a cluster: profile p has a, b"},
		"misspelt":              {"{clusters: {prod: {context: x}}}", "prdo", config.Target{}, `choosing cluster "prdo" (flag --cluster): there is no such cluster in profile p`},
	} {
		p := newPlace(t)
		if tt.profile != "" {
			p.writeConfig(t, head+"currentProfile: p\nprofiles:\n  p: "+tt.profile+"\n")
		}
		p.flags["cluster"] = tt.flag
		var target config.Target
		settings, err := config.Load(p.sources())
		if err == nil {
			target, err = settings.Target()
		}
		if tt.err != "" {
			wantError(t, name, p, err, tt.err)
			continue
		}
		if err != nil || target != tt.want {
			t.Errorf("%s: got %+v %v", name, target, err)
		}
	}
}

func TestWrongChoices(t *testing.T) {
	for name, tt := range map[string]struct {
		key, value string
		env        bool
		kind       fault.Kind
		want, hint string
	}{
		"profile":      {"profile", "tset", false, fault.NotFound, `choosing profile "tset" (flag --profile): there is no such profile in HOME/.config/bcpaas/config.yaml`, `did you mean "test"?`},
		"profile, env": {"profile", "zzzzzz", true, fault.NotFound, `choosing profile "zzzzzz" (env BCPAAS_PROFILE): there is no such profile in HOME/.config/bcpaas/config.yaml`, "there are: test, 生产.Beijing"},
		"auth":         {"auth", "ldap", false, fault.Usage, `--auth must be dex or kubeconfig, not "ldap"`, ""},
		"color":        {"color", "yes", true, fault.Usage, `BCPAAS_COLOR must be auto, always or never, not "yes"`, ""},
		"timeout":      {"timeout", "5", true, fault.Usage, `BCPAAS_TIMEOUT can't be "5": write a duration as 90s, 5m, 4h, 2d or 1h30m, or 0 for no limit`, ""},
	} {
		p := newPlace(t)
		p.writeConfig(t, full)
		if p.flags[tt.key] = tt.value; tt.env {
			p.flags, p.env["BCPAAS_"+strings.ToUpper(tt.key)] = nil, tt.value
		}
		_, err := config.Load(p.sources())
		wantError(t, name, p, err, tt.want)
		if err != nil && (!fault.Is(err, tt.kind) || fault.ReportOf(err).Hint != tt.hint) {
			t.Errorf("%s: %+v", name, fault.ReportOf(err))
		}
	}
}

func TestTheImplicitProfileIsTheWayAroundABrokenFile(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, "broken: [")
	if _, err := config.Load(p.sources()); err == nil {
		t.Error("the file is broken")
	}
	p.flags["profile"] = config.Implicit
	settings := mustLoad(t, p)
	if target, err := settings.Target(); err != nil || target != (config.Target{}) || settings.ProfileName != "" || settings.File != "" {
		t.Errorf("got %+v", settings)
	}
}

func TestNothingAtAll(t *testing.T) {
	settings, err := config.Load(config.Sources{})
	if err != nil || settings.Output != "table" || settings.Auth != "kubeconfig" {
		t.Errorf("got %+v %v", settings, err)
	}
}
