package kube

import (
	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// newScheme registers the groups in use and no other.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	builder := runtime.NewSchemeBuilder(
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, autoscalingv2.AddToScheme,
		networkingv1.AddToScheme, policyv1.AddToScheme, coordinationv1.AddToScheme,
		authenticationv1.AddToScheme, authorizationv1.AddToScheme,
	)
	if err := builder.AddToScheme(scheme); err != nil {
		return nil, err
	}
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	return scheme, nil
}

// Resource is where objects of one kind live in the API.
type Resource struct {
	Group, Version, Plural, Kind string
	ClusterScoped                bool
}

// GroupVersion is the API group and version, e.g. apps/v1.
func (r Resource) GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: r.Group, Version: r.Version}
}

// Key orders and finds resources, e.g. "apps/v1 Deployment".
func (r Resource) Key() string { return r.GroupVersion().String() + " " + r.Kind }

// Resources in use. Functions, so that nobody can change them.
func core(plural, kind string) Resource {
	return Resource{Version: "v1", Plural: plural, Kind: kind}
}

func Namespaces() Resource {
	return Resource{Version: "v1", Plural: "namespaces", Kind: "Namespace", ClusterScoped: true}
}

func Nodes() Resource {
	return Resource{Version: "v1", Plural: "nodes", Kind: "Node", ClusterScoped: true}
}
func Pods() Resource           { return core("pods", "Pod") }
func Events() Resource         { return core("events", "Event") }
func ConfigMaps() Resource     { return core("configmaps", "ConfigMap") }
func Secrets() Resource        { return core("secrets", "Secret") }
func Services() Resource       { return core("services", "Service") }
func Claims() Resource         { return core("persistentvolumeclaims", "PersistentVolumeClaim") }
func ResourceQuotas() Resource { return core("resourcequotas", "ResourceQuota") }
func LimitRanges() Resource    { return core("limitranges", "LimitRange") }
func Deployments() Resource    { return Resource{"apps", "v1", "deployments", "Deployment", false} }
func StatefulSets() Resource   { return Resource{"apps", "v1", "statefulsets", "StatefulSet", false} }
func DaemonSets() Resource     { return Resource{"apps", "v1", "daemonsets", "DaemonSet", false} }
func ReplicaSets() Resource    { return Resource{"apps", "v1", "replicasets", "ReplicaSet", false} }
func Jobs() Resource           { return Resource{"batch", "v1", "jobs", "Job", false} }
func CronJobs() Resource       { return Resource{"batch", "v1", "cronjobs", "CronJob", false} }
func Autoscalers() Resource {
	return Resource{"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", false}
}

func Ingresses() Resource { return Resource{"networking.k8s.io", "v1", "ingresses", "Ingress", false} }

func NetworkPolicies() Resource {
	return Resource{"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", false}
}

func DisruptionBudgets() Resource {
	return Resource{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", false}
}
func Leases() Resource { return Resource{"coordination.k8s.io", "v1", "leases", "Lease", false} }
func SelfSubjectReviews() Resource {
	return Resource{"authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", true}
}

// ResourceOf finds the resource of an object that bcpaas applies, by its apiVersion and kind.
func ResourceOf(apiVersion, kind string) (Resource, bool) {
	for _, r := range []Resource{
		Namespaces(), Pods(), ConfigMaps(), Secrets(), Services(), Claims(), ResourceQuotas(), LimitRanges(),
		Deployments(), StatefulSets(), DaemonSets(), Jobs(), CronJobs(), Autoscalers(), Ingresses(), NetworkPolicies(),
		DisruptionBudgets(), Leases(),
	} {
		if r.GroupVersion().String() == apiVersion && r.Kind == kind {
			return r, true
		}
	}
	return Resource{}, false
}
