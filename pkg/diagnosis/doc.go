// Package diagnosis tells how a workload is doing, and why.
//
// It is one pure function, Judge: from a Snapshot of objects as the API server shows them, and the server's time, to a
// Report with a verdict, the causes (each with a stable code, evidence and a hint), what is still missing, what else
// would help to know, and when to look again although nothing happened. It reads any workload: Deployment,
// StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, Pod, and a claim or an autoscaler by itself. It reaches nothing:
// the caller keeps the snapshot and calls Judge after each change.
//
// The way of a judgement:
//
//	select.go     which pods belong to the workload, and which of them to a revision that is going
//	readiness.go  what the controllers say of their own progress (as kstatus, with the differences its test lists)
//	rules_*.go    each rule looks at one pod, or at the workload, and notes findings
//	parse_*.go    the texts of kubelet, container runtimes, scheduler and admission, read into values
//	group.go      findings that tell the same become one cause, with its pods counted
//	finality.go   which causes waiting cannot help, by the table in policies.go
//	catalog.go    the sentences and hints, from causes.en.json
package diagnosis
