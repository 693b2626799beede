package judge

import (
	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// keyVerdict returns the verdict on whether a key exists, is enabled, and has the
// required purpose.
func (sj *stateJudge) keyVerdict(n need.Need, v Verdict) Verdict {
	name := resource.RelativeName(n.Resource)
	if removals := sj.changesAffecting(n, sj.destroysKey); len(removals) > 0 {
		return sj.removedVerdict(n, v, removals, say(keyRemoved, resource.Describe(n.Resource)))
	}
	key, err := sj.key(name)
	if facts.AsError(err).NotFound() && err != nil {
		if creations := sj.changesAffecting(n, sj.createsKey); len(creations) > 0 {
			return sj.plannedVerdict(n, v, creations, resource.Describe(n.Resource))
		}
		return v.withEvidence("cryptoKeys.get", n.Resource, "404 not found").fail(n, say(keyMissing, resource.Describe(n.Resource)))
	}
	if err != nil {
		if creations := sj.changesAffecting(n, sj.createsKey); len(creations) > 0 {
			return sj.plannedVerdict(n, v, creations, resource.Describe(n.Resource))
		}
		return v.undetermined(readFailure(err, "read the state of "+resource.Describe(n.Resource), "cloudkms.cryptoKeys.get", "roles/cloudkms.viewer"))
	}
	v = v.withEvidence("cryptoKeys.get", n.Resource, "purpose: "+key.Purpose+", primary version: "+key.State)
	switch {
	case key.Purpose != n.Expect:
		return v.fail(n, say(keyPurposeDiffers, resource.Describe(n.Resource), key.Purpose, n.Expect))
	case key.Purpose != "ENCRYPT_DECRYPT":
		// Only keys for encryption have a primary version.
	case key.State == "":
		return v.undetermined(say(keyStateUnknown, resource.Describe(n.Resource)))
	case key.State != "ENABLED":
		return v.fail(n, say(keyDisabled, resource.Describe(n.Resource), key.State))
	}
	return v.pass(say(keyUsable, resource.Describe(n.Resource)))
}
