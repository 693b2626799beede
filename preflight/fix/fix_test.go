package fix

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/fixtures/deadline"
	"gke-preflight/preflight/need"
)

// TestFor has a row for each kind of need that something is known to help.
func TestFor(t *testing.T) {
	type fix struct {
		Commands  []string
		Terraform string
	}
	const member = "serviceAccount:a@p.iam.gserviceaccount.com"
	for name, tt := range map[string]struct {
		need   need.Need
		member string
		want   fix
	}{
		"API that is off": {
			need: need.Need{Kind: need.Service, Project: "p", Service: "container.googleapis.com"},
			want: fix{
				Commands: []string{"gcloud services enable container.googleapis.com --project=p"},
				Terraform: `resource "google_project_service" "gke" {
  project            = "p"
  service            = "container.googleapis.com"
  disable_on_destroy = false
}`,
			},
		},
		"project that is not attached to its Shared VPC host": {
			need: need.Need{Kind: need.SharedVPCAttachment, Project: "p", Expect: "host"},
			want: fix{
				Commands: []string{"gcloud compute shared-vpc associated-projects add p --host-project=host"},
				Terraform: `resource "google_compute_shared_vpc_service_project" "gke" {
  host_project    = "host"
  service_project = "p"
}`,
			},
		},
		"constraint that is enforced": {
			need: need.Need{Kind: need.OrgPolicyNotEnforced, Project: "p", Expect: "constraints/compute.requireShieldedVm"},
			want: fix{Commands: []string{"gcloud resource-manager org-policies disable-enforce constraints/compute.requireShieldedVm --project=p"}},
		},
		"cluster that exists already": {
			need: need.Need{Kind: need.ClusterNameFree, Addresses: []string{"google_container_cluster.main"}, Clusters: []string{"projects/p/locations/l/clusters/c"}},
			want: fix{Commands: []string{"terraform import google_container_cluster.main projects/p/locations/l/clusters/c"}},
		},
		"cluster of one of several addresses": {
			need: need.Need{Kind: need.ClusterNameFree, Addresses: []string{"google_container_cluster.a", "google_container_cluster.b"}, Clusters: []string{"projects/p/locations/l/clusters/c"}},
		},
		"cluster in an unknown location": {
			need: need.Need{Kind: need.ClusterNameFree, Addresses: []string{"google_container_cluster.main"}, Clusters: []string{"projects/p/locations/-/clusters/c"}},
		},
		"missing permissions": {
			need:   need.Need{Kind: need.Permissions, Project: "p", Resource: "//cloudresourcemanager.googleapis.com/projects/p", Fix: need.Fix{Role: "roles/editor"}},
			member: member,
			want: fix{
				Commands: []string{"gcloud projects add-iam-policy-binding p --member=" + member + " --role=roles/editor --condition=None"},
				Terraform: `resource "google_project_iam_member" "gke" {
  project = "p"
  role    = "roles/editor"
  member  = "` + member + `"
}`,
			},
		},
		"missing permissions of an unknown member": {
			need: need.Need{Kind: need.Permissions, Project: "p", Fix: need.Fix{Role: "roles/editor"}},
		},
		"permissions without a known role": {
			need:   need.Need{Kind: need.Permissions, Project: "p"},
			member: member,
		},
		"fix that the rule knows": {
			need: need.Need{Kind: need.PlanOnly, Fix: need.Fix{Commands: []string{"gcloud x"}, Terraform: "x = 1"}},
			want: fix{Commands: []string{"gcloud x"}, Terraform: "x = 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			commands, terraform := For(tt.need, tt.member)
			if diff := cmp.Diff(tt.want, fix{commands, terraform}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestForKeepsTheNeed checks that the commands of a need, which many findings
// share, stay as they are.
func TestForKeepsTheNeed(t *testing.T) {
	shared := append(make([]string, 0, 2), "first")
	For(need.Need{Kind: need.Service, Project: "p", Service: "s", Fix: need.Fix{Commands: shared}}, "")
	if got := shared[:2][1]; got != "" {
		t.Errorf("For wrote %q behind the commands of the need", got)
	}
}

// TestCommandsRunNothing pastes the commands for needs with hostile names into
// a real shell, with programs that only say what they were given.
func TestCommandsRunNothing(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh on PATH to paste into")
	}
	dir := t.TempDir()
	for _, program := range []string{"gcloud", "terraform"} {
		if err := os.WriteFile(filepath.Join(dir, program), []byte("#!"+sh+"\nprintf '%s\\0' \"$@\"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"--flags-file=evil.yaml", "-h", "$(touch ran)", "`touch ran`", "'; touch ran; '", "a\ntouch ran", "*", "~", ""} {
		for _, n := range needsWith(name) {
			commands, _ := For(n, "serviceAccount:"+name)
			if len(commands) == 0 {
				t.Fatalf("no command for %+v", n)
			}
			for _, line := range commands {
				cmd := deadline.Command(t, sh, "-c", line)
				cmd.Dir, cmd.Env = dir, []string{"PATH=" + dir}
				out, err := cmd.Output()
				if err != nil {
					t.Errorf("%q: %v", line, err)
				}
				words := strings.Split(string(out), "\x00")
				if name != "" && slices.Contains(words, name) && strings.HasPrefix(name, "-") {
					t.Errorf("%q gives the option %q", line, name)
				}
				if name != "" && !strings.Contains(strings.Join(words, " "), name) {
					t.Errorf("%q does not give %q whole", line, name)
				}
			}
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the commands left %v behind (%v)", left, err)
	}
}

// needsWith returns needs of every kind that a command meets, about things of
// this name.
func needsWith(name string) []need.Need {
	grant := need.Fix{Role: "roles/editor"}
	needs := []need.Need{
		{Kind: need.SharedVPCAttachment, Project: name, Expect: name},
		{Kind: need.OrgPolicyNotEnforced, Project: name, Expect: name},
		{Kind: need.ClusterNameFree, Addresses: []string{name}, Clusters: []string{name}},
		{Kind: need.Service, Project: name, Service: name},
	}
	for _, resource := range []string{
		"//cloudresourcemanager.googleapis.com/projects/" + name,
		"//cloudresourcemanager.googleapis.com/folders/" + name,
		"//cloudresourcemanager.googleapis.com/organizations/" + name,
		"//cloudresourcemanager.googleapis.com/tagKeys/" + name,
		"//cloudresourcemanager.googleapis.com/tagValues/" + name,
		"//iam.googleapis.com/projects/p/serviceAccounts/" + name,
		"//compute.googleapis.com/projects/p/regions/r/subnetworks/" + name,
		"//cloudkms.googleapis.com/projects/p/locations/l/keyRings/" + name + "/cryptoKeys/" + name,
		"//cloudkms.googleapis.com/projects/p/locations/l/keyRings/" + name,
		"//privateca.googleapis.com/projects/p/locations/l/caPools/" + name,
		"//pubsub.googleapis.com/projects/p/topics/" + name,
		"//secretmanager.googleapis.com/projects/p/secrets/" + name,
	} {
		needs = append(needs, need.Need{Kind: need.Permissions, Project: name, Resource: resource, Fix: grant})
	}
	return needs
}
