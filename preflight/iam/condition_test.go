package iam

import (
	"testing"
	"time"
)

// TestConditions: known attributes decide; unknown ones make the verdict Unknown only
// if the value depends on them.
func TestConditions(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday
	cluster := Request{
		Time: noon, Until: noon.Add(time.Hour),
		Service: "container.googleapis.com", Type: "container.googleapis.com/Cluster",
		Names: []string{"projects/acme-prod/locations/europe-west1/clusters/main", "projects/111/locations/europe-west1/clusters/main"},
	}
	untyped := Request{Time: noon, Until: noon, Service: "compute.googleapis.com"}
	for _, tt := range []struct {
		expression string
		request    Request
		want       Verdict
	}{
		{`true`, cluster, Yes},
		{`request.time < timestamp("2030-01-01T00:00:00Z")`, cluster, Yes},
		{`request.time < timestamp("2020-01-01T00:00:00Z")`, cluster, No},
		// It becomes false while apply may still be running.
		{`request.time < timestamp("2026-11-23T12:30:00Z")`, cluster, Unknown},
		{`request.time < timestamp("2030-01-01T00:00:00Z")`, Request{}, Unknown},
		{`request.time.getHours("Europe/Berlin") >= 9 && request.time.getHours("Europe/Berlin") <= 17`, cluster, Yes},
		{`request.time.getDayOfWeek("UTC") == 0`, cluster, No},
		{`resource.type == "container.googleapis.com/Cluster"`, cluster, Yes},
		{`resource.service == "container.googleapis.com"`, cluster, Yes},
		{`resource.service == "compute.googleapis.com"`, cluster, No},
		{`resource.service == "compute.googleapis.com"`, untyped, Yes},
		{`resource.name.endsWith("/clusters/main")`, cluster, Yes},
		{`resource.name.startsWith("projects/acme-prod/locations/europe-west1/clusters/dev-")`, cluster, No},
		{`resource.name.startsWith("projects/acme-prod/")`, cluster, Yes},
		// The author may have used the project number.
		{`resource.name.startsWith("projects/111/")`, cluster, Unknown},
		{`resource.name.startsWith("projects/222/")`, cluster, No},
		{`resource.name.startsWith("projects/acme-prod/") || resource.name.startsWith("projects/111/")`, cluster, Yes},
		{`resource.name.extract("/clusters/{name}") == "main"`, cluster, Yes},
		{`resource.name.extract("locations/{location}/") == "europe-west1"`, cluster, Yes},
		{`resource.name.extract("/instances/{name}") == ""`, cluster, Yes},
		{`resource.name == "x"`, untyped, Unknown},
		{`resource.type == "x"`, untyped, Unknown},
		{`resource.type == "x" && resource.service == "storage.googleapis.com"`, untyped, No},
		{`resource.type == "x" || resource.service == "compute.googleapis.com"`, untyped, Yes},
		{`!(resource.name == "x")`, untyped, Unknown},
		{`has(resource.name)`, untyped, Unknown},
		{`resource.name == resource.name`, untyped, Unknown},
		{`resource.matchTag("1234/env", "prod")`, cluster, Unknown},
		{`resource.hasTagKey("1234/env") || request.time < timestamp("2030-01-01T00:00:00Z")`, cluster, Yes},
		{`resource.matchTagId("tagKeys/1", "tagValues/2") && resource.service == "x"`, cluster, No},
		{`api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", []).hasOnly(["roles/viewer"])`, cluster, Unknown},
		{`"x" in request.auth.access_levels`, cluster, Unknown},
		{`destination.port == 22`, cluster, Unknown},
		{`request.nothing == 1`, cluster, Unknown},
		{`nonsense(`, cluster, Unknown},
		{`"a string"`, cluster, Unknown},
		{``, cluster, Unknown},
	} {
		if got := (&Condition{Expression: tt.expression}).Eval(tt.request); got != tt.want {
			t.Errorf("%s: got %d, want %d, for %+v", tt.expression, got, tt.want, tt.request)
		}
	}
}

// FuzzCondition: a verdict without any attributes stays the same with them.
func FuzzCondition(f *testing.F) {
	for _, e := range []string{`resource.name.extract("a{b}c") == "x"`, `request.time.getHours("x") > 1`, `[1,2].all(x, [1,2].all(y, x < y))`, `resource.matchTag("a", "b")`, "{"} {
		f.Add(e, "projects/p")
	}
	f.Fuzz(func(t *testing.T, expression, name string) {
		none := (&Condition{Expression: expression}).Eval(Request{})
		known := (&Condition{Expression: expression}).Eval(Request{Names: []string{name}, Type: "t", Service: "s", Time: time.Unix(1, 0), Until: time.Unix(1, 0)})
		if none != Unknown && none != known {
			t.Errorf("%q: got %d without any attributes, and %d with them", expression, none, known)
		}
	})
}

func BenchmarkCondition(b *testing.B) {
	c := &Condition{Expression: `resource.type == "container.googleapis.com/Cluster" && request.time < timestamp("2030-01-01T00:00:00Z")`}
	for b.Loop() {
		c.Eval(Request{Time: time.Unix(1, 0), Until: time.Unix(1, 0), Type: "x"})
	}
}
