package finding

import "gke-preflight/preflight/plan"

// Locate says where the addresses of each finding stand in the configuration,
// each place once. A finding none of whose addresses is there is located where
// the configuration begins.
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
