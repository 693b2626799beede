package finding

import "gke-preflight/preflight/plan"

// Locate sets the places of each finding's addresses in the configuration, without
// duplicates. If none of the addresses is found, the finding is located at the start
// of the configuration.
func (r *Report) Locate(s *plan.Source) {
	for i := range r.Findings {
		r.Findings[i].Locations = locations(r.Findings[i].Addresses, s)
	}
}

func locations(addresses []string, s *plan.Source) []Location {
	var out []Location
	taken := map[plan.Position]bool{}
	for _, address := range addresses {
		p, found := s.Block(address)
		if !found || taken[p] {
			continue
		}
		taken[p] = true
		out = append(out, Location{Address: address, File: p.File, Line: p.Line})
	}
	if len(out) == 0 {
		first := s.First()
		out = append(out, Location{File: first.File, Line: first.Line})
	}
	return out
}
