package access

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseRef(t *testing.T) {
	for text, want := range map[string]string{
		"projects/p/locations/l/clusters/c":              "projects/p/locations/l/clusters/c",
		"projects/p/zones/europe-west1-b/clusters/c":     "projects/p/locations/europe-west1-b/clusters/c",
		"projects/example.com:p/regions/l/clusters/c":    "projects/example.com:p/locations/l/clusters/c",
		"projects/123/locations/l/clusters/c":            "projects/123/locations/l/clusters/c",
		"":                                               "",
		"c":                                              "",
		"projects/p/locations/l/clusters/":               "",
		"projects/p/locations/../clusters/c":             "",
		"projects/p/locations/l/clusters/c/nodePools/n":  "",
		"projects/p/locations/-/clusters/c":              "",
		"projects/p/locations/l/clusters/c?x":            "",
		"projects/p/locations/l/clusters/$(rm -rf)":      "",
		"//container.googleapis.com/projects/p/zones/l/": "",
	} {
		got, err := ParseRef(text)
		if got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	f.Add("projects/p/locations/l/clusters/c")
	f.Add("gke_p_l_c")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRef(text)
		if again, err2 := ParseRef(r.String()); err == nil && (err2 != nil || again != r) {
			t.Errorf("%q: %v is read as %v, %v", text, r, again, err2)
		}
		if r, ok := RefOfContext(text); ok && text != "gke_"+r.Project+"_"+r.Location+"_"+r.Name {
			t.Errorf("%q is read as %v", text, r)
		}
	})
}

func TestRefOfContext(t *testing.T) {
	for name, want := range map[string]string{
		"gke_acme-prod_europe-west1_main":   "projects/acme-prod/locations/europe-west1/clusters/main",
		"gke_example.com:p_europe-west1_c":  "projects/example.com:p/locations/europe-west1/clusters/c",
		"connectgateway_acme_global_main":   "",
		"gke_acme_europe-west1":             "",
		"gke_acme_europe-west1_main_x":      "",
		"gke_acme_europe-west1_main; rm -f": "",
		"":                                  "",
	} {
		if got, ok := RefOfContext(name); got.String() != want && ok || ok != (want != "") {
			t.Errorf("%q: got %q, %t", name, got, ok)
		}
	}
}

const twoClusters = `apiVersion: v1
kind: Config
current-context: dev
contexts:
- {name: prod, context: {cluster: gke_acme-prod_europe-west1_main, user: u}}
- {name: also-prod, context: {cluster: gke_acme-prod_europe-west1_main, user: u}}
- {name: dev, context: {cluster: gke_acme-dev_europe-west1_main, user: u}}
- {name: bare, context: {cluster: mine, user: u}}
- {name: astray, context: {cluster: none, user: u}}
clusters:
- {name: gke_acme-prod_europe-west1_main, cluster: {server: "https://192.0.2.1", certificate-authority: ca.pem}}
- {name: gke_acme-dev_europe-west1_main, cluster: {server: "https://192.0.2.2"}}
- {name: mine, cluster: {server: "https://192.0.2.3"}}
users:
- {name: u, user: {exec: {command: bin/login, apiVersion: client.authentication.k8s.io/v1beta1}}}
`

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func none(string) string { return "" }

// TestEntries shows that a renamed context still has its cluster.
func TestEntries(t *testing.T) {
	file := write(t, twoClusters)
	k, err := ReadKubeconfig(file, none)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"prod": "projects/acme-prod/locations/europe-west1/clusters/main", "dev": "projects/acme-dev/locations/europe-west1/clusters/main", "bare": "",
	} {
		if got, _ := k.Entry(name).Ref(); got.String() != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if k.Current() != "dev" || k.Entry("astray") != nil || k.Entry("gone") != nil {
		t.Errorf("current %q, astray %v", k.Current(), k.Entry("astray"))
	}
	if got := k.EntryOf(ref()); got == nil || got.Context != "also-prod" {
		t.Errorf("got %+v", got)
	}
	if got := k.EntryOf(Ref{"p", "l", "c"}); got != nil {
		t.Errorf("got %+v", got)
	}
	// Paths are relative to the file.
	e := k.Entry("prod")
	if e.cluster.CertificateAuthority != filepath.Join(filepath.Dir(file), "ca.pem") || e.user.Exec.Command != filepath.Join(filepath.Dir(file), "bin/login") {
		t.Errorf("got %s and %s", e.cluster.CertificateAuthority, e.user.Exec.Command)
	}
}

func TestKubeconfigFiles(t *testing.T) {
	a, b := write(t, twoClusters), write(t, "apiVersion: v1\nkind: Config\ncurrent-context: other\ncontexts: [{name: two, context: {cluster: mine, user: u}}]\n")
	list := strings.Join([]string{filepath.Join(t.TempDir(), "gone"), a, b}, string(filepath.ListSeparator))
	k, err := ReadKubeconfig("", func(name string) string { return map[string]string{"KUBECONFIG": list}[name] })
	if err != nil || k.Current() != "dev" || k.Entry("two") == nil {
		t.Errorf("current %q, %v", k.Current(), err)
	}
	home := t.TempDir()
	k, err = ReadKubeconfig("", func(name string) string { return map[string]string{"HOME": home}[name] })
	if err != nil || k.Current() != "" || k.Files() != filepath.Join(home, ".kube", "config") {
		t.Errorf("%s: %v", k.Files(), err)
	}
	if k, err = ReadKubeconfig("", none); err != nil || k.Files() != "the kubeconfig" {
		t.Errorf("%s: %v", k.Files(), err)
	}
}

// TestBadKubeconfigs shows that the error names the file and quotes none of it.
func TestBadKubeconfigs(t *testing.T) {
	for _, text := range []string{"secret", "apiVersion: v1\nkind: Config\nusers: secret", "kind: secret", "\tsecret: x", `{"apiVersion":"secret/v9","kind":"Config"}`} {
		k, err := ReadKubeconfig(write(t, text), none)
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "hint: kubectl config view") {
			t.Errorf("%q: %v, %v", text, k, err)
		}
	}
	if _, err := ReadKubeconfig(filepath.Join(t.TempDir(), "gone"), none); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("got %v", err)
	}
}

func TestKubeconfigIsNotWritten(t *testing.T) {
	file := write(t, twoClusters)
	if err := os.Chmod(file, 0o400); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKubeconfig(file, none); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(file)
	if err != nil || after.ModTime() != before.ModTime() || after.Size() != before.Size() {
		t.Errorf("changed: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) != 1 {
		t.Errorf("files next to it: %v, %v", entries, err)
	}
}

func FuzzReadKubeconfig(f *testing.F) {
	f.Add(twoClusters)
	f.Add("{}")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ReadKubeconfig(write(t, text), none)
		if err != nil {
			return
		}
		if e := k.Entry(k.Current()); e != nil {
			_, _ = e.Ref()
			_, _ = contextEndpoint(e.cluster, &ControlPlane{})
		}
	})
}

func TestRedact(t *testing.T) {
	s := &state{token: "short", login: &login{token: "other"}}
	for in, want := range map[string]string{
		"a short b":                       "a REDACTED b",
		"an other":                        "an REDACTED",
		"Authorization: Bearer abc.def":   "Authorization: Bearer REDACTED",
		"ya29.a0Ab-x_y done":              "REDACTED done",
		`{"token": "x"}`:                  `{"token": "REDACTED"}`,
		"eyJhbGciOiJSUzI1NiJ9.eyJ.sig x":  "REDACTED x",
		strings.Repeat("Ab1_", 20) + " x": "REDACTED x",
		"projects/acme-prod/locations/europe-west1/clusters/a-cluster-with-a-long-name": "projects/acme-prod/locations/europe-west1/clusters/a-cluster-with-a-long-name",
	} {
		if got := s.redact(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func TestExcerpt(t *testing.T) {
	if got := excerpt(" a\n\tb\xff "); got != "a b?" {
		t.Errorf("got %q", got)
	}
	if got := excerpt(strings.Repeat("é", 400)); len(got) != 300+len("…") {
		t.Errorf("got %d bytes", len(got))
	}
}
