// Package need holds the words of a requirement: a principal must hold
// permissions on a resource, an API must be enabled, an account, a key or a
// cluster must be in some state. Rules derive needs from a plan; a need says
// which question answers it, and asks nothing itself.
package need
