package preflight

import "sync"

// A lookup remembers answers, and lets concurrent callers with the same
// question wait for one answer.
type lookup[K comparable, V any] struct {
	mu      sync.Mutex
	answers map[K]func() (V, error)
}

// get returns what ask gave for key, asking at most once.
func (l *lookup[K, V]) get(key K, ask func() (V, error)) (V, error) {
	l.mu.Lock()
	answer, known := l.answers[key]
	if !known {
		answer = sync.OnceValues(ask)
		if l.answers == nil {
			l.answers = make(map[K]func() (V, error))
		}
		l.answers[key] = answer
	}
	l.mu.Unlock()
	return answer()
}
