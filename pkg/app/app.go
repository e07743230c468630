// Package app is the domain of applications: the App file, the objects it compiles to, the rule that decides between
// the file and what somebody changed live, and the record of a release. It is pure: nothing here reads a file, the
// environment or the network; what must be read is read by functions that the caller passes in.
package app

// APIVersion and Kind stand at the head of every App file.
const (
	APIVersion = "bcpaas.io/v1"
	Kind       = "App"
)

// App is one application: everything that is deployed, recorded as a release and rolled back together.
type App struct {
	// Always bcpaas.io/v1.
	APIVersion string `json:"apiVersion" jsonschema:"enum=bcpaas.io/v1"`
	// Always App.
	Kind string `json:"kind" jsonschema:"enum=App"`
	// Name of the app, unique in its project: lower-case letters, digits and '-', beginning with a letter. The objects on the cluster are called by it, so it must leave room for '-' and a component's name within 52 characters.
	Name string `json:"name" jsonschema:"minLength=1"`
	// Project (Kubernetes namespace) that the app belongs to. Left out, it is the one of --project or of the profile.
	Project string `json:"project,omitempty"`
	// What runs: at least one component, each becomes one workload (Deployment, StatefulSet, Job or CronJob).
	Components []Component `json:"components" jsonschema:"minItems=1"`
	// Host names under which the app is reached from outside the cluster. All of them make one Ingress.
	Domains []Domain `json:"domains,omitempty"`
	// Who may open connections to the app's pods. Left out, the project's own policies decide; given, only pods of the app itself and of the listed projects may.
	NetworkPolicy *NetworkPolicy `json:"networkPolicy,omitempty"`
}

// Domain is one address of the app outside the cluster.
type Domain struct {
	// Host name, such as cart.example.org or *.example.org.
	Host string `json:"host" jsonschema:"minLength=1"`
	// Beginning of the URL path that is sent here. Default: /
	Path string `json:"path,omitempty"`
	// Component that answers. Default: the only component with a port.
	Component string `json:"component,omitempty"`
	// Port of that component, by its number inside the container. Default: its first port.
	Port int `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535"`
	// Name of the Secret that holds the certificate (type kubernetes.io/tls) of this host. Left out, the ingress controller's default applies.
	TLS string `json:"tls,omitempty"`
}

// NetworkPolicy limits who may open connections to the app. Connections that the app opens are not limited.
type NetworkPolicy struct {
	// Projects whose pods may connect, for instance that of the ingress controller. Pods of the app itself always may.
	FromProjects []string `json:"fromProjects,omitempty"`
}

// Owner says where a deployment comes from. Empty fields make no annotation.
type Owner struct {
	Who    string `json:"who,omitempty"`    // the actor as the API server knows it
	Commit string `json:"commit,omitempty"` // source commit
	Run    string `json:"run,omitempty"`    // pipeline run
}
