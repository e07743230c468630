package diagnosis

import "strings"

// Ref names one object. Kind is as in its manifest ("Deployment"); Namespace is empty for cluster-wide objects.
type Ref struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// String reads "shop/deployment/cart", the project first as everywhere in bcpaas; "node/n1" for a cluster-wide object.
func (r Ref) String() string {
	if r.Namespace == "" {
		return r.Arg()
	}
	return r.Namespace + "/" + r.Arg()
}

// Arg reads "deployment/cart": what one types, beside -p or -n.
func (r Ref) Arg() string {
	if r.Kind == "" {
		return r.Name
	}
	return strings.ToLower(r.Kind) + "/" + r.Name
}

// IsZero tells whether nothing is named.
func (r Ref) IsZero() bool { return r == Ref{} }
