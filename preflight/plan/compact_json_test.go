package plan

import (
	"encoding/json"
	"testing"

	exp "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// FuzzCompactValue checks that a compactValue equals the result of
// encoding/json without null members, and that a flagTree has only what leads
// to true.
func FuzzCompactValue(f *testing.F) {
	for _, seed := range []string{
		`{"a": null, "b": [null, {"c": null, "d": 1.5e3}], "e\u0041": "\u00e9", "f": {}}`,
		`[true, false, [[true]], {"a": false}, {"a": [false, true]}, []]`, `null`, `"x"`, `-0`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var strict any
		if exp.Unmarshal([]byte(text), &strict) != nil || json.Unmarshal([]byte(text), new(any)) != nil {
			return
		}
		var got struct {
			V compactValue `json:"v"`
			M flagTree     `json:"m"`
		}
		if err := exp.Unmarshal([]byte(`{"v": `+text+`, "m": `+text+`}`), &got, newCompactReader().options()); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(withoutNull(strict), got.V.value); diff != "" {
			t.Errorf("%s as a value (-want +got):\n%s", text, diff)
		}
		if diff := cmp.Diff(onlyTrue(strict), got.M.value); diff != "" {
			t.Errorf("%s as flags (-want +got):\n%s", text, diff)
		}
	})
}

func withoutNull(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, of := range v {
			if of != nil {
				out[name] = withoutNull(of)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withoutNull(v[i])
		}
		return out
	}
	return v
}

func onlyTrue(v any) any {
	marked := false
	switch v := v.(type) {
	case bool:
		if v {
			return true
		}
	case map[string]any:
		out := map[string]any{}
		for name, of := range v {
			if m := onlyTrue(of); m != nil {
				out[name], marked = m, true
			}
		}
		if marked {
			return out
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = onlyTrue(v[i])
			marked = marked || out[i] != nil
		}
		if marked {
			return out
		}
	}
	return nil
}
