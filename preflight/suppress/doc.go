// Package suppress takes findings that are accepted, by waivers, or known, from a
// baseline, out of a result.
package suppress
