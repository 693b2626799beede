// Package need defines requirements of a plan: a principal must have permissions
// on a resource, an API must be enabled, or a service account, key or cluster
// must be in a certain state. Package rules derives needs from a plan; a need is
// plain data, and checks nothing itself.
package need
