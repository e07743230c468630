package config_test

import (
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

func TestFileMessages(t *testing.T) {
	const at = "HOME/.config/bcpaas/config.yaml:"
	profile := func(fields string) string { return head + "profiles:\n  p.1:\n    " + fields + "\n" }
	const secrets = "secrets are not kept in the config: "
	for name, tt := range map[string]struct{ source, want string }{
		"typo at the top":        {head + "curentProfile: a\n", at + `3:1: unknown field "curentProfile", did you mean "currentProfile"?`},
		"typo in a profile":      {profile("projct: a"), at + `5:5: unknown field "projct", did you mean "project"?`},
		"typo in an endpoint":    {profile("harbor: {ulr: x}"), at + `5:14: unknown field "ulr", did you mean "url"?`},
		"newer":                  {"apiVersion: bcpaas.io/v2\nkind: Config\nnew: field\n", at + "1:13: the file is of version bcpaas.io/v2, this bcpaas reads bcpaas.io/v1: use a newer bcpaas"},
		"no version":             {"kind: Config\n", at + `1:1: apiVersion must be bcpaas.io/v1, not ""`},
		"kind":                   {"apiVersion: bcpaas.io/v1\nkind: App\n", at + `2:7: kind must be Config, not "App"`},
		"current profile":        {head + "currentProfile: pord\nprofiles: {prod: {}}\n", at + `3:17: there is no profile "pord", did you mean "prod"?`},
		"default cluster":        {profile("defaultCluster: x"), at + `5:21: there is no cluster "x"`},
		"no context":             {profile("clusters: {a.b: {}}"), at + `5:21: cluster "a.b" needs a context: the name of a kubeconfig context`},
		"auth":                   {profile("auth: ldap"), at + `5:11: auth must be dex or kubeconfig, not "ldap"`},
		"color":                  {profile("color: yes"), at + `5:12: color must be auto, always or never, not "yes"`},
		"timeout":                {profile("timeout: 90"), at + `5:14: timeout can't be "90": write a duration as 90s, 5m, 4h, 2d or 1h30m, or 0 for no limit`},
		"store":                  {profile("catalog: {store: oracle}"), at + `5:22: store must be cluster or mysql, not "oracle"`},
		"address":                {profile("catalog: {address: db}"), at + `5:24: "db" is not host:port`},
		"broker":                 {profile("kafka: {brokers: ['a:1', 'b:0']}"), at + `5:30: "b:0" is not host:port`},
		"url":                    {profile("harbor: {url: harbor.example}"), at + `5:19: url must be a URL such as https://host`},
		"directory url":          {profile("directory: {url: 'https://x'}"), at + `5:22: url must be a URL such as ldaps://host`},
		"issuer":                 {profile("dex: {issuer: x}"), at + `5:19: issuer must be a URL such as https://host`},
		"password in a url":      {profile("harbor: {url: 'https://u:hunter2@x'}"), at + "5:19: " + secrets + "write the URL without user and password"},
		"password":               {profile("harbor: {password: hunter2}"), at + "5:14: " + secrets + "use passwordFile or passwordCommand"},
		"token":                  {profile("prometheus: {token: hunter2}"), at + "5:18: " + secrets + "use tokenFile or tokenCommand"},
		"bind password":          {profile("directory: {bindPassword: hunter2}"), at + "5:17: " + secrets + "use bindPasswordFile or bindPasswordCommand"},
		"password, for bind":     {profile("directory: {password: hunter2}"), at + "5:17: " + secrets + "use bindPasswordFile or bindPasswordCommand"},
		"client secret":          {profile("dex: {clientSecret: hunter2}"), at + "5:11: " + secrets + "use clientSecretFile or clientSecretCommand"},
		"secret at the top":      {head + "apiToken: hunter2\n", at + "3:1: " + secrets + "keep them in a file or behind a command"},
		"file and command":       {profile("harbor: {passwordFile: a, passwordCommand: b}"), at + "5:48: passwordFile and passwordCommand are both set: keep one"},
		"command":                {profile("harbor: {passwordCommand: pass 'x}"), at + `5:31: passwordCommand can't be "pass 'x": the quote ' is not closed`},
		"empty command":          {profile("harbor: {passwordCommand: []}"), at + `5:31: passwordCommand: a command needs a program`},
		"name of a profile":      {head + "profiles: {(kubeconfig): {}}\n", at + `3:26: a profile can't be named "(kubeconfig)": the name stands for the profile that needs no file`},
		"empty name":             {head + "profiles: {'': {}}\n", at + `3:16: a profile can't be named "": a name can't be empty`},
		"invisible name":         {profile(`clusters: {"a\u200b": {context: b}}`), at + `5:27: a cluster can't be named "a\u200b": it has characters that can't be seen`},
		"duplicate profile":      {head + "profiles:\n  a: {}\n  a: {}\n", at + `5:3: duplicate key "a", first on line 4`},
		"clusters of wrong type": {profile("clusters: [a]"), at + "5:15: clusters must be a mapping, not a list"},
		"several": {profile("auth: x\n    color: y\n    zzzzz: 1"), at + `5:11: auth must be dex or kubeconfig, not "x"` + "\n" +
			at + `6:12: color must be auto, always or never, not "y"` + "\n" + at + `7:5: unknown field "zzzzz"`},
	} {
		p := newPlace(t)
		p.writeConfig(t, tt.source)
		_, err := config.Read(p.sources())
		wantError(t, name, p, err, tt.want)
		if err != nil && (!fault.Is(err, fault.Usage) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: kind %s, %s", name, fault.KindOf(err).Code(), err)
		}
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	p := newPlace(t)
	if file, err := config.Read(p.sources()); err != nil || file.Path != "" {
		t.Errorf("none, and none asked for: %+v %v", file, err)
	}
	p.env["BCPAAS_CONFIG"] = "~/other.yaml"
	_, err := config.Read(p.sources())
	wantError(t, "asked for", p, err, "reading config HOME/other.yaml: no such file or directory")
	p.write(t, "other.yaml", "# nothing\n")
	if file, err := config.Read(p.sources()); err != nil || len(file.Config.ProfileNames()) != 0 {
		t.Errorf("empty: %+v %v", file, err)
	}
}

func TestFileIsRead(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, full)
	file, err := config.Read(p.sources())
	if err != nil || strings.Join(file.Config.ProfileNames(), " ") != "test 生产.Beijing" {
		t.Errorf("got %+v %v", file, err)
	}
}

// Whatever is in the file: no panic, and errors that are usage faults; what can be read can be edited, and reads the same.
func FuzzFile(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(head + "profiles: {a: &a {project: x}, b: *a}\n"))
	f.Add([]byte(head + "profiles:\n  a:\n    project: |\n      x\n\n      y\n\n# end\n"))
	f.Add([]byte("apiVersion: bcpaas.io/v9\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		before, err := config.Parse(source)
		if err != nil {
			if !fault.Is(err, fault.Usage) || strictyaml.ProblemsOf(err) == nil {
				t.Fatalf("error: %v", err)
			}
			return
		}
		edited, err := config.SetIn(source, "profiles.fuzz.project", "edited")
		if err != nil {
			return // an alias in the way, for one
		}
		after, err := config.Parse(edited)
		if err != nil {
			t.Fatalf("after the edit: %v\n%s", err, edited)
		}
		if after.Profiles["fuzz"].Project != "edited" {
			t.Fatalf("not edited:\n%s", edited)
		}
		for name, profile := range before.Profiles {
			if name != "fuzz" && config.Describe(profile) != config.Describe(after.Profiles[name]) {
				t.Fatalf("profile %q changed:\n%s", name, edited)
			}
		}
	})
}
