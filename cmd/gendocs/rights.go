package main

// right is what a verb needs of some resources of one API group.
type right struct {
	Group      string // "" is the core group
	Resources  []string
	Verbs      []string
	Everywhere bool   // a cluster-wide binding is needed; otherwise one in the project is enough
	Optional   bool   // without it the verb still works
	Why        string // what for; of an optional one, what is missing without it
}

// role is the rights of one verb or of verbs that are given together. It becomes a ClusterRole for bindings in projects
// and, where something is needed everywhere, a second one for a cluster-wide binding.
type role struct {
	Name   string   // of the ClusterRole, without "bcpaas-"
	Verbs  []string // the commands that it is for
	About  string
	Rights []right
}

// roles is the table. It was made by reading the stores (pkg/app/kubestore, pkg/diagnosis/kubewatch,
// pkg/project/namespaces); a test fails when a store uses a resource that the table does not name, or a verb has no row.
// Who we are (selfsubjectreviews) and the server's version are open to every signed-in user by Kubernetes' own roles.
func roles() []role {
	return []role{
		{
			Name: "app-read", Verbs: []string{"app list", "app get", "app why", "app init"},
			About:  "see what runs, and why it is unwell",
			Rights: append(append(workloadRights("get", "list", "watch"), evidenceRights()...), readExtras()...),
		},
		{
			Name: "app-deploy", Verbs: []string{"app deploy"},
			About:  "deploy apps, wait for the verdict, diagnose, roll back",
			Rights: append(append(deployRights(), evidenceRights()...), clusterEvidence()...),
		},
		{
			Name: "app-delete", Verbs: []string{"app delete"},
			About: "delete apps that bcpaas deployed", Rights: removeRights(),
		},
		{
			Name: "project-list", Verbs: []string{"project list"}, About: "list projects; also completes their names",
			Rights: []right{{Resources: []string{"namespaces"}, Verbs: []string{"list"}, Everywhere: true, Why: "the projects"}},
		},
		{
			Name: "project-get", Verbs: []string{"project get"},
			About: "show a project with its quota and what it holds", Rights: projectRights(),
		},
		{
			Name: "project-create", Verbs: []string{"project create"}, About: "create projects with quota, limits and network rules",
			Rights: []right{
				// Server-side apply asks for patch, and for create when the object is not there yet.
				{Resources: []string{"namespaces"}, Verbs: []string{"get", "create", "patch"}, Everywhere: true, Why: "the project itself"},
				{Resources: []string{"resourcequotas", "limitranges"}, Verbs: []string{"get", "create", "patch"}, Everywhere: true, Why: "`--quota`, `--limits`"},
				{Group: "networking.k8s.io", Resources: []string{"networkpolicies"}, Verbs: []string{"get", "create", "patch"}, Everywhere: true, Why: "`--network isolated`"},
			},
		},
		{
			Name: "project-protect", Verbs: []string{"project protect", "project unprotect"},
			About:  "set and remove the label that makes destructive verbs refuse",
			Rights: []right{{Resources: []string{"namespaces"}, Verbs: []string{"get", "update"}, Why: "the label"}},
		},
		{
			Name: "project-delete", Verbs: []string{"project delete"},
			About: "delete projects; holds project-get, to tell what goes",
			Rights: append([]right{
				{Resources: []string{"namespaces"}, Verbs: []string{"delete"}, Why: "the project"},
				{Resources: []string{"namespaces"}, Verbs: []string{"get"}, Everywhere: true, Why: "to wait until it is gone: a RoleBinding in the project goes with it; not needed with `--wait=false`"},
			}, projectRights()...),
		},
	}
}

// workloadRights are about everything that runs, whoever made it.
func workloadRights(verbs ...string) []right {
	return []right{
		{Group: "apps", Resources: []string{"deployments", "statefulsets", "daemonsets", "replicasets"}, Verbs: verbs, Why: "workloads"},
		{Group: "batch", Resources: []string{"jobs", "cronjobs"}, Verbs: verbs, Why: "workloads"},
		{Resources: []string{"pods"}, Verbs: verbs, Why: "the pods of those that are unwell"},
	}
}

// evidenceRights are what a diagnosis reads beside the workload and its pods. Without them the rest is judged, and what
// may not be read is told.
func evidenceRights() []right {
	return []right{
		{Resources: []string{"events"}, Verbs: []string{"list", "watch"}, Optional: true, Why: "reasons that only events tell (scheduling, probes, mounts)"},
		{Resources: []string{"pods/log"}, Verbs: []string{"get"}, Optional: true, Why: "the last lines before a crash"},
		{Resources: []string{"resourcequotas", "persistentvolumeclaims"}, Verbs: []string{"list"}, Optional: true, Why: "which quota is full, which claim is unbound"},
		{Group: "autoscaling", Resources: []string{"horizontalpodautoscalers"}, Verbs: []string{"list"}, Optional: true, Why: "how many pods an autoscaler wants"},
		{Group: "policy", Resources: []string{"poddisruptionbudgets"}, Verbs: []string{"list"}, Optional: true, Why: "a budget that blocks"},
	}
}

// clusterEvidence is what lies outside the project.
func clusterEvidence() []right {
	return []right{
		{Resources: []string{"nodes"}, Verbs: []string{"list"}, Everywhere: true, Optional: true, Why: "why a pod fits no node, whether a node is to blame"},
		{Resources: []string{"pods"}, Verbs: []string{"list"}, Everywhere: true, Optional: true, Why: "what is free on the nodes"},
	}
}

func readExtras() []right {
	all := []string{"list"}
	extras := []right{
		{Resources: []string{"namespaces"}, Verbs: []string{"get"}, Optional: true, Why: "to tell a missing project from a missing app"},
		{Resources: []string{"configmaps"}, Verbs: []string{"get", "list"}, Why: "the releases that `app get` shows"},
		{Resources: []string{"namespaces"}, Verbs: all, Everywhere: true, Optional: true, Why: "`-A` where workloads may be listed in some projects only"},
		{Group: "apps", Resources: []string{"deployments", "statefulsets", "daemonsets", "replicasets"}, Verbs: all, Everywhere: true, Optional: true, Why: "`-A`; else the projects that may be read are shown"},
		{Group: "batch", Resources: []string{"jobs", "cronjobs"}, Verbs: all, Everywhere: true, Optional: true, Why: "`-A`"},
	}
	return append(extras, clusterEvidence()...)
}

// appObjects are the kinds that an App file compiles to, without those that are workloads.
func appObjects(verbs ...string) []right {
	return []right{
		{Resources: []string{"configmaps", "secrets", "services"}, Verbs: verbs, Why: "the app's configuration and services; configmaps hold the releases too"},
		{Group: "networking.k8s.io", Resources: []string{"ingresses", "networkpolicies"}, Verbs: verbs, Why: "domains, network rules"},
		{Group: "autoscaling", Resources: []string{"horizontalpodautoscalers"}, Verbs: verbs, Why: "autoscale"},
		{Group: "policy", Resources: []string{"poddisruptionbudgets"}, Verbs: verbs, Why: "disruption budgets"},
	}
}

func deployRights() []right {
	// get: what is live; create and patch: server-side apply; delete: components that are gone, and --atomic.
	write := []string{"get", "create", "patch", "delete"}
	rights := append([]right{
		{Group: "apps", Resources: []string{"deployments", "statefulsets"}, Verbs: append(write, "list", "watch"), Why: "workloads, and the wait for them"},
		{Group: "batch", Resources: []string{"jobs", "cronjobs"}, Verbs: append(write, "list", "watch"), Why: "workloads, and the wait for them"},
		{Group: "apps", Resources: []string{"replicasets"}, Verbs: []string{"list", "watch"}, Why: "the progress of a rollout"},
		{Resources: []string{"pods"}, Verbs: []string{"list", "watch"}, Why: "the verdict"},
	}, appObjects(write...)...)
	return append(rights,
		right{Resources: []string{"configmaps"}, Verbs: []string{"list", "update"}, Why: "records of releases: found, ended, dropped when old"},
		lockRight(),
		right{Resources: []string{"namespaces"}, Verbs: []string{"get"}, Optional: true, Why: "to say at once that there is no such project"},
	)
}

func lockRight() right {
	return right{Group: "coordination.k8s.io", Resources: []string{"leases"}, Verbs: []string{"get", "create", "update", "delete"}, Why: "the lock that keeps two deployments apart"}
}

func removeRights() []right {
	gone := []string{"get", "list", "delete"} // get: until it is gone
	rights := append([]right{
		{Group: "apps", Resources: []string{"deployments", "statefulsets"}, Verbs: gone, Why: "workloads"},
		{Group: "batch", Resources: []string{"jobs", "cronjobs"}, Verbs: gone, Why: "workloads"},
	}, appObjects(gone...)...)
	return append(rights,
		right{Resources: []string{"configmaps"}, Verbs: []string{"update"}, Why: "records of releases are marked as deleted"},
		right{Resources: []string{"persistentvolumeclaims"}, Verbs: []string{"list"}, Why: "to tell which data stays"},
		right{Resources: []string{"persistentvolumeclaims"}, Verbs: []string{"get", "delete"}, Optional: true, Why: "`--claims`"},
		lockRight(),
		right{Resources: []string{"namespaces"}, Verbs: []string{"get"}, Why: "whether the project is protected"},
	)
}

// projectRights are what project get counts.
func projectRights() []right {
	list := []string{"list"}
	return []right{
		{Resources: []string{"namespaces"}, Verbs: []string{"get"}, Why: "the project"},
		{Resources: []string{"resourcequotas"}, Verbs: list, Why: "the quota"},
		{Resources: []string{"pods", "services", "persistentvolumeclaims", "secrets", "configmaps"}, Verbs: list, Why: "how many there are; nothing is read"},
		{Group: "apps", Resources: []string{"deployments", "statefulsets", "daemonsets"}, Verbs: list, Why: "how many there are"},
		{Group: "batch", Resources: []string{"jobs", "cronjobs"}, Verbs: list, Why: "how many there are"},
		{Group: "networking.k8s.io", Resources: []string{"ingresses"}, Verbs: list, Why: "how many there are"},
	}
}
