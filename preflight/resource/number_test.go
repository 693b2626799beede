package resource

import "testing"

func TestNumber(t *testing.T) {
	if got := ProjectNumberOrPlaceholder("111111111111"); got != "111111111111" {
		t.Errorf("Number of a number = %q", got)
	}
	s := "serviceAccount:service-" + ProjectNumberOrPlaceholder("acme-prod") + "@example.iam.gserviceaccount.com"
	if project, ok := UnresolvedProject(s); project != "acme-prod" || !ok {
		t.Errorf("UnresolvedProject(%q) = %q, %t", s, project, ok)
	}
	s = ResolveNumber(s, "acme-prod", "111111111111")
	if want := "serviceAccount:service-111111111111@example.iam.gserviceaccount.com"; s != want {
		t.Errorf("ResolveNumber: got %q, want %q", s, want)
	}
	if project, ok := UnresolvedProject(s); project != "" || ok {
		t.Errorf("UnresolvedProject(%q) = %q, %t", s, project, ok)
	}
}
