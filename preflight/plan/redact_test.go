package plan

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAddNameParts checks that names are added, and public words are not.
func TestAddNameParts(t *testing.T) {
	for value, want := range map[string]string{
		"projects/acme-prod/serviceAccounts/robot@acme-home.iam.gserviceaccount.com":                    "acme-home acme-home.iam.gserviceaccount.com acme-prod projects/acme-prod/serviceaccounts/robot@acme-home.iam.gserviceaccount.com robot robot@acme-home.iam.gserviceaccount.com",
		"https://www.googleapis.com/compute/v1/projects/acme-host/regions/europe-west1/subnetworks/gke": "acme-host europe-west1 https://www.googleapis.com/compute/v1/projects/acme-host/regions/europe-west1/subnetworks/gke",
		"serviceAccount:111111111111-compute@developer.gserviceaccount.com":                             "111111111111 111111111111-compute 111111111111-compute@developer.gserviceaccount.com serviceaccount:111111111111-compute@developer.gserviceaccount.com",
		"domain:acme.example": "acme.example domain:acme.example",
		"a":                   "", "default": "", "global": "", "us": "", "Sensitive": "",
		`resource.name == "projects/acme-prod" && true`: "acme-prod projects/acme-prod",
		"the words of a sentence":                       "",
		"roles/viewer":                                  "roles/viewer",
		"\u00fcbung-projekt/x":                          "\u00fcbung-projekt \u00fcbung-projekt/x",
	} {
		w := nameParts{}
		w.add(value)
		if diff := cmp.Diff(want, strings.Join(slices.Sorted(maps.Keys(w)), " ")); diff != "" {
			t.Errorf("%s (-want +got): %s", value, diff)
		}
	}
}

// TestRedactParts checks that parts are replaced as whole words, and not inside
// words.
func TestRedactParts(t *testing.T) {
	w := nameParts{}
	w.add("projects/acme/serviceAccounts/robot@acme.iam.gserviceaccount.com")
	w.add("projects/222222222222")
	for text, want := range map[string]string{
		"the project acme lacks it":                                                    "the project (sensitive) lacks it",
		"the project Acme.":                                                            "the project (sensitive).",
		"acme-prod and acmes are other ones":                                           "acme-prod and acmes are other ones",
		"--project=acme --member=serviceAccount:robot@acme.x":                          "--project=(sensitive) --member=serviceAccount:(sensitive)@(sensitive).x",
		"serviceAccount:robot@acme.iam.gserviceaccount.com":                            "serviceAccount:(sensitive)",
		"https://x/projects/acme/serviceAccounts/robot%40acme.iam.gserviceaccount.com": "https://x/projects/(sensitive)/serviceAccounts/(sensitive)%40(sensitive).iam.gserviceaccount.com",
		"\"acme\", 'robot', (acme)":                                                    "\"(sensitive)\", '(sensitive)', ((sensitive))",
		"(sensitive)":                                                                  "(sensitive)",
		"serviceAccount:service-222222222222@x, 222222222222-compute@y":                "serviceAccount:service-(sensitive)@x, (sensitive)-compute@y",
		"2222222222223":                                                                "2222222222223",
	} {
		if got := w.redact(text); got != want {
			t.Errorf("%s: got\n%s, want\n%s", text, got, want)
		}
	}
}

// TestRedactShownParts checks that a part is kept if the plan shows it
// elsewhere, and that a short secret is replaced as a whole word.
func TestRedactShownParts(t *testing.T) {
	p := mustRead(t, `{"format_version": "1.2",
		"variables": {"hidden": {"value": "projects/hidden-host/regions/europe-west1"}, "open": {"value": "europe-west1"}},
		"resource_changes": [{"address": "google_project_service.s", "mode": "managed", "type": "google_project_service", "name": "s", "change": {"actions": ["create"],
			"after": {"project": "acme-prod", "service": "a", "x": "projects/acme-prod/y/hidden-y"}, "after_sensitive": {"service": true, "x": true}}}],
		"configuration": {"root_module": {"variables": {"hidden": {"sensitive": true}, "open": {}}}}}`, Options{})
	const text = "a grant in acme-prod, hidden-y, hidden-host, europe-west1, as a-z"
	if got, want := p.Redact(text), "(sensitive) grant in acme-prod, (sensitive), (sensitive), europe-west1, as a-z"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAddDocumentParts checks that the names in a policy are added, however
// long it is.
func TestAddDocumentParts(t *testing.T) {
	w := nameParts{}
	w.add(`{"bindings": [{"role": "roles/x", "members": ["user:hidden@acme.example"` + strings.Repeat(`, "user:other@acme.example"`, 1000) + `]}]}`)
	if !w["hidden@acme.example"] || !w["roles/x"] {
		t.Errorf("got %d parts without the member or the role", len(w))
	}
}
