package fix

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		`plain`:      `"plain"`,
		`a"b`:        `"a\"b"`,
		`${file(x)}`: `"$${file(x)}"`,
		`%{if true}`: `"%%{if true}"`,
		"a\nb":       `"a\nb"`,
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

// FuzzQuote checks that Terraform reads a quoted string as it was before.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"plain", `a"b`, "${file(x)}", "%{if true}", "$${", "a\nb", "\x1b[31m", "\u202e", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("plan.Read rejects it")
		}
		expr, problems := hclsyntax.ParseExpression([]byte(quote(s)), "x.tf", hcl.InitialPos)
		if problems.HasErrors() {
			t.Fatalf("quote(%q) = %s: %v", s, quote(s), problems)
		}
		got, problems := expr.Value(nil)
		if problems.HasErrors() || !got.RawEquals(cty.StringVal(s)) {
			t.Errorf("quote(%q) = %s is %#v (%v)", s, quote(s), got, problems)
		}
	})
}

func TestDependsOn(t *testing.T) {
	for name, tt := range map[string]struct {
		blocks, others []string
		want           string
	}{
		"one after one": {
			[]string{"google_container_cluster.main"},
			[]string{"google_project_iam_member.agent"},
			`# google_container_cluster.main
depends_on = [google_project_iam_member.agent]`,
		},
		"each of several after several": {
			[]string{"google_container_cluster.a", "module.b.google_container_cluster.b"},
			[]string{"google_project_service.gke", "module.iam.google_project_iam_member.agent"},
			`# google_container_cluster.a
depends_on = [google_project_service.gke, module.iam.google_project_iam_member.agent]
# module.b.google_container_cluster.b
depends_on = [google_project_service.gke, module.iam.google_project_iam_member.agent]`,
		},
		"instances of one block count once": {
			[]string{"google_container_cluster.a", "google_container_cluster.a"},
			[]string{"google_project_service.gke", "google_project_service.gke"},
			`# google_container_cluster.a
depends_on = [google_project_service.gke]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, DependsOn(tt.blocks, tt.others)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
