package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const listTable = `NAME    CURRENT  CLUSTERS    PROJECT  ENDPOINTS
lab 1
office  *        prod, test  shop     harbor, kafka
`

const listWide = `NAME    CURRENT  CLUSTERS    DEFAULT CLUSTER  PROJECT  ENDPOINTS
lab 1
office  *        prod, test  test             shop     harbor, kafka
`

const listJSON = `{
  "kind": "ProfileList",
  "items": [
    {
      "name": "lab 1",
      "current": false,
      "clusters": [],
      "endpoints": []
    },
    {
      "name": "office",
      "current": true,
      "clusters": [
        "prod",
        "test"
      ],
      "defaultCluster": "test",
      "project": "shop",
      "endpoints": [
        "harbor",
        "kafka"
      ]
    }
  ]
}
`

const viewTable = `KEY                    VALUE
profile                office
cluster                test
project                shop
app
output                 table
color                  auto
auth                   kubeconfig
timeout                5m
clusters.prod.context  prod-admin
clusters.test.context  test
harbor.url             https://harbor.example
kafka.brokers          k1:9092,k2:9092
`

const viewOrigin = `KEY                    VALUE                   ORIGIN
profile                office                  HOME/xdg/bcpaas/config.yaml:3
cluster                prod                    flag --cluster
project                cart                    env BCPAAS_PROJECT
app                                            default
output                 table                   default
color                  auto                    default
auth                   kubeconfig              default
timeout                5m                      HOME/xdg/bcpaas/config.yaml:11
clusters.prod.context  prod-admin              HOME/xdg/bcpaas/config.yaml:7
clusters.test.context  test                    HOME/xdg/bcpaas/config.yaml:8
harbor.url             https://harbor.example  HOME/xdg/bcpaas/config.yaml:13
kafka.brokers          k1:9092,k2:9092         HOME/xdg/bcpaas/config.yaml:15
`

const viewJSON = `{
  "kind": "SettingList",
  "items": [
    {
      "key": "profile",
      "value": "(kubeconfig)"
    },
    {
      "key": "cluster",
      "value": ""
    },
    {
      "key": "project",
      "value": ""
    },
    {
      "key": "app",
      "value": ""
    },
    {
      "key": "output",
      "value": "json"
    },
    {
      "key": "color",
      "value": "auto"
    },
    {
      "key": "auth",
      "value": "kubeconfig"
    },
    {
      "key": "timeout",
      "value": ""
    }
  ]
}
`

// The whole output of the verbs that print data, stderr after a line of dashes where there is any.
func TestPrinted(t *testing.T) {
	for name, tt := range map[string]struct {
		vars map[string]string
		args string
		want string
	}{
		"list":      {nil, "list", listTable},
		"list wide": {nil, "list -o wide", listWide},
		"list json": {nil, "list -o json", listJSON},
		"list name": {nil, "list -o name", "lab 1\noffice\n"},
		"list csv": {nil, "list -o csv", "name,current,clusters,default_cluster,project,endpoints\nlab 1,,,,,\n" +
			"office,*,\"prod, test\",test,shop,\"harbor, kafka\"\n"},
		"list with a variable": {
			map[string]string{"BCPAAS_PROFILE": "lab 1"},
			"list --no-headers",
			"lab 1   *\noffice     prod, test  shop  harbor, kafka\n---\n" +
				"BCPAAS_PROFILE goes before the file's current profile, which is office\n",
		},
		"list with a flag of no profile": {nil, "list -o name --profile nope", "lab 1\noffice\n---\n--profile names profile nope, which is not one of these\n"},
		"list without a profile": {nil, "list -o name --profile (kubeconfig)", "lab 1\noffice\n---\n" +
			"no profile is current: bcpaas uses the cluster that kubectl would use; choose one with: bcpaas config use NAME\n"},
		"view":        {nil, "view", viewTable},
		"view json":   {nil, "view -o json --profile (kubeconfig)", viewJSON},
		"view name":   {nil, "view -o name --profile (kubeconfig)", "profile\ncluster\nproject\napp\noutput\ncolor\nauth\ntimeout\n"},
		"view origin": {map[string]string{"BCPAAS_PROJECT": "cart"}, "view --origin --cluster prod", viewOrigin},
		"view origin json": {
			nil, "view --origin -o jsonpath={.items[?(@.key=='harbor.url')].origin}",
			`{"kind":"file","line":13,"name":"HOME/xdg/bcpaas/config.yaml"}`,
		},
		"view origin of a default": {nil, "view --origin -o jsonpath={.items[?(@.key=='color')].origin}", `{"kind":"default"}`},
		"path":                     {nil, "path", "HOME/xdg/bcpaas/config.yaml\n"},
		"path json":                {nil, "path -o json", "{\n  \"path\": \"HOME/xdg/bcpaas/config.yaml\",\n  \"exists\": true\n}\n"},
		"path csv":                 {nil, "path -o csv", "path,exists\nHOME/xdg/bcpaas/config.yaml,yes\n"},
		"path with a broken profile": {
			map[string]string{"BCPAAS_PROFILE": "nope", "BCPAAS_OUTPUT": "name"},
			"path",
			"HOME/xdg/bcpaas/config.yaml\n",
		},
		"validate csv":  {nil, "validate -o csv", "file,result,profiles\nHOME/xdg/bcpaas/config.yaml,valid,2\n"},
		"validate json": {nil, "validate -o json", "{\n  \"file\": \"HOME/xdg/bcpaas/config.yaml\",\n  \"result\": \"valid\",\n  \"profiles\": 2\n}\n"},
		"validate name": {nil, "validate -o name", "HOME/xdg/bcpaas/config.yaml\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, two)
			for key, value := range tt.vars {
				p.vars[key] = value
			}
			got := p.run(t, append([]string{"config"}, strings.Fields(tt.args)...)...)
			if got.err != nil {
				t.Fatal(got.err)
			}
			if got.errs != "" {
				got.out += "---\n" + got.errs
			}
			if diff := cmp.Diff(tt.want, got.out); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// Without a file every verb that only reads works, and says what there is.
func TestPrintedWithoutAFile(t *testing.T) {
	const none = "no profiles: bcpaas uses the cluster that kubectl would use; " +
		"make one with: bcpaas config set profiles.NAME.clusters.CLUSTER.context CONTEXT\n"
	for args, want := range map[string][2]string{
		"list":                 {"", none},
		"list -o json":         {"{\n  \"kind\": \"ProfileList\",\n  \"items\": []\n}\n", none},
		"list -q":              {"", ""},
		"path":                 {"HOME/xdg/bcpaas/config.yaml\n", "there is no such file yet: bcpaas config set makes it\n"},
		"path -o csv":          {"path,exists\nHOME/xdg/bcpaas/config.yaml,no\n", "there is no such file yet: bcpaas config set makes it\n"},
		"validate -o csv":      {"file,result,profiles\nHOME/xdg/bcpaas/config.yaml,absent,0\n", "there is no config file, and none is needed: bcpaas uses the cluster that kubectl would use\n"},
		"unset project":        {"", "profiles.default.project is not set in HOME/xdg/bcpaas/config.yaml: nothing to do\n"},
		"unset project -o csv": {"key,value,file,changed\nprofiles.default.project,,HOME/xdg/bcpaas/config.yaml,no\n", "profiles.default.project is not set in HOME/xdg/bcpaas/config.yaml: nothing to do\n"},
		"use (kubeconfig)":     {"", "no profile is current in HOME/xdg/bcpaas/config.yaml: nothing to do\n"},
	} {
		p := newPlace(t, "")
		p.write(t, "") // the folder is there, as after the first edit
		removeFile(t, p)
		got := p.run(t, append([]string{"config"}, strings.Fields(args)...)...)
		if got.err != nil {
			t.Errorf("%s: %v", args, got.err)
		}
		if diff := cmp.Diff(want, [2]string{got.out, got.errs}); diff != "" {
			t.Errorf("%s: -want +got\n%s", args, diff)
		}
	}
}
