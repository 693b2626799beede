package judge

import (
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// attachmentVerdict returns the verdict on whether a project is a service project
// of a Shared VPC host project.
func (sj *stateJudge) attachmentVerdict(n need.Need, v Verdict) Verdict {
	if off := sj.changesAffecting(n, sj.detaches); len(off) > 0 {
		return sj.removedVerdict(n, v, off, say(attachmentRemoved, n.Project, n.Expect))
	}
	host, err := sj.hostProject(n.Project)
	if err == nil && sj.matchProject(resource.ParseProject(host), resource.ParseProject(n.Expect)) == resource.Same {
		v.Outcome, v.Message = finding.Pass, say(attached, n.Project, n.Expect)
		return v.withEvidence("projects.getXpnHost", n.Resource, host)
	}
	if on := sj.changesAffecting(n, sj.attaches); len(on) > 0 {
		return sj.plannedVerdict(n, v, on, say(attachmentNoun, n.Project, n.Expect))
	}
	if err != nil {
		return v.undetermined(readFailure(err, "read which host project "+n.Project+" is attached to", "compute.projects.get", "roles/compute.networkViewer"))
	}
	v = v.withEvidence("projects.getXpnHost", n.Resource, host)
	if host == "" {
		return v.fail(n, say(notAttached, n.Project, n.Expect))
	}
	return v.fail(n, say(attachedElsewhere, n.Project, host, n.Expect))
}
