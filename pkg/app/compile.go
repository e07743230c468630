package app

import (
	"sort"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// CompileOptions are what an app's objects depend on beside the App file.
type CompileOptions struct {
	Namespace string // where the objects go; empty means the app's project
	Release   string // release id for an annotation; empty for none
	Owner     Owner

	// ReadFile reads a local file that the App file names, by the path as written there. Getenv looks a variable up in the
	// environment of bcpaas. An app that needs neither may go without them.
	ReadFile func(path string) ([]byte, error)
	Getenv   func(name string) (value string, set bool)
}

// Compile turns an app that Parse or Validate has accepted into the objects to apply, in the order in which to apply them:
// configuration, network policy, services, workloads, autoscalers, disruption budgets, ingress. The same input gives the
// same objects. Its errors are usage faults: no project, or a local file or variable that can't be had.
//
// ConfigMaps, Secrets and Jobs are named by their content, so that a change makes a new one: old pods keep what they
// started with, and a rollback finds it again. No security context is set unless the app asks for restricted, since any
// default would break some image; disruption budgets and the scheduler's own spreading over nodes need no setting.
func Compile(a *App, o CompileOptions) ([]Object, error) {
	if o.Namespace == "" {
		o.Namespace = a.Project
	}
	if o.Namespace == "" {
		return nil, fault.New(fault.Usage, "compiling app %s: it has no project", a.Name).
			WithHint("give --project, or write project: in the file").WithCode("no_project").On(a.Name)
	}
	b := &builder{app: a, options: o}
	for i := range a.Components {
		if err := b.component(&a.Components[i]); err != nil {
			return nil, fault.New(fault.Usage, "compiling component %s of app %s: %w", a.Components[i].DisplayName(), a.Name, err).On(a.Name)
		}
	}
	b.ingress()
	b.networkPolicy()
	objects := make([]Object, 0, len(b.typed))
	for _, typed := range b.typed {
		object, err := newObject(typed)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	sort.SliceStable(objects, func(i, j int) bool { return rank(objects[i].Kind) < rank(objects[j].Kind) })
	return objects, nil
}

func rank(kind string) int {
	switch kind {
	case "ConfigMap", "Secret":
		return 0
	case "NetworkPolicy":
		return 1
	case "Service":
		return 2
	case "HorizontalPodAutoscaler":
		return 4
	case "PodDisruptionBudget":
		return 5
	case "Ingress":
		return 6
	}
	return 3 // workloads
}

// builder gathers the typed objects of an app.
type builder struct {
	app     *App
	options CompileOptions
	typed   []any
}

// part is a component while it is compiled.
type part struct {
	*builder
	*Component
	base     string
	selector map[string]string
	config   config
}

func (b *builder) component(m *Component) error {
	p := &part{builder: b, Component: m, base: BaseName(b.app.Name, m.DisplayName()), selector: selectorLabels(b.app.Name, m.DisplayName())}
	if err := p.configure(); err != nil {
		return err
	}
	if len(m.Ports) > 0 {
		p.service()
	}
	switch {
	case m.Cron != nil:
		p.cronJob()
	case m.Job != nil:
		return p.job()
	case m.Stateful():
		p.statefulSet()
	default:
		p.deployment()
	}
	if m.Serves() {
		p.autoscaler()
		p.disruptionBudget()
	}
	return nil
}

// meta is the metadata of an object of the component.
func (p *part) meta(name string) metav1.ObjectMeta {
	return p.builder.meta(name, p.podLabels())
}

func (p *part) podLabels() map[string]string {
	labels := map[string]string{LabelManagedBy: ManagedBy}
	for key, value := range p.selector {
		labels[key] = value
	}
	return labels
}

func (b *builder) meta(name string, labels map[string]string) metav1.ObjectMeta {
	annotations := map[string]string{}
	for key, value := range map[string]string{
		AnnotationWho: b.options.Owner.Who, AnnotationCommit: b.options.Owner.Commit,
		AnnotationRun: b.options.Owner.Run, AnnotationRelease: b.options.Release,
	} {
		if value != "" {
			annotations[key] = value
		}
	}
	return metav1.ObjectMeta{Name: name, Namespace: b.options.Namespace, Labels: labels, Annotations: annotations}
}

func (b *builder) appLabels() map[string]string {
	return map[string]string{LabelName: b.app.Name, LabelManagedBy: ManagedBy}
}

func (p *part) replicas() *int32 {
	if p.Autoscale != nil {
		return nil // the autoscaler owns the number
	}
	if p.Replicas == nil {
		return new(int32(1))
	}
	return new(int32(*p.Replicas))
}

// defaultMinReady is how long a new pod must stay ready. Without a probe, or with one that only asks for an open port, a
// program that crashes in its first second would count as up.
const defaultMinReady = 2

func (p *part) minReady() int32 {
	if p.MinReady == nil {
		return defaultMinReady
	}
	return int32(*p.MinReady)
}

func (p *part) deployment() {
	d := &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: p.meta(p.base),
		Spec: appsv1.DeploymentSpec{
			Replicas:        p.replicas(),
			MinReadySeconds: p.minReady(),
			Selector:        &metav1.LabelSelector{MatchLabels: p.selector},
			Template:        p.podTemplate(),
		},
	}
	if s := p.Strategy; s != nil {
		if s.Type == "recreate" {
			d.Spec.Strategy.Type = appsv1.RecreateDeploymentStrategyType
		} else if s.MaxSurge != "" || s.MaxUnavailable != "" {
			d.Spec.Strategy = appsv1.DeploymentStrategy{
				Type:          appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: intOrPercent(s.MaxSurge), MaxUnavailable: intOrPercent(s.MaxUnavailable)},
			}
		}
	}
	p.typed = append(p.typed, d)
}
