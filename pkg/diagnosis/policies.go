package diagnosis

import "time"

// Code is the stable name of a cause: scripts match on it, so codes are only ever added.
type Code string

// The codes.
const (
	ImageNotFound         Code = "image_not_found"
	ImageAccessDenied     Code = "image_access_denied"
	ImageNameInvalid      Code = "image_name_invalid"
	ImagePlatformMissing  Code = "image_platform_missing"
	ImageNeverPull        Code = "image_never_pull"
	ImagePullTimeout      Code = "image_pull_timeout"
	RegistryUnreachable   Code = "registry_unreachable"
	ImagePullFailed       Code = "image_pull_failed"
	ConfigMissing         Code = "config_missing"
	VolumeConfigMissing   Code = "volume_config_missing"
	CommandNotFound       Code = "command_not_found"
	ContainerStartFailed  Code = "container_start_failed"
	OOMKilled             Code = "oom_killed"
	CrashLoop             Code = "crash_loop"
	PodFailed             Code = "pod_failed"
	ProbeFailing          Code = "probe_failing"
	ReadinessGate         Code = "readiness_gate"
	InitStuck             Code = "init_stuck"
	QuotaExceeded         Code = "quota_exceeded"
	QuotaUnspecified      Code = "quota_unspecified"
	LimitRange            Code = "limit_range"
	AdmissionDenied       Code = "admission_denied"
	AdmissionUnreachable  Code = "admission_unreachable"
	ForbiddenCreate       Code = "forbidden_create"
	PodInvalid            Code = "pod_invalid"
	CreateFailed          Code = "create_failed"
	ClaimMissing          Code = "claim_missing"
	ClaimUnbound          Code = "claim_unbound"
	VolumeMountFailed     Code = "volume_mount_failed"
	UnschedulableCPU      Code = "unschedulable_cpu"
	UnschedulableMemory   Code = "unschedulable_memory"
	UnschedulableStorage  Code = "unschedulable_ephemeral"
	UnschedulableExtended Code = "unschedulable_extended"
	UnschedulablePods     Code = "unschedulable_pods"
	UnschedulableVolume   Code = "unschedulable_volume"
	UnschedulableAffinity Code = "unschedulable_affinity"
	UnschedulablePorts    Code = "unschedulable_ports"
	UnschedulableTaint    Code = "unschedulable_taint"
	UnschedulableGate     Code = "unschedulable_gate"
	UnschedulableOther    Code = "unschedulable_other"
	NodeNotReady          Code = "node_not_ready"
	NodePressure          Code = "node_pressure"
	PodEvicted            Code = "pod_evicted"
	SandboxFailed         Code = "sandbox_failed"
	JobFailed             Code = "job_failed"
	CronJobSuspended      Code = "cronjob_suspended"
	CronJobMissed         Code = "cronjob_missed"
	StuckTerminating      Code = "stuck_terminating"
	PDBBlocking           Code = "pdb_blocking"
	HPANoMetrics          Code = "hpa_no_metrics"
	RolloutPaused         Code = "rollout_paused"
	JobSuspended          Code = "job_suspended"
	ProgressDeadline      Code = "progress_deadline_exceeded"
	ReplicasUnavailable   Code = "replicas_unavailable"
)

// Class tells how a cause becomes final.
type Class string

// The classes.
const (
	// Certain: waiting cannot help; final after its grace, which only lets the picture settle.
	Certain Class = "certain"
	// Persistent: it may pass; final after its grace, and later or never where one node explains it.
	Persistent Class = "persistent"
	// Info: told, never final.
	Info Class = "info"
)

// Policy is how the cause of one code is judged.
type Policy struct {
	Code  Code
	Class Class
	// NodeSuspect: one node's network, disk or runtime would explain it as well as anything.
	NodeSuspect bool
	// Tries that must have failed before it is final.
	Tries int32
	Grace time.Duration
	// SureGrace holds instead of Grace where the finding itself shows that waiting is in vain (a request larger than
	// every node); zero: no such case.
	SureGrace time.Duration
	Args      []string // the placeholders its findings supply, beside the common ones
	Words     string   // for tables
}

// Policies is the table, the most telling cause first: the order is that of a report's causes.
//
//nolint:funlen // one table
func Policies() []Policy {
	const s = time.Second
	unschedulable := []string{"reasons", "request", "largest", "free", "nodes"}
	// An autoscaler needs a minute or two to add a node.
	pending := func(code Code, words string) Policy {
		return Policy{Code: code, Class: Persistent, Grace: 90 * s, SureGrace: 10 * s, Args: unschedulable, Words: words}
	}
	return []Policy{
		// What is wrong with the description itself: 2 s let the sibling pods fail too, so that they are counted.
		{Code: ImageNotFound, Class: Certain, Grace: 2 * s, Args: []string{"image", "repository", "detail"}, Words: "image not found"},
		{Code: ImageNameInvalid, Class: Certain, Grace: 2 * s, Args: []string{"image", "detail"}, Words: "image name invalid"},
		{Code: ImagePlatformMissing, Class: Certain, Grace: 2 * s, Args: []string{"image", "detail"}, Words: "image has no such platform"},
		// Somebody may just be loading it onto the node.
		{Code: ImageNeverPull, Class: Certain, Grace: 15 * s, Args: []string{"image"}, Words: "image not on the node"},
		// A token service that restarts refuses once: only the second refusal counts.
		{Code: ImageAccessDenied, Class: Certain, Tries: 2, Grace: 2 * s, Args: []string{"image", "detail"}, Words: "registry refuses access"},
		// A Secret applied just after the workload is a habit of many manifests.
		{Code: ConfigMissing, Class: Certain, Grace: 10 * s, Args: []string{"kind", "object", "key"}, Words: "missing [key {key} of ]{kind} {object}"},
		{Code: VolumeConfigMissing, Class: Certain, Grace: 15 * s, Args: []string{"kind", "object", "key", "volume"}, Words: "missing [key {key} of ]{kind} {object}"},
		{Code: CommandNotFound, Class: Certain, Grace: 2 * s, Args: []string{"command", "detail"}, Words: "command not found"},
		{Code: ContainerStartFailed, Class: Persistent, Grace: 30 * s, Args: []string{"detail"}, Words: "container does not start"},
		{Code: OOMKilled, Class: Persistent, Tries: 2, Grace: 10 * s, Args: []string{"limit", "request", "restarts"}, Words: "out of memory"},
		// Before crash_loop: a container killed by its own probe crashes, but the probe is the cause.
		{Code: ProbeFailing, Class: Persistent, Grace: 60 * s, Args: []string{"probe", "answer", "check", "restarts"}, Words: "{probe} probe fails"},
		// Two restarts: the third run ended like the first two. 20 s let a slow dependency come up.
		{Code: CrashLoop, Class: Persistent, Tries: 2, Grace: 20 * s, Args: []string{"exitCode", "signal", "reason", "restarts"}, Words: "crashes, exit {exitCode}"},
		{Code: JobFailed, Class: Certain, Grace: 0, Args: []string{"reason", "detail", "exitCode", "failed", "limit"}, Words: "job failed"},
		{Code: PodFailed, Class: Certain, Grace: 0, Args: []string{"exitCode", "reason", "detail"}, Words: "pod failed"},
		// Pods that are going may still hold the quota.
		{Code: QuotaExceeded, Class: Certain, Grace: 15 * s, Args: []string{"quota", "resource", "requested", "used", "limited"}, Words: "quota exceeded: {resource}"},
		{Code: QuotaUnspecified, Class: Certain, Grace: 5 * s, Args: []string{"quota", "detail"}, Words: "quota needs {detail}"},
		{Code: LimitRange, Class: Certain, Grace: 5 * s, Args: []string{"detail"}, Words: "limit range refuses"},
		{Code: AdmissionDenied, Class: Certain, Grace: 10 * s, Args: []string{"by", "detail"}, Words: "admission denied"},
		{Code: ForbiddenCreate, Class: Certain, Grace: 10 * s, Args: []string{"detail"}, Words: "pods forbidden"},
		{Code: PodInvalid, Class: Certain, Grace: 5 * s, Args: []string{"detail"}, Words: "pod invalid"},
		{Code: AdmissionUnreachable, Class: Persistent, Grace: 120 * s, Args: []string{"by", "detail"}, Words: "webhook unreachable"},
		{Code: CreateFailed, Class: Persistent, Grace: 120 * s, Args: []string{"detail"}, Words: "pods cannot be created"},
		{Code: ClaimMissing, Class: Certain, Grace: 15 * s, Args: []string{"claim"}, Words: "volume claim missing"},
		// A provisioner needs a minute; no class and no volume needs a person.
		{Code: ClaimUnbound, Class: Persistent, Grace: 120 * s, SureGrace: 20 * s, Args: []string{"claim", "class", "detail"}, Words: "volume claim unbound"},
		// 60 s: registries fail over in that time.
		{Code: RegistryUnreachable, Class: Persistent, NodeSuspect: true, Grace: 60 * s, Args: []string{"image", "registry", "detail"}, Words: "registry unreachable"},
		{Code: ImagePullTimeout, Class: Persistent, NodeSuspect: true, Grace: 60 * s, Args: []string{"image", "registry", "detail"}, Words: "image pull times out"},
		// Nobody said why: longer than the reasons that were understood.
		{Code: ImagePullFailed, Class: Persistent, NodeSuspect: true, Grace: 120 * s, Args: []string{"image", "detail"}, Words: "image pull fails"},
		pending(UnschedulableCPU, "no node has the CPU"),
		pending(UnschedulableMemory, "no node has the memory"),
		pending(UnschedulableStorage, "no node has the scratch space"),
		pending(UnschedulableExtended, "no node has the device"),
		pending(UnschedulablePods, "nodes have their pods full"),
		pending(UnschedulableVolume, "volume fits no node"),
		pending(UnschedulableAffinity, "affinity matches no node"),
		pending(UnschedulablePorts, "host port taken"),
		pending(UnschedulableTaint, "nodes are tainted"),
		pending(UnschedulableOther, "no node takes it"),
		{Code: UnschedulableGate, Class: Info, Args: []string{"gates"}, Words: "held by a scheduling gate"},
		// Migrations in init containers are slow: told early, final late.
		{Code: InitStuck, Class: Persistent, Grace: 180 * s, Args: []string{"running"}, Words: "init container {container} still runs"},
		{Code: VolumeMountFailed, Class: Persistent, NodeSuspect: true, Grace: 180 * s, Args: []string{"volume", "detail"}, Words: "volume does not mount"},
		{Code: SandboxFailed, Class: Persistent, NodeSuspect: true, Grace: 120 * s, Args: []string{"detail"}, Words: "no pod sandbox"},
		{Code: NodeNotReady, Class: Info, NodeSuspect: true, Args: []string{"node", "detail"}, Words: "node not ready"},
		{Code: NodePressure, Class: Info, NodeSuspect: true, Args: []string{"node", "detail"}, Words: "node under pressure"},
		{Code: PodEvicted, Class: Info, NodeSuspect: true, Args: []string{"reason", "detail"}, Words: "pod evicted"},
		{Code: ReadinessGate, Class: Persistent, Grace: 300 * s, Args: []string{"gate", "detail"}, Words: "readiness gate closed"},
		{Code: RolloutPaused, Class: Certain, Grace: 5 * s, Words: "rollout paused"},
		{Code: JobSuspended, Class: Certain, Grace: 5 * s, Words: "job suspended"},
		{Code: StuckTerminating, Class: Info, Args: []string{"overdue", "finalizers"}, Words: "pod does not end"},
		{Code: PDBBlocking, Class: Info, Args: []string{"budget", "node"}, Words: "disruption budget blocks"},
		{Code: ProgressDeadline, Class: Certain, Args: []string{"deadline"}, Words: "no progress in time"},
		{Code: ReplicasUnavailable, Class: Info, Args: []string{"state"}, Words: "not ready"},
		{Code: HPANoMetrics, Class: Info, Args: []string{"detail"}, Words: "autoscaler has no metrics"},
		{Code: CronJobMissed, Class: Info, Args: []string{"detail"}, Words: "schedule missed"},
		{Code: CronJobSuspended, Class: Info, Words: "suspended"},
	}
}
