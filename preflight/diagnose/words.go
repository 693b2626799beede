package diagnose

import (
	"strings"
	"sync"
)

// A wordIndex finds the words of all patterns in one pass, so that text with
// none of them costs no regular expression.
type wordIndex struct {
	// begins has a bit for each hash of three bytes that a word begins with.
	begins [1 << 10]uint64
	// words are those that begin with three bytes.
	words map[[prefix]byte][]indexedWord
}

type indexedWord struct {
	word     string
	patterns []int
}

// prefix is the length of the shortest word.
const prefix = 3

var words = sync.OnceValue(func() *wordIndex {
	x := &wordIndex{words: map[[prefix]byte][]indexedWord{}}
	at := map[string][]int{}
	for i, p := range table() {
		for _, w := range p.words {
			at[w] = append(at[w], i)
		}
	}
	for w, patterns := range at {
		key := [prefix]byte([]byte(w[:prefix]))
		x.words[key] = append(x.words[key], indexedWord{w, patterns})
		h := hash(key[0], key[1], key[2])
		x.begins[h/64] |= 1 << (h % 64)
	}
	return x
})

func hash(a, b, c byte) uint32 { return (uint32(a)*31*31 + uint32(b)*31 + uint32(c)) & 0xffff }

// A span is a part of a text.
type span struct{ start, end int }

// How far a message may reach before and after a word of it.
const (
	before = 1 << 10
	after  = 2 << 10
)

// find is where in a text, which is given in lower case, each pattern may
// match.
func (x *wordIndex) find(lower string) map[int][]span {
	found := map[int][]span{}
	for i := 0; i+prefix <= len(lower); i++ {
		h := hash(lower[i], lower[i+1], lower[i+2])
		if x.begins[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, w := range x.words[[prefix]byte{lower[i], lower[i+1], lower[i+2]}] {
			if !strings.HasPrefix(lower[i:], w.word) {
				continue
			}
			for _, p := range w.patterns {
				found[p] = extend(found[p], i, len(lower))
			}
		}
	}
	return found
}

// extend adds the surroundings of a place to spans that are in order. A short
// text is one span.
func extend(spans []span, at, length int) []span {
	s := span{max(0, at-before), min(length, at+after)}
	if length <= before+after {
		s = span{0, length}
	}
	if n := len(spans); n > 0 && spans[n-1].end >= s.start {
		spans[n-1].end = max(spans[n-1].end, s.end)
		return spans
	}
	return append(spans, s)
}
