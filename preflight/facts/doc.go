// Package facts holds what Google Cloud says: questions, their answers, and the
// errors of questions that got no usable answer. It asks nobody itself: a Source
// does.
package facts
