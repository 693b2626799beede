package plan

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A Provider is what a google or google-beta provider configuration says about
// who apply will be and who is billed. A value is known where the plan proves
// it: it is constant, or the text of the configuration gives it.
type Provider struct {
	// Key is how the plan names the configuration, such as google.host.
	Key string
	// Impersonates is the account that the provider impersonates. Absent: it
	// does not, unless GOOGLE_IMPERSONATE_SERVICE_ACCOUNT says so.
	Impersonates Value
	// Delegates is the chain of accounts in between, nearest first.
	Delegates Value
	// OwnCredentials is the attribute or block with which the provider brings
	// credentials, so that those at hand are not those that apply will use; empty
	// if there is none.
	OwnCredentials string
	// Scopes are what the provider's tokens are good for. Absent: for everything.
	Scopes Value
	// Elsewhere is the attribute that sends requests to other hosts than those of
	// googleapis.com; empty if there is none.
	Elsewhere string
	// BillingProject is the project that is billed and whose quota is used,
	// where UserProjectOverride is on.
	BillingProject Value
	// UserProjectOverride is whether requests name the project that is billed:
	// BillingProject, else the resource's own.
	UserProjectOverride Value
	// Deployer is the account that a user named as the one that apply runs as,
	// where the plan does not show it; empty if nobody did.
	Deployer string
	// Unclear says why it is not known which configuration is meant; empty where
	// it is.
	Unclear string

	project       Value
	projectOrigin string
	// projectSource is where project seems to lead; guess is its value there.
	projectSource resolution
	projectGuess  Value
	// unknownReferences is what attributes that are not known refer to.
	unknownReferences map[string][]string
	// alias is that of the configuration, and hasConfigText reports whether the text of
	// the configuration was looked at.
	alias         string
	hasConfigText bool
}

// Provider is the provider configuration that c uses; never nil.
func (c *Change) Provider() *Provider { return c.provider }

// A providerUse is what the provider configuration of a change depends on.
type providerUse struct {
	orphan        bool
	name          string
	module, local string
}

func (c *Change) providerUse() providerUse {
	if c.block == nil {
		return providerUse{orphan: true, name: c.ProviderName}
	}
	return providerUse{module: c.block.module, local: c.block.provider}
}

func (c *Change) newProvider() *Provider {
	if c.block == nil {
		return c.plan.orphanProvider(c.ProviderName)
	}
	config, module := c.plan.config.provider(c.block)
	if config != nil {
		return c.plan.newProvider(config, module)
	}
	if others := c.plan.config.providersNamed(providerLocalName(c.block.provider)); len(others) > 0 && strings.Contains(c.block.provider, ":") {
		return c.plan.commonProvider(c.block.provider, others, "the plan does not say which provider configuration module "+c.block.module+" uses as "+providerLocalKey(c.block.provider))
	}
	// Terraform makes an empty configuration where there is none.
	return c.plan.newProvider(&tfjson.ProviderConfig{Name: c.block.provider}, "")
}

// orphanProvider is the provider of an object that is no longer configured.
// The plan names the program, and not which of its configurations made the
// object: it is certain where all would be the same account.
func (p *Plan) orphanProvider(name string) *Provider {
	var all []*tfjson.ProviderConfig
	hasDefault := map[string]bool{}
	for _, config := range p.config.providers {
		if !isGoogleProvider(config) || name != "" && config.FullName != "" && config.FullName != name {
			continue
		}
		all = append(all, config)
		if config.Alias == "" && config.ModuleAddress == "" {
			hasDefault[config.Name] = true
		}
	}
	if len(hasDefault) == 0 {
		// It may have been made by the empty configuration.
		all = append(all, &tfjson.ProviderConfig{Name: "google"})
	}
	return p.commonProvider("", all, "the plan does not say which provider configuration made an object that is no longer configured")
}

// either is one of several configurations: it is known as far as that makes no
// difference.
func (p *Plan) commonProvider(key string, all []*tfjson.ProviderConfig, unclear string) *Provider {
	slices.SortFunc(all, func(a, b *tfjson.ProviderConfig) int { return strings.Compare(providerKey(a), providerKey(b)) })
	first := p.newProvider(all[0], withoutKeys(all[0].ModuleAddress))
	for _, config := range all[1:] {
		if other := p.newProvider(config, withoutKeys(config.ModuleAddress)); !first.isSame(other) {
			return &Provider{Key: key, Unclear: unclear, project: Value{State: Unknown}, projectOrigin: "provider " + key}
		}
	}
	return first
}

// refersToSame reports whether two configurations are known to be the same account,
// with the same project and bill.
func (pr *Provider) isSame(other *Provider) bool {
	same := func(a, b Value) bool {
		return a.State != Unknown && a.State == b.State && a.String() == b.String() && a.True() == b.True() && slices.Equal(a.Strings(), b.Strings())
	}
	return same(pr.Impersonates, other.Impersonates) && same(pr.Delegates, other.Delegates) && same(pr.Scopes, other.Scopes) &&
		same(pr.BillingProject, other.BillingProject) && same(pr.UserProjectOverride, other.UserProjectOverride) && same(pr.project, other.project) &&
		pr.OwnCredentials == "" && other.OwnCredentials == "" && pr.Elsewhere == other.Elsewhere
}

func isGoogleProvider(config *tfjson.ProviderConfig) bool {
	return config.Name == "google" || config.Name == "google-beta" ||
		strings.HasSuffix(config.FullName, "/hashicorp/google") || strings.HasSuffix(config.FullName, "/hashicorp/google-beta")
}

func (p *Plan) newProvider(config *tfjson.ProviderConfig, module string) *Provider {
	pr := &Provider{Key: providerKey(config), alias: config.Alias, unknownReferences: map[string][]string{}, hasConfigText: p.building.evaluator != nil}
	get := func(name string) Value {
		v := p.providerAttribute(config, name)
		if v.State == Unknown {
			pr.unknownReferences[name] = writtenReferences(referencesIn(config.Expressions[name]))
		}
		return v
	}
	pr.Impersonates = get("impersonate_service_account")
	pr.Delegates = get("impersonate_service_account_delegates")
	pr.Scopes = get("scopes")
	pr.BillingProject = p.valueOrEnvironment(get("billing_project"), "GOOGLE_BILLING_PROJECT")
	pr.UserProjectOverride = p.boolOrEnvironment(get("user_project_override"), "USER_PROJECT_OVERRIDE")
	for _, name := range []string{"credentials", "access_token", "external_credentials"} {
		if get(name).State != Absent {
			pr.OwnCredentials = name
		}
	}
	pr.Elsewhere = customEndpoint(config, get)
	pr.project = get("project")
	pr.projectOrigin = "provider " + pr.Key
	if f := p.resolveExpression(module, expressionOf(config.Expressions["project"])); f.reference != "" {
		pr.projectOrigin += " (" + f.reference + ")"
		pr.projectSource = f
		if f.found && f.value != nil {
			pr.projectGuess = Value{State: Known, Raw: f.value, Sensitive: f.sensitive}
		}
	}
	return pr
}

// attribute is the value of an attribute of a provider configuration, where
// that is proven.
func (p *Plan) providerAttribute(config *tfjson.ProviderConfig, name string) Value {
	e := config.Expressions[name]
	if e == nil || e.ExpressionData == nil {
		return Value{}
	}
	if len(e.NestedBlocks) > 0 {
		return Value{State: Unknown}
	}
	if x := expressionOf(e); x.hasConstant {
		return constantValue(x.constant)
	}
	if v, ok := p.building.evaluator.providerAttribute(config, name); ok {
		return v
	}
	return Value{State: Unknown}
}

// evaluate is the value of an expression, as far as the plan shows it: a guess,
// unless it is constant.
func (p *Plan) likelyValue(module string, e *tfjson.Expression) Value {
	if e == nil || e.ExpressionData == nil {
		return Value{}
	}
	f := p.resolveExpression(module, expressionOf(e))
	if !f.found {
		return Value{State: Unknown}
	}
	v := constantValue(f.value)
	v.Sensitive = f.sensitive
	return v
}

// constantValue is a constant as a value: an empty string counts as nothing.
func constantValue(constant any) Value {
	if constant == nil || constant == "" {
		return Value{}
	}
	return Value{State: Known, Raw: constant}
}

// valueOrEnvironment is the value of an environment variable where the provider
// configuration sets nothing, as it is for the provider.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/config.go (HandleSDKDefaults)
func (p *Plan) valueOrEnvironment(v Value, name string) Value {
	if v.State != Absent || p.options.Getenv == nil {
		return v
	}
	return constantValue(p.options.Getenv(name))
}

func (p *Plan) boolOrEnvironment(v Value, name string) Value {
	v = p.valueOrEnvironment(v, name)
	text, isText := v.Raw.(string)
	if !isText {
		return v
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		// The provider stops there, while planning.
		return Value{}
	}
	return Value{State: Known, Raw: b}
}

// elsewhere is the attribute that sends requests to other hosts than those of
// googleapis.com. Endpoints of Private Service Connect are among those.
// https://docs.cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints
func customEndpoint(config *tfjson.ProviderConfig, get func(string) Value) string {
	var names []string
	for name := range config.Expressions {
		if name == "universe_domain" || strings.HasSuffix(name, "_custom_endpoint") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		v := get(name)
		if v.State == Unknown || v.State == Known && !isGoogleHost(v.String()) {
			return name
		}
	}
	return ""
}

// isGoogleHost reports whether a universe domain, or the URL of an endpoint, is
// Google's usual one.
func isGoogleHost(s string) bool {
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		s = u.Hostname()
	}
	return s == "googleapis.com" || strings.HasSuffix(s, ".googleapis.com")
}

// isPerInstance reports whether an attribute depends on the instance of the
// configuration: OpenTofu lets one have for_each.
// https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration
func (pr *Provider) isPerInstance(attribute string) bool {
	return slices.ContainsFunc(pr.unknownReferences[attribute], func(r string) bool {
		return strings.HasPrefix(r, "each.")
	})
}

// Doubt says why an attribute of the provider configuration that is not known
// is not, and what tells it; flag is what a user could name instead, if
// anything.
func (pr *Provider) Doubt(attribute, flag string) string {
	written := "an expression"
	if refs := pr.unknownReferences[attribute]; len(refs) > 0 {
		written = strings.Join(refs, ", ")
	}
	out := "provider " + pr.Key + " sets " + attribute + " from " + written
	if pr.isPerInstance(attribute) {
		return out + ", which may differ from one of its instances to the next"
	}
	tell := "check the binary plan, or name its configuration with --source DIR"
	if pr.hasConfigText {
		out += ", which cannot be worked out from the configuration"
		tell = ""
	} else {
		out += ", and a plan's JSON does not show what comes of that"
	}
	if flag != "" {
		tell = strings.TrimPrefix(tell+", or "+flag, ", or ")
	}
	if tell == "" {
		return out
	}
	return out + ": " + tell
}

func providerKey(config *tfjson.ProviderConfig) string {
	key := config.Name
	if config.Alias != "" {
		key += "." + config.Alias
	}
	if config.ModuleAddress != "" {
		key = withoutKeys(config.ModuleAddress) + ":" + key
	}
	return key
}

// provider finds the provider configuration of a block and the module whose
// names its expressions use. It is nil where there is none, or where the plan
// does not say which of several is meant: plans of Terraform before 1.1 name a
// configuration that a module was handed by the name that the module uses.
func (c *configuration) provider(b *block) (*tfjson.ProviderConfig, string) {
	if config := c.providers[b.provider]; config != nil {
		return config, withoutKeys(config.ModuleAddress)
	}
	module, name := b.module, providerLocalKey(b.provider)
	for module != "" {
		module = parentModule(module)
		key := name
		if module != "" {
			key = module + ":" + name
		}
		if config := c.providers[key]; config != nil && c.isOnlyConfiguration(config) {
			return config, module
		}
	}
	return nil, ""
}

// alone reports whether no other configuration of the same provider exists.
func (c *configuration) isOnlyConfiguration(config *tfjson.ProviderConfig) bool {
	return len(c.providersNamed(config.Name)) == 1
}

// named are the configurations of the provider of a local name.
func (c *configuration) providersNamed(name string) []*tfjson.ProviderConfig {
	var out []*tfjson.ProviderConfig
	for _, config := range c.providers {
		if config.Name == name {
			out = append(out, config)
		}
	}
	return out
}

// providerLocalKey is a provider key without the module in front: of module.a:google
// and of a:google, google.
func providerLocalKey(key string) string {
	return key[strings.LastIndex(key, ":")+1:]
}

// providerLocalName is the name of the provider in a key: of module.a:google.host,
// google.
func providerLocalName(key string) string {
	name, _, _ := strings.Cut(providerLocalKey(key), ".")
	return name
}
