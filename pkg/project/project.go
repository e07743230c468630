// Package project holds the rules of projects: a project is the tenant's unit, one Kubernetes namespace of the same
// name on each cluster. The package is pure; package namespaces is its store.
package project

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Labels and annotations on the namespace.
const (
	LabelManaged   = "app.kubernetes.io/managed-by" // "bcpaas": made by bcpaas
	LabelProtected = "bcpaas.io/protected"          // "true": destructive verbs refuse without --force-protected
	NoteOwner      = "bcpaas.io/owner"
	NoteAbout      = "bcpaas.io/description"
)

// ObjectName is the name of the quota, the limit range and the network policy that bcpaas makes in a project.
const ObjectName = "bcpaas-default"

// Project is one tenant's unit as verbs show it.
type Project struct {
	Name        string    `json:"name"`
	Status      string    `json:"status"` // Active or Terminating
	Protected   bool      `json:"protected"`
	Managed     bool      `json:"managed"` // made by bcpaas
	Owner       string    `json:"owner,omitempty"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`

	Quotas   []Quota        `json:"quotas,omitempty"`   // of get only
	Contents map[string]int `json:"contents,omitempty"` // of get only: how many objects of each kind
	Unread   []string       `json:"unread,omitempty"`   // kinds that may not be counted with this credential
	Blockers []string       `json:"blockers,omitempty"` // why a deletion does not end
}

// Quota is one bounded resource of a project.
type Quota struct {
	Resource string `json:"resource"` // e.g. requests.cpu
	Used     string `json:"used"`
	Hard     string `json:"hard"`
}

// Store reads and changes projects.
type Store interface {
	List(ctx context.Context) iter.Seq2[Project, error]
	Get(ctx context.Context, name string) (Project, error)
	// Create makes the objects of a project. It gives a Conflict fault when the project exists and differs.
	Create(ctx context.Context, spec Spec, dryRun bool) (Created, error)
	Protect(ctx context.Context, name string, protected bool) (changed bool, err error)
	Delete(ctx context.Context, name string, dryRun bool) error
}

// Created is the outcome of Create.
type Created struct {
	Project string           `json:"project"`
	Existed bool             `json:"existed"` // it was there just so
	DryRun  bool             `json:"dryRun,omitempty"`
	Objects []map[string]any `json:"objects,omitempty"` // with a dry run: what would be made
}

// System tells the namespaces that belong to the cluster itself: they are always protected.
func System(name string) bool {
	switch name {
	case "kube-system", "kube-public", "kube-node-lease", "default":
		return true
	default:
		return false
	}
}

// CheckName refuses a name that can't be a namespace.
func CheckName(name string) error {
	if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
		made := fault.New(fault.Usage, "project name %q: %s", name, problems[0])
		if better := suggest(name); better != "" {
			return made.WithHint("%s would do", better)
		}
		return made
	}
	return nil
}

// suggest is the nearest allowed name, or "".
func suggest(name string) string {
	better := regexp.MustCompile(`[^a-z0-9-]+`).ReplaceAllString(strings.ToLower(name), "-")
	better = strings.Trim(better, "-")
	if len(better) > 63 {
		better = strings.Trim(better[:63], "-")
	}
	return better
}

// Refuse gives the Forbidden-like fault of a destructive verb on a protected project, unless it is forced.
func Refuse(p Project, also []string, force bool, verb string) error {
	reason := ""
	switch {
	case System(p.Name):
		reason = "it belongs to the cluster itself"
	case p.Protected:
		reason = "it bears the label " + LabelProtected
	}
	for _, name := range also {
		if name == p.Name {
			reason = "the profile names it in protectedProjects"
		}
	}
	if reason == "" || force {
		return nil
	}
	return fault.New(fault.Usage, "%s %s: the project is protected: %s", verb, p.Name, reason).
		WithCode("protected").On(p.Name).WithHint("give --force-protected if you are sure")
}

// ParseQuantities reads `cpu=4,memory=8Gi,pods=50`.
func ParseQuantities(text string) (map[string]resource.Quantity, error) {
	out := map[string]resource.Quantity{}
	for _, pair := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || name == "" {
			return nil, fault.New(fault.Usage, "quota %q: want NAME=QUANTITY, e.g. cpu=4,memory=8Gi,pods=50", pair)
		}
		quantity, err := resource.ParseQuantity(value)
		if err != nil || quantity.Sign() < 0 {
			return nil, fault.New(fault.Usage, "quota %s: %q is no quantity (e.g. 4, 500m, 8Gi)", name, value)
		}
		if _, twice := out[name]; twice {
			return nil, fault.New(fault.Usage, "quota %s is given twice", name)
		}
		out[name] = quantity
	}
	return out, nil
}

// QuotaSizes are the quotas by choice. "none" is no quota.
func QuotaSizes() map[string]string {
	return map[string]string{
		"small":  "cpu=2,memory=4Gi,pods=20",
		"medium": "cpu=8,memory=16Gi,pods=60",
		"large":  "cpu=32,memory=64Gi,pods=200",
	}
}

// ParseQuota reads a size by name, "none", or quantities.
func ParseQuota(text string) (map[string]resource.Quantity, error) {
	if text == "none" {
		return nil, nil
	}
	if size, ok := QuotaSizes()[text]; ok {
		text = size
	}
	if !strings.Contains(text, "=") {
		return nil, fault.New(fault.Usage, "quota %q: want small, medium, large, none, or quantities such as cpu=4,memory=8Gi,pods=50", text)
	}
	return ParseQuantities(text)
}

// Summary is what a deletion would take along, e.g. "3 deployments, 1 persistentvolumeclaim".
func (p Project) Summary(order []string) string {
	var parts []string
	for _, kind := range order {
		if n := p.Contents[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, plural(kind, n)))
		}
	}
	for _, kind := range p.Unread {
		parts = append(parts, "an unknown number of "+kind)
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func plural(kind string, n int) string {
	switch {
	case n != 1:
		return kind
	case strings.HasSuffix(kind, "sses"): // ingresses
		return strings.TrimSuffix(kind, "es")
	default:
		return strings.TrimSuffix(kind, "s")
	}
}
