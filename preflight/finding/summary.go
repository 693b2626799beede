package finding

import "gke-preflight/preflight/need"

// Rejudge recounts the findings and sets the result for the threshold failOn, as
// Check does.
func (r *Report) Rejudge(failOn need.Severity) {
	r.Summary, r.Result = summarize(r.Findings, failOn)
	if r.Result == Pass && len(r.Deferred) > 0 {
		r.Result = Undetermined
	}
}

// Summary counts findings by outcome, and failures by severity.
type Summary struct {
	Pass         int `json:"pass"`
	Fail         int `json:"fail"`
	Undetermined int `json:"undetermined"`
	Skipped      int `json:"skipped"`
	// Errors, Warnings and Notes add up to Fail.
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
}

// WithoutSeverities returns the counts by outcome only. Reports of earlier versions
// have no others.
func (s Summary) WithoutSeverities() Summary {
	s.Errors, s.Warnings, s.Notes = 0, 0, 0
	return s
}

// addFailure counts a failure.
func (s *Summary) addFailure(severity need.Severity) {
	s.Fail++
	switch severity {
	case need.Note:
		s.Notes++
	case need.Warning:
		s.Warnings++
	default: // An unknown severity counts as the worst.
		s.Errors++
	}
}

// summarize returns the counts of findings, and the result of those at or above a
// severity.
func summarize(findings []Finding, least need.Severity) (Summary, Outcome) {
	var s Summary
	result := Pass
	for _, f := range findings {
		decides := need.Rank(f.Severity) >= need.Rank(least)
		switch f.Outcome {
		case Pass:
			s.Pass++
		case Skipped:
			s.Skipped++
		case Fail:
			s.addFailure(f.Severity)
			if decides {
				result = Fail
			}
		case Undetermined:
			s.Undetermined++
			if decides && result == Pass {
				result = Undetermined
			}
		}
	}
	return s, result
}
