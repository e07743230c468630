package diagnosis

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// jobRules: a job that failed, with the last of its failed pods; or one that is trying again.
func (j *judgement) jobRules(job *batchv1.Job) {
	if job.Spec.Suspend != nil && *job.Spec.Suspend && !j.state.Done && !j.state.Over {
		j.add(finding{code: JobSuspended, since: job.CreationTimestamp.Time})
		return
	}
	if j.state.Done || (!j.state.Over && job.Status.Failed == 0) {
		return
	}
	f := finding{code: JobFailed, object: RefOf(job), since: job.CreationTimestamp.Time, never: !j.state.Over}
	f.args = map[string]string{"reason": "", "detail": "", "exitCode": "", "failed": itoa(int(job.Status.Failed)), "limit": itoa(int(backoffLimit(job)))}
	for _, c := range job.Status.Conditions {
		if (c.Type == batchv1.JobFailed || c.Type == batchv1.JobFailureTarget) && c.Status == corev1.ConditionTrue {
			f.args["reason"], f.args["detail"] = c.Reason, clip(oneLine(c.Message), 240)
			f.since, f.fresh = c.LastTransitionTime.Time, c.LastTransitionTime.Time
			f.evidence = []Evidence{{Kind: FromCondition, Object: "job/" + job.Name, Text: clip("Failed: "+c.Reason+" "+oneLine(c.Message), maxText), Time: f.since}}
		}
	}
	if last := j.lastFailed(); last != nil {
		ended := last.status.State.Terminated
		f.container = last.spec.Name
		f.args["exitCode"] = itoa(int(ended.ExitCode))
		f.evidence = append(append(j.logEvidence(*last, false), statusEvidence(last.pod, endedText(ended), ended.FinishedAt.Time)), f.evidence...)
	}
	j.add(f)
}

// lastFailed is the container of the job's pods that ended with an error last.
func (j *judgement) lastFailed() *containerCase {
	var last *containerCase
	var at time.Time
	for _, c := range j.picked.pods {
		if found := j.lastTerminated(c); found != nil {
			if ended := found.status.State.Terminated; last == nil || ended.FinishedAt.After(at) {
				last, at = found, ended.FinishedAt.Time
			}
		}
	}
	return last
}

func backoffLimit(job *batchv1.Job) int32 {
	if job.Spec.BackoffLimit != nil {
		return *job.Spec.BackoffLimit
	}
	return 6 // the API's default
}

// cronRules: what keeps a cron job from starting its jobs. It is information: a suspended one was suspended on purpose.
func (j *judgement) cronRules(c *batchv1.CronJob) {
	if c.Spec.Suspend != nil && *c.Spec.Suspend {
		j.add(finding{code: CronJobSuspended, since: c.CreationTimestamp.Time})
		return
	}
	for _, e := range j.events.of(j.self, c.UID, j.now.Add(-j.o.Recent)) {
		switch e.Reason {
		case "MissSchedule", "TooManyMissedTimes", "FailedNeedsStart", "UnparseableSchedule", "InvalidSchedule", "UnknownTimeZone":
			j.add(finding{
				code: CronJobMissed, key: e.Reason, since: firstSeen(e), fresh: lastSeen(e),
				args: map[string]string{"detail": clip(oneLine(said(e)), 240)}, evidence: []Evidence{evidenceOf(e)},
			})
			return
		case "FailedCreate":
			j.refused(j.self, said(e), firstSeen(e), lastSeen(e), evidenceOf(e))
			return
		case "SuccessfulCreate":
			return
		}
	}
}
