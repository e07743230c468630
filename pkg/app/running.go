package app

// Probes are the questions asked of a running component.
type Probes struct {
	// Whether it takes requests. Failing, it gets none.
	Ready *Probe `json:"ready,omitempty"`
	// Whether it still works. Failing, it is restarted.
	Live *Probe `json:"live,omitempty"`
	// Whether it has started. The other probes wait for it.
	Startup *Probe `json:"startup,omitempty"`
}

// Probe is one question: an HTTP request, a command, or (with neither) whether the port accepts connections.
type Probe struct {
	// Path of an HTTP GET; a status from 200 to 399 is a yes.
	HTTP string `json:"http,omitempty"`
	// Command inside the container; exit code 0 is a yes.
	Exec []string `json:"exec,omitempty"`
	// Port asked. Default: the component's first TCP port.
	Port int `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535"`
	// Wait before the first question, in whole seconds: 10s.
	Delay string `json:"delay,omitempty"`
	// Time between questions. Default: 10s.
	Period string `json:"period,omitempty"`
	// Time an answer may take. Default: 1s.
	Timeout string `json:"timeout,omitempty"`
	// Failures in a row that count. Default: 3.
	Failures int `json:"failures,omitempty" jsonschema:"minimum=1"`
	// No such probe at all; for switching off the default readiness probe.
	Disabled bool `json:"disabled,omitempty"`
}

// Autoscale lets the number of pods follow the load.
type Autoscale struct {
	// Fewest pods. Default: 1.
	Min int `json:"min,omitempty" jsonschema:"minimum=1"`
	// Most pods.
	Max int `json:"max" jsonschema:"minimum=1"`
	// Percentage of the reserved CPU that pods should use on average. Default: 80, unless memory is given. Needs resources.cpu.
	CPU int `json:"cpu,omitempty" jsonschema:"minimum=1"`
	// Percentage of the reserved memory that pods should use on average. Needs resources.memory.
	Memory int `json:"memory,omitempty" jsonschema:"minimum=1"`
}

// Strategy says how pods are replaced by a new version.
type Strategy struct {
	// rolling (new pods first, the default) or recreate (old pods stop first: there is downtime, and never two versions at once).
	Type string `json:"type,omitempty" jsonschema:"enum=rolling,enum=recreate"`
	// Pods above the wanted number while rolling, as a number or percentage in quotes. Default: "25%".
	MaxSurge string `json:"maxSurge,omitempty"`
	// Pods below the wanted number while rolling. Default: "25%".
	MaxUnavailable string `json:"maxUnavailable,omitempty"`
}

// Volume is storage mounted into the component: kept per pod (size), an existing claim (claim), or scratch space that
// ends with the pod (scratch). Exactly one of the three.
type Volume struct {
	// Name, unique in the component. It names the claims, so changing it starts with an empty volume.
	Name string `json:"name" jsonschema:"minLength=1"`
	// Where it is mounted, an absolute path.
	Path string `json:"path" jsonschema:"pattern=^[/$]"`
	// Size of a volume that each pod keeps for itself: 10Gi.
	Size string `json:"size,omitempty"`
	// Storage class of a volume with a size. Default: the cluster's.
	Class string `json:"class,omitempty"`
	// Name of an existing PersistentVolumeClaim, shared by all pods.
	Claim string `json:"claim,omitempty"`
	// Scratch space that ends with the pod.
	Scratch bool `json:"scratch,omitempty"`
	// Mount it read-only.
	ReadOnly bool `json:"readOnly,omitempty"`
}

// Toleration is a taint that the component puts up with.
type Toleration struct {
	// Key of the taint. Left out: every taint.
	Key string `json:"key,omitempty"`
	// Value of the taint. Left out: any value.
	Value string `json:"value,omitempty"`
	// Effect of the taint. Left out: all three.
	Effect string `json:"effect,omitempty" jsonschema:"enum=NoSchedule,enum=PreferNoSchedule,enum=NoExecute"`
	// How long a pod stays after a NoExecute taint appears: 300s. Left out: for ever.
	Stay string `json:"stay,omitempty"`
}

// Job says how a component that runs once is run.
type Job struct {
	// Times a failed run is tried again. Default: 0, so that a failure is seen at once.
	Retries int `json:"retries,omitempty" jsonschema:"minimum=0"`
	// Time after which it is stopped and counted as failed: 30m. Default: none.
	Timeout string `json:"timeout,omitempty"`
}

// Cron says when and how a component is run by the clock.
type Cron struct {
	// Five fields (minute hour day month weekday) or @hourly, @daily, @weekly, @monthly, @yearly.
	Schedule string `json:"schedule" jsonschema:"minLength=1"`
	// Time zone of the schedule, such as Europe/Madrid. Default: that of the controller, mostly UTC.
	TimeZone string `json:"timeZone,omitempty"`
	// What happens when a run is due while the one before still runs: forbid (skip it, the default), allow or replace.
	Overlap string `json:"overlap,omitempty" jsonschema:"enum=forbid,enum=allow,enum=replace"`
	// Keep the schedule but start nothing.
	Suspended bool `json:"suspended,omitempty"`
	// Times a failed run is tried again. Default: 0.
	Retries int `json:"retries,omitempty" jsonschema:"minimum=0"`
	// Time after which a run is stopped and counted as failed: 30m. Default: none.
	Timeout string `json:"timeout,omitempty"`
}
