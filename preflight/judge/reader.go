package judge

import (
	"errors"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// A reader reads facts for a judge, and records the questions that have no answer
// yet. Conclusions are discarded while questions are missing, and drawn again once
// they are answered.
type reader struct {
	facts *facts.Facts
	// batch holds the questions of all needs, so that they can be asked together.
	batch *batch
	// numbers and deployer are from the user: the numbers of projects by ID, and the
	// member of the ambient credentials.
	numbers  map[string]string
	deployer string
	// impersonates reports that the environment impersonates an account.
	impersonates bool
	missing      []facts.Question
}

// isPending reports whether questions are missing.
func (r *reader) isPending() bool { return len(r.missing) > 0 }

// ask returns the answer to a question, or records that it is missing.
func ask[T any](r *reader, q facts.Question) (T, error) {
	value, err := facts.Get[T](r.facts, q)
	if isMissing(err) {
		r.missing = append(r.missing, q)
	}
	return value, err
}

// isMissing reports whether err means that a question is not answered yet.
func isMissing(err error) bool {
	var m *facts.MissingError
	return errors.As(err, &m)
}

// identity returns the owner of the ambient credentials.
func (r *reader) identity() (facts.Identity, error) { return r.identityOfCaller(need.Principal{}) }

// identityOfCaller returns the owner of the credentials that p uses.
func (r *reader) identityOfCaller(p need.Principal) (facts.Identity, error) {
	as, err := r.caller(p)
	if err != nil {
		return facts.Identity{}, err
	}
	id, err := ask[facts.Identity](r, facts.Question{Kind: facts.KindIdentity, As: as})
	if err == nil && id.Email == "" {
		id.Email = emailOf(r.deployer)
	}
	return id, err
}

// caller returns the caller that asks questions about p.
func (r *reader) caller(p need.Principal) (facts.Caller, error) {
	if p.IsCaller {
		return facts.Caller{Original: true}, nil
	}
	atHand := r.isAmbient(p)
	switch {
	case atHand:
		return facts.Caller{Original: r.impersonates}, nil
	case p.Member == "":
		return facts.Caller{}, nil
	case r.isPending() && p.NamedByUser:
		return facts.Caller{}, &facts.MissingError{Question: r.missing[0]}
	}
	return facts.Caller{Account: strings.TrimPrefix(p.Member, "serviceAccount:"), Delegates: strings.Join(p.Delegates, ">")}, nil
}

// isAmbient reports whether a deployer that the user named is the owner of the
// ambient credentials.
func (r *reader) isAmbient(p need.Principal) bool {
	if !p.NamedByUser || len(p.Delegates) > 0 {
		return false
	}
	id, err := r.identityOfCaller(r.ambientPrincipal())
	return err == nil && memberOf(id.Email) == p.Member
}

// ambientPrincipal returns the owner of the ambient credentials, before the
// environment impersonates an account.
func (r *reader) ambientPrincipal() need.Principal {
	return need.Principal{Kind: need.Deployer, IsCaller: r.impersonates}
}

func (r *reader) project(id string) (facts.Project, error) {
	return ask[facts.Project](r, facts.Question{Kind: facts.KindProject, On: id})
}

// number returns the number of a project, from the project itself or from the
// names of its services, for callers who may read only those.
func (r *reader) number(id string) (string, error) {
	if strings.Trim(id, "0123456789") == "" {
		return id, nil
	}
	if n := r.numbers[id]; n != "" {
		// Google Cloud takes precedence: the configuration may be part of the change
		// that is being checked.
		known, err := facts.Get[facts.Project](r.facts, facts.Question{Kind: facts.KindProject, On: id})
		if err == nil {
			return known.Number, nil
		}
		return n, nil
	}
	p, err := r.project(id)
	if err == nil || isMissing(err) {
		return p.Number, err
	}
	if s, other := r.servicesOf(id); isMissing(other) {
		return "", other
	} else if other == nil && s.ProjectNumber != "" {
		return s.ProjectNumber, nil
	}
	return "", err
}

// servicesOf returns the states of the APIs of a project that needs are about.
func (r *reader) servicesOf(project string) (facts.Services, error) {
	all := facts.Services{State: map[string]facts.ServiceState{}}
	var failed error
	for _, service := range r.batch.services[project] {
		s, err := ask[facts.Service](r, facts.Question{Kind: facts.KindService, On: project, Item: service})
		if err != nil {
			failed = err
			continue
		}
		all.ProjectNumber, all.State[service] = s.ProjectNumber, s.State
	}
	if failed != nil {
		return facts.Services{}, failed
	}
	return all, nil
}

// ancestry returns a project and its ancestors, nearest first.
func (r *reader) ancestry(project string) ([]string, error) {
	return ask[[]string](r, facts.Question{Kind: facts.KindAncestors, On: project})
}

// test returns which permissions on a resource p has.
func (r *reader) test(p need.Principal, resource string, permissions []string) (facts.PermissionTest, error) {
	as, err := r.caller(p)
	if err != nil {
		return facts.PermissionTest{}, err
	}
	var t facts.PermissionTest
	for _, permission := range permissions {
		state, asked := ask[facts.PermissionState](r, facts.Question{Kind: facts.KindPermission, As: as, On: resource, Item: permission})
		switch {
		case asked != nil:
			err = asked
		case state == facts.Granted:
			t.Granted = append(t.Granted, permission)
		case state == facts.Missing:
			t.Missing = append(t.Missing, permission)
		default:
			t.Invalid = append(t.Invalid, permission)
		}
	}
	if err != nil {
		return facts.PermissionTest{}, err
	}
	return t, nil
}

// getAccessToken is the permission to impersonate a service account.
const getAccessToken = "iam.serviceAccounts.getAccessToken"

// accountName returns the relative name of the service account of n. For the
// default account of a project it uses the project ID, although the email has the
// number.
func accountName(n need.Need) string {
	email := emailOf(n.Principal.Member)
	home := plan.AccountProject(email)
	_, isUnresolved := resource.UnresolvedProject(home)
	if home == "" || isUniqueID(home) || isUnresolved {
		home = n.Project
	}
	return projectName(home) + "/serviceAccounts/" + email
}

// projectName returns the relative name of a project.
func projectName(id string) string { return "projects/" + id }

// testableNames returns the relative names of the resources on which the
// permissions of n are tested, in order: the project, and the resource itself if
// that is possible. Folders and organizations are tested alone.
func testableNames(n need.Need) []string {
	name := resource.RelativeName(n.Resource)
	switch {
	case resource.KindOf(name).IsAboveProjects():
		return []string{name}
	case isTestable(name):
		return []string{projectName(n.Project), name}
	}
	return []string{projectName(n.Project)}
}

// isTestable reports whether permissions on a resource in a project can be tested
// on the resource itself: a service account or a subnetwork.
func isTestable(name string) bool {
	kind := resource.KindOf(name)
	return kind.InProject() && kind.Testable
}
