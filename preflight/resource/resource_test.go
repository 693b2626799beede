package resource

import (
	"testing"
)

// TestParse checks that every spelling of a name is parsed to the same Name.
func TestParse(t *testing.T) {
	for want, spellings := range map[string][]string{
		"projects/acme-prod": {
			"projects/acme-prod", "projects/acme-prod/", "//cloudresourcemanager.googleapis.com/projects/acme-prod",
			"https://cloudresourcemanager.googleapis.com/v3/projects/acme-prod", "https://www.googleapis.com/compute/v1/projects/acme-prod",
			"cloudresourcemanager.googleapis.com/projects/acme-prod",
		},
		"projects/111111111111":          {"projects/111111111111", "//cloudresourcemanager.googleapis.com/projects/111111111111"},
		"projects/example.com:acme":      {"projects/example.com:acme"},
		"folders/444444444444":           {"folders/444444444444", "//cloudresourcemanager.googleapis.com/folders/444444444444"},
		"organizations/100000000000":     {"organizations/100000000000", "https://cloudresourcemanager.googleapis.com/v1/organizations/100000000000"},
		"tagValues/281479000000002":      {"tagValues/281479000000002"},
		"projects/p/serviceAccounts/112": {"projects/p/serviceAccounts/112"},
		"projects/-/serviceAccounts/112": {"projects/-/serviceAccounts/112", "serviceAccount:112"},
		"projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com": {
			"nodes@acme-prod.iam.gserviceaccount.com", "Nodes@acme-prod.iam.gserviceaccount.com",
			"serviceAccount:nodes@acme-prod.iam.gserviceaccount.com",
			"projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com",
			"projects/111111111111/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com",
			"projects/-/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com",
			"//iam.googleapis.com/projects/acme-prod/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com",
			"https://iam.googleapis.com/v1/projects/-/serviceAccounts/nodes@acme-prod.iam.gserviceaccount.com",
		},
		"projects/example.com:acme/serviceAccounts/n@acme.example.com.iam.gserviceaccount.com": {"n@acme.example.com.iam.gserviceaccount.com"},
		"projects/1/serviceAccounts/1-compute@developer.gserviceaccount.com": {
			"1-compute@developer.gserviceaccount.com", "projects/-/serviceAccounts/1-compute@developer.gserviceaccount.com",
		},
		"projects/p/regions/r/subnetworks/s": {
			"projects/p/regions/r/subnetworks/s", "//compute.googleapis.com/projects/p/regions/r/subnetworks/s",
			"https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/s",
			"https://www.googleapis.com/compute/beta/projects/p/regions/r/subnetworks/s",
			"https://compute.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/s",
		},
		"projects/p/locations/l/keyRings/r/cryptoKeys/k": {
			"projects/p/locations/l/keyRings/r/cryptoKeys/k", "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/3",
			"//cloudkms.googleapis.com/projects/p/locations/l/keyRings/r/cryptoKeys/k",
		},
		"": {"", "default", "acme-prod", "projects/", "projects//x", "folders/", "europe-west1/gke", "serviceAccount:", "projects/p/serviceAccounts/"},
	} {
		for _, s := range spellings {
			if got := Parse(s).Relative(); got != want && !(want == "" && s == "projects/p/serviceAccounts/" && got == "projects/p/serviceAccounts") {
				t.Errorf("%s: got %q, want %q", s, got, want)
			}
		}
	}
	if got := Parse("projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/3"); got.Version() != "3" || got.Compare(Parse("projects/p/locations/l/keyRings/r/cryptoKeys/k")) != Same {
		t.Errorf("version of %s", got)
	}
}

func TestParseProject(t *testing.T) {
	for s, want := range map[string]string{
		"acme-prod": "acme-prod", "111111111111": "111111111111", "example.com:acme": "example.com:acme",
		"projects/acme-prod": "acme-prod", "projects/111111111111": "111111111111",
		"//cloudresourcemanager.googleapis.com/projects/acme-prod": "acme-prod",
		"https://www.googleapis.com/compute/v1/projects/acme-prod": "acme-prod",
		"projects/acme-prod/global/networks/n":                     "", "folders/1": "", "": "",
	} {
		if got := ParseProject(s).String(); got != want {
			t.Errorf("%s: got %q, want %q", s, got, want)
		}
	}
}

func TestParseAs(t *testing.T) {
	for _, tt := range []struct{ kind, name, want string }{
		{"cryptoKeys", "p/l/r/k", "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
		{"cryptoKeys", "l/r/k", "projects/own/locations/l/keyRings/r/cryptoKeys/k"},
		{"cryptoKeys", "r/k", ""},
		{"cryptoKeys", "projects/p/locations/l/keyRings/r/cryptoKeys/k", "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
		{"keyRings", "p/l/r", "projects/p/locations/l/keyRings/r"},
		{"keyRings", "l/r", "projects/own/locations/l/keyRings/r"},
		{"keyRings", "r", ""},
		{"subnetworks", "s", "projects/own/regions/here/subnetworks/s"},
		{"subnetworks", "r/s", "projects/own/regions/r/subnetworks/s"},
		{"subnetworks", "p/r/s", "projects/p/regions/r/subnetworks/s"},
		{"subnetworks", "https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/s", "projects/p/regions/r/subnetworks/s"},
		{"networks", "default", "projects/own/global/networks/default"},
		{"topics", "t", "projects/own/topics/t"},
		{"topics", "p/t", "projects/p/topics/t"},
		{"caPools", "l/c", "projects/own/locations/l/caPools/c"},
		{"caPools", "a/b/c/d/e", ""},
		{"topics", "", ""},
	} {
		if got := ParseAs(tt.kind, tt.name, ParseProject("own"), "here").Relative(); got != tt.want {
			t.Errorf("%s as %s: got %q, want %q", tt.name, tt.kind, got, tt.want)
		}
		if got := ParseAs(tt.kind, "s", Project{}, ""); !got.IsZero() {
			t.Errorf("%s without a project: got %s", tt.kind, got)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want Match
	}{
		{"projects/p", "projects/p", Same},
		{"projects/p", "projects/q", Different},
		{"projects/1", "projects/2", Different},
		{"projects/1", "projects/p", MaybeSame},
		{"projects/p", "projects/p/topics/t", Different},
		{"projects/1/topics/t", "projects/p/topics/t", MaybeSame},
		{"projects/1/topics/t", "projects/p/topics/u", Different},
		{"folders/1", "folders/1", Same},
		{"folders/1", "organizations/1", Different},
		{"folders/1", "projects/1", Different},
		{"", "", Different},
		{"a@p.iam.gserviceaccount.com", "projects/-/serviceAccounts/a@p.iam.gserviceaccount.com", Same},
		{"a@p.iam.gserviceaccount.com", "b@p.iam.gserviceaccount.com", Different},
		{"projects/p/serviceAccounts/1-compute@developer.gserviceaccount.com", "1-compute@developer.gserviceaccount.com", Same},
		{"a@p.iam.gserviceaccount.com", "projects/p/serviceAccounts/112233", MaybeSame},
		{"projects/-/serviceAccounts/112233", "projects/p/serviceAccounts/112233", Same},
		{"projects/-/serviceAccounts/112233", "projects/p/serviceAccounts/445566", Different},
		{"a@1.iam.gserviceaccount.com", "a@p.iam.gserviceaccount.com", MaybeSame},
		{"a@p.iam.gserviceaccount.com", "a@q.iam.gserviceaccount.com", Different},
	} {
		a, b := Parse(tt.a), Parse(tt.b)
		if got, back := a.Compare(b), b.Compare(a); got != tt.want || back != tt.want {
			t.Errorf("%s and %s: got %d and %d, want %d", tt.a, tt.b, got, back, tt.want)
		}
	}
}

// FuzzParse checks that parsing the result of parsing changes nothing.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"projects/p", "//iam.googleapis.com/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com", "1-compute@developer.gserviceaccount.com",
		"https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/s", "p/l/r/k", "folders/1", "example.com:acme",
		"projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/3", "serviceAccount:1", "projects//", "//", "projects/p/cryptoKeys/k/cryptoKeyVersions//",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := Parse(s)
		if again := Parse(n.String()); again != n {
			t.Errorf("%q: %#v, and again %#v", s, n, again)
		}
		if !n.IsZero() && n.Compare(n) != Same {
			t.Errorf("%q is not the same as itself", s)
		}
		p := ParseProject(s)
		if again := ParseProject(p.String()); again != p {
			t.Errorf("project %q: %q, and again %q", s, p, again)
		}
		for _, k := range Kinds() {
			kind := k.Collection
			short := ParseAs(kind, s, ParseProject("own"), "here")
			if again := ParseAs(kind, short.String(), Project{}, ""); again != short {
				t.Errorf("%q as %s: %#v, and again %#v", s, kind, short, again)
			}
		}
	})
}
