package diagnose

import (
	"strings"
	"sync"
)

// A wordIndex finds the words of all patterns in one pass over a text. Only the
// patterns whose words a text contains are matched against it.
type wordIndex struct {
	// prefixBits has a bit for each hash of the first three bytes of a word.
	prefixBits [1 << 10]uint64
	// words holds the words by their first three bytes.
	words map[[prefix]byte][]indexedWord
}

type indexedWord struct {
	word     string
	patterns []int // indexes into the table
}

// prefix is the length in bytes of the shortest word.
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
		x.prefixBits[h/64] |= 1 << (h % 64)
	}
	return x
})

func hash(a, b, c byte) uint32 { return (uint32(a)*31*31 + uint32(b)*31 + uint32(c)) & 0xffff }

// A span is a part of a text, as byte offsets.
type span struct{ start, end int }

// How many bytes a message can extend before and after one of its words.
const (
	before = 1 << 10
	after  = 2 << 10
)

// find returns where in a text, which must be in lower case, each pattern can
// match.
func (x *wordIndex) find(lower string) map[int][]span {
	found := map[int][]span{}
	for i := 0; i+prefix <= len(lower); i++ {
		h := hash(lower[i], lower[i+1], lower[i+2])
		if x.prefixBits[h/64]&(1<<(h%64)) == 0 {
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

// extend adds the surroundings of an offset to spans, which are in order. A short
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
