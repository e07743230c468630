package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/bcpaas/bcpaas/pkg/kube"
)

// Who adds a verb has to say what it needs.
func TestEveryVerbOnTheClusterHasItsRights(t *testing.T) {
	var listed []string
	for _, r := range roles() {
		listed = append(listed, r.Verbs...)
	}
	root, _ := newTree(io.Discard)
	var verbs []string
	walk(root, func(cmd *cobra.Command) {
		words := strings.Fields(cmd.CommandPath())
		if len(words) == 3 && (words[1] == "app" || words[1] == "project") {
			verbs = append(verbs, words[1]+" "+words[2])
		}
	})
	for _, verb := range verbs {
		if !slices.Contains(listed, verb) {
			t.Errorf("%s is in no role of rights.go", verb)
		}
	}
	for _, verb := range listed {
		if !slices.Contains(verbs, verb) {
			t.Errorf("rights.go names %s, which is no verb", verb)
		}
	}
}

// openToAll are resources that Kubernetes itself opens to every signed-in user.
func openToAll() []string { return []string{"SelfSubjectReviews"} }

// A store that begins to use another resource needs another right.
func TestEveryResourceThatAStoreUsesIsInTheTable(t *testing.T) {
	resources := map[string]kube.Resource{
		"Namespaces": kube.Namespaces(), "Nodes": kube.Nodes(), "Pods": kube.Pods(), "Events": kube.Events(), "ConfigMaps": kube.ConfigMaps(),
		"Secrets": kube.Secrets(), "Services": kube.Services(), "Claims": kube.Claims(), "ResourceQuotas": kube.ResourceQuotas(),
		"LimitRanges": kube.LimitRanges(), "Deployments": kube.Deployments(), "StatefulSets": kube.StatefulSets(),
		"DaemonSets": kube.DaemonSets(), "ReplicaSets": kube.ReplicaSets(), "Jobs": kube.Jobs(), "CronJobs": kube.CronJobs(),
		"Autoscalers": kube.Autoscalers(), "Ingresses": kube.Ingresses(), "NetworkPolicies": kube.NetworkPolicies(),
		"DisruptionBudgets": kube.DisruptionBudgets(), "Leases": kube.Leases(),
	}
	declared := map[string]bool{}
	for _, name := range resourceFunctions(t) {
		declared[name] = true
		if _, known := resources[name]; !known && !slices.Contains(openToAll(), name) {
			t.Errorf("kube.%s is a resource that this test does not know", name)
		}
	}
	for store, roleNames := range map[string][]string{
		"pkg/app/kubestore":       {"app-read", "app-deploy", "app-delete"},
		"pkg/diagnosis/kubewatch": {"app-read"},
		"pkg/project/namespaces":  {"project-list", "project-get", "project-create", "project-protect", "project-delete"},
	} {
		for _, name := range used(t, store) {
			r, known := resources[name]
			if !declared[name] || !known {
				continue
			}
			covered := slices.ContainsFunc(roles(), func(have role) bool {
				return slices.Contains(roleNames, have.Name) && (have.allows(r.Group, r.Plural, "get") || have.allows(r.Group, r.Plural, "list"))
			})
			if !covered {
				t.Errorf("%s uses %s, which no role of %v may read", store, r.Plural, roleNames)
			}
		}
	}
}

// What follows a watch has to hold list and watch for it, in both roles that diagnose.
func TestWhoDiagnosesMayWatch(t *testing.T) {
	for _, r := range roles() {
		if r.Name != "app-read" && r.Name != "app-deploy" {
			continue
		}
		for resource, group := range map[string]string{"deployments": "apps", "statefulsets": "apps", "replicasets": "apps", "jobs": "batch", "cronjobs": "batch", "pods": "", "events": ""} {
			for _, verb := range []string{"list", "watch"} {
				if !r.allows(group, resource, verb) {
					t.Errorf("%s may not %s %s", r.Name, verb, resource)
				}
			}
		}
	}
}

func TestRolesAreStrictlyWhatKubernetesReads(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(module, "examples", "rbac", "*.yaml"))
	if err != nil || len(files) != len(roles()) {
		t.Fatalf("%d files, %v", len(files), err)
	}
	names := map[string]bool{}
	for _, file := range files {
		for _, r := range decodeRoles(t, file) {
			if r.Kind != "ClusterRole" || r.APIVersion != rbacv1.SchemeGroupVersion.String() || len(r.Rules) == 0 || names[r.Name] {
				t.Errorf("%s: %s %s %q with %d rules", file, r.APIVersion, r.Kind, r.Name, len(r.Rules))
			}
			names[r.Name] = true
			for _, rule := range r.Rules {
				if len(rule.APIGroups) != 1 || len(rule.Resources) == 0 || len(rule.Verbs) == 0 || slices.Contains(rule.Verbs, "*") {
					t.Errorf("%s: %s: rule %v", file, r.Name, rule)
				}
			}
		}
	}
}

// decodeRoles reads all documents of a file, and refuses fields that the API does not have.
func decodeRoles(t *testing.T, file string) []rbacv1.ClusterRole {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []rbacv1.ClusterRole
	for documents := yaml.NewDecoder(bytes.NewReader(raw)); ; {
		var tree any
		if err := documents.Decode(&tree); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		body, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		var r rbacv1.ClusterRole
		strict := json.NewDecoder(bytes.NewReader(body))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&r); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, r)
	}
}

// resourceFunctions are the functions of pkg/kube that name a resource.
func resourceFunctions(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, file := range parsed(t, "pkg/kube") {
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Recv != nil || function.Type.Params.NumFields() > 0 || function.Type.Results.NumFields() != 1 {
				continue
			}
			if result, ok := function.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "Resource" {
				names = append(names, function.Name.Name)
			}
		}
	}
	if len(names) < 20 {
		t.Fatalf("only %d resources were found: %v", len(names), names)
	}
	return names
}

// used are the functions of pkg/kube that a package calls.
func used(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	for _, file := range parsed(t, folder) {
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.SelectorExpr); ok {
				if of, ok := call.X.(*ast.Ident); ok && of.Name == "kube" && !slices.Contains(names, call.Sel.Name) {
					names = append(names, call.Sel.Name)
				}
			}
			return true
		})
	}
	return names
}

func parsed(t *testing.T, folder string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(module, filepath.FromSlash(folder), "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(paths), err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
