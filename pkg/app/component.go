package app

// Component is one workload of an app: a service that keeps running, a job that runs once, or a cron that runs by the
// clock.
type Component struct {
	// Name of the component, unique in the app. Default: main. The objects of the component main are called by the app's name alone, those of any other APP-COMPONENT, so that adding a component renames nothing.
	Name string `json:"name,omitempty"`
	// Container image, with a tag or digest: registry.example/shop/cart:9.
	Image string `json:"image" jsonschema:"minLength=1"`
	// Program to run instead of the image's entry point.
	Command []string `json:"command,omitempty"`
	// Arguments instead of the image's own.
	Args []string `json:"args,omitempty"`
	// Ports the component listens on. The first one gets the default readiness probe and the app's domains.
	Ports []Port `json:"ports,omitempty"`
	// Environment variables in plain text. A value may use another variable as $(NAME).
	Env map[string]string `json:"env,omitempty"`
	// Environment variables with secret values, which never stand in this file.
	Secrets map[string]Secret `json:"secrets,omitempty"`
	// Configuration files, by their absolute path in the container. All that stand here or are read from disk may hold 900 KiB together.
	Files map[string]File `json:"files,omitempty"`
	// CPU and memory to reserve, and limits.
	Resources *Resources `json:"resources,omitempty"`
	// How the component's health is asked. By default a component with a TCP port is ready when the first such port accepts connections, and there is no liveness probe, since a wrong one kills what is only slow.
	Probes *Probes `json:"probes,omitempty"`
	// Number of pods. Default: 1. From 2 on, a disruption budget lets node drains take one pod at a time.
	Replicas *int `json:"replicas,omitempty" jsonschema:"minimum=0"`
	// Seconds that a new pod must stay ready before it counts as up. Default: 2, so that a program which ends right after its start is not taken for a good one.
	MinReady *int `json:"minReady,omitempty" jsonschema:"minimum=0,maximum=3600"`
	// Number of pods that follows the load, instead of replicas.
	Autoscale *Autoscale `json:"autoscale,omitempty"`
	// How pods are replaced by a new version.
	Strategy *Strategy `json:"strategy,omitempty"`
	// Storage. A volume with a size is kept per pod and makes the component a StatefulSet.
	Volumes []Volume `json:"volumes,omitempty"`
	// Containers that run to their end, in this order, before the component starts. They see the same volumes and files.
	InitContainers []InitContainer `json:"initContainers,omitempty"`
	// Labels that a node must have.
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// Taints of nodes that the component puts up with.
	Tolerations []Toleration `json:"tolerations,omitempty"`
	// ServiceAccount the pods run as. Default: that of the project.
	ServiceAccount string `json:"serviceAccount,omitempty"`
	// Secrets with registry credentials for pulling the images.
	PullSecrets []string `json:"pullSecrets,omitempty"`
	// Run with the limits that the Pod Security level "restricted" asks for: not as root, no added rights, the runtime's system call filter. Off by default, since images that start as root would break.
	Restricted bool `json:"restricted,omitempty"`
	// Run once to the end instead of keeping running. It runs again when anything in the component changes.
	Job *Job `json:"job,omitempty"`
	// Run by the clock instead of keeping running.
	Cron *Cron `json:"cron,omitempty"`
}

// Port is one port that a component listens on.
type Port struct {
	// Number inside the container.
	Port int `json:"port" jsonschema:"minimum=1,maximum=65535"`
	// Name, at most 15 lower-case letters, digits and '-'. Default: http for the first port, port-NUMBER for others.
	Name string `json:"name,omitempty"`
	// Number at the app's Service, where other apps connect. Default: the same as port.
	Service int `json:"service,omitempty" jsonschema:"minimum=1,maximum=65535"`
	// TCP, UDP or SCTP. Default: TCP.
	Protocol string `json:"protocol,omitempty" jsonschema:"enum=TCP,enum=UDP,enum=SCTP"`
}

// Secret says where a secret value comes from: a key of a Secret on the cluster, a local file, or a variable of the
// environment in which bcpaas runs. Exactly one of the three.
type Secret struct {
	// Name of a Secret in the project. Needs key.
	Secret string `json:"secret,omitempty"`
	// Key in that Secret.
	Key string `json:"key,omitempty"`
	// Path of a local file, relative to this file. Its content goes into a Secret, one trailing line break left out.
	File string `json:"file,omitempty"`
	// Environment variable of bcpaas. Its value goes into a Secret.
	Env string `json:"env,omitempty"`
}

// File is the content of one configuration file: text, a local file, or a key of a Secret on the cluster. Exactly one
// of the three.
type File struct {
	// The text itself.
	Content string `json:"content,omitempty"`
	// Path of a local file, relative to this file.
	File string `json:"file,omitempty"`
	// Name of a Secret in the project. Needs key.
	Secret string `json:"secret,omitempty"`
	// Key in that Secret.
	Key string `json:"key,omitempty"`
}

// Resources are what a pod reserves, and the limits it can't pass.
type Resources struct {
	// CPU to reserve, in cores: 250m is a quarter.
	CPU string `json:"cpu,omitempty"`
	// Memory to reserve: 128Mi.
	Memory string `json:"memory,omitempty"`
	// Upper bounds. Above the memory limit the container is killed, above the CPU limit it is slowed down.
	Limits *Limits `json:"limits,omitempty"`
}

// Limits are the upper bounds of a container.
type Limits struct {
	// CPU in cores.
	CPU string `json:"cpu,omitempty"`
	// Memory.
	Memory string `json:"memory,omitempty"`
}

// InitContainer runs to its end before the component starts.
type InitContainer struct {
	// Name, different from the component's and from the other init containers'.
	Name string `json:"name" jsonschema:"minLength=1"`
	// Container image. Default: the component's.
	Image string `json:"image,omitempty"`
	// Program to run instead of the image's entry point.
	Command []string `json:"command,omitempty"`
	// Arguments instead of the image's own.
	Args []string `json:"args,omitempty"`
	// Environment variables in plain text. Those of the component are not inherited.
	Env map[string]string `json:"env,omitempty"`
	// Environment variables with secret values.
	Secrets map[string]Secret `json:"secrets,omitempty"`
	// CPU and memory to reserve, and limits.
	Resources *Resources `json:"resources,omitempty"`
}
