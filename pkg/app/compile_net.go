package app

import (
	"sort"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func (p *part) service() {
	s := &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: p.meta(p.base),
		Spec:       corev1.ServiceSpec{Selector: p.selector},
	}
	for i := range p.Ports {
		port := &p.Ports[i]
		s.Spec.Ports = append(s.Spec.Ports, corev1.ServicePort{
			Name: port.name(i == 0), Port: int32(port.service()), Protocol: corev1.Protocol(port.protocol()),
			TargetPort: intstr.FromInt32(int32(port.Port)),
		})
	}
	p.typed = append(p.typed, s)
}

func (p *part) headlessName() string { return p.base + "-pods" }

// headlessService gives each pod of a StatefulSet a name of its own in DNS, also before it is ready, since the pods of a
// cluster find each other by it.
func (p *part) headlessService() {
	p.typed = append(p.typed, &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: p.meta(p.headlessName()),
		Spec:       corev1.ServiceSpec{Selector: p.selector, ClusterIP: corev1.ClusterIPNone, PublishNotReadyAddresses: true},
	})
}

// ingress makes one Ingress of all domains, hosts in the order of the file.
func (b *builder) ingress() {
	if len(b.app.Domains) == 0 {
		return
	}
	in := &networkingv1.Ingress{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"},
		ObjectMeta: b.meta(b.app.Name, b.appLabels()),
	}
	rules := map[string]int{}
	certificates := map[string][]string{}
	for i := range b.app.Domains {
		d := &b.app.Domains[i]
		component, port, err := b.app.destination(d)
		if err != nil {
			continue // Validate refuses such an app
		}
		at, there := rules[d.Host]
		if !there {
			at = len(in.Spec.Rules)
			rules[d.Host] = at
			in.Spec.Rules = append(in.Spec.Rules, networkingv1.IngressRule{Host: d.Host, IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{}}})
		}
		http := in.Spec.Rules[at].HTTP
		http.Paths = append(http.Paths, networkingv1.HTTPIngressPath{
			Path: orDefault(d.Path, "/"), PathType: new(networkingv1.PathTypePrefix),
			Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
				Name: BaseName(b.app.Name, component.DisplayName()), Port: networkingv1.ServiceBackendPort{Number: int32(port.service())},
			}},
		})
		if d.TLS != "" {
			certificates[d.TLS] = append(certificates[d.TLS], d.Host)
		}
	}
	for _, name := range sortedKeys(certificates) {
		in.Spec.TLS = append(in.Spec.TLS, networkingv1.IngressTLS{Hosts: unique(certificates[name]), SecretName: name})
	}
	b.typed = append(b.typed, in)
}

func unique(words []string) []string {
	sort.Strings(words)
	var out []string
	for i, word := range words {
		if i == 0 || word != words[i-1] {
			out = append(out, word)
		}
	}
	return out
}

// networkPolicy admits the app's own pods and those of the listed projects.
func (b *builder) networkPolicy() {
	asked := b.app.NetworkPolicy
	if asked == nil {
		return
	}
	own := metav1.LabelSelector{MatchLabels: map[string]string{LabelName: b.app.Name, LabelManagedBy: ManagedBy}}
	from := []networkingv1.NetworkPolicyPeer{{PodSelector: &own}}
	for _, project := range asked.FromProjects {
		from = append(from, networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{
			MatchLabels: map[string]string{"kubernetes.io/metadata.name": project},
		}})
	}
	b.typed = append(b.typed, &networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: b.meta(b.app.Name, b.appLabels()),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: own,
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
			Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: from}},
		},
	})
}
