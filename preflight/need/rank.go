package need

// Rank orders severities; an unknown one counts as the worst.
func Rank(s Severity) int {
	switch s {
	case Note:
		return 1
	case Warning:
		return 2
	}
	return 3
}
