package finding

import "gke-preflight/preflight/need"

// Rejudge counts the findings anew, and sets the result to what they come to
// at a threshold, as Check does.
func (r *Report) Rejudge(failOn need.Severity) {
	r.Summary, r.Result = summarize(r.Findings, failOn)
	if r.Result == Pass && len(r.Deferred) > 0 {
		r.Result = Undetermined
	}
}

// Summary counts findings by outcome, and those that fail by severity too.
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

// WithoutSeverities returns the counts by outcome alone, all that reports of
// earlier versions have.
func (s Summary) WithoutSeverities() Summary {
	s.Errors, s.Warnings, s.Notes = 0, 0, 0
	return s
}

// addFailure counts a finding that fails.
func (s *Summary) addFailure(severity need.Severity) {
	s.Fail++
	switch severity {
	case need.Note:
		s.Notes++
	case need.Warning:
		s.Warnings++
	default: // One that is not known counts as the worst.
		s.Errors++
	}
}

// summarize counts, and says what the findings at or above a severity come to.
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
