package plan

import (
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// A Provider is what a google or google-beta provider configuration says about
// who apply will be and who is billed.
type Provider struct {
	// Key is how the plan names the configuration, such as google.host.
	Key string
	// Impersonates is the account that the provider impersonates. Absent: it
	// does not, unless GOOGLE_IMPERSONATE_SERVICE_ACCOUNT says so.
	Impersonates Value
	// Delegates is the chain of accounts in between, nearest first.
	Delegates []string
	// OwnCredentials reports whether credentials or access_token is set, so
	// that the credentials at hand are not those that apply will use.
	OwnCredentials bool
	// BillingProject is the project that is billed and whose quota is used,
	// where UserProjectOverride is on.
	BillingProject Value
	// UserProjectOverride reports whether requests name the project that is
	// billed: BillingProject, else the resource's own.
	UserProjectOverride bool

	project Value
	source  string
	// madeBy is where project leads, when it is no plain value.
	madeBy followed
}

// Provider is the provider configuration that c uses; never nil.
func (c *Change) Provider() *Provider { return c.provider }

// A providerUse is what the provider configuration of a change depends on.
type providerUse struct {
	orphan        bool
	module, local string
}

func (c *Change) providerUse() providerUse {
	if c.block == nil {
		return providerUse{orphan: true}
	}
	return providerUse{module: c.block.module, local: c.block.provider}
}

func (c *Change) newProvider() *Provider {
	if c.block == nil {
		return c.plan.orphanProvider()
	}
	config, module := c.plan.config.provider(c.block)
	if config == nil {
		return &Provider{Key: c.block.provider}
	}
	return c.plan.newProvider(config, module)
}

// orphanProvider is the provider of an object that is no longer configured.
// The plan does not say which configuration it used; a single one is certain.
func (p *Plan) orphanProvider() *Provider {
	var only *tfjson.ProviderConfig
	for _, config := range p.config.providers {
		if !isGoogle(config) {
			continue
		}
		if only != nil {
			return &Provider{}
		}
		only = config
	}
	if only == nil {
		return &Provider{}
	}
	return p.newProvider(only, withoutKeys(only.ModuleAddress))
}

func isGoogle(config *tfjson.ProviderConfig) bool {
	return config.Name == "google" || config.Name == "google-beta"
}

func (p *Plan) newProvider(config *tfjson.ProviderConfig, module string) *Provider {
	get := func(name string) Value { return p.evaluate(module, config.Expressions[name]) }
	provider := &Provider{
		Key:                 providerKey(config),
		Impersonates:        get("impersonate_service_account"),
		Delegates:           get("impersonate_service_account_delegates").Strings(),
		OwnCredentials:      get("credentials").State != Absent || get("access_token").State != Absent,
		BillingProject:      get("billing_project"),
		UserProjectOverride: get("user_project_override").True(),
		project:             get("project"),
	}
	provider.source = "provider " + provider.Key
	if f := p.follow(module, expressionOf(config.Expressions["project"])); f.via != "" {
		provider.source += " (" + f.via + ")"
		provider.madeBy = f
	}
	return provider
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

// evaluate is the value of an expression, as far as the plan shows it.
func (p *Plan) evaluate(module string, e *tfjson.Expression) Value {
	if e == nil || e.ExpressionData == nil {
		return Value{}
	}
	f := p.follow(module, expressionOf(e))
	if !f.found {
		return Value{State: Unknown}
	}
	if f.value == nil || f.value == "" {
		return Value{}
	}
	return Value{State: Known, Raw: f.value, Sensitive: f.sensitive}
}

func expressionOf(e *tfjson.Expression) expression {
	if e == nil || e.ExpressionData == nil {
		return expression{}
	}
	v, ok := constant(e)
	return expression{constant: v, hasConstant: ok, references: e.References}
}

// provider finds the provider configuration of a block and the module whose
// names its expressions use. It is nil where there is none, or where the plan
// does not say which of several is meant: plans of Terraform before 1.1 name a
// configuration that a module was handed by the name that the module uses.
func (c *configuration) provider(b *block) (*tfjson.ProviderConfig, string) {
	if config := c.providers[b.provider]; config != nil {
		return config, withoutKeys(config.ModuleAddress)
	}
	module, name := b.module, localKey(b.provider)
	for module != "" {
		module = parentModule(module)
		key := name
		if module != "" {
			key = module + ":" + name
		}
		if config := c.providers[key]; config != nil && c.alone(config) {
			return config, module
		}
	}
	return nil, ""
}

// alone reports whether no other configuration of the same provider exists.
func (c *configuration) alone(config *tfjson.ProviderConfig) bool {
	for _, other := range c.providers {
		if other != config && other.Name == config.Name {
			return false
		}
	}
	return true
}

// localKey is a provider key without the module in front: of module.a:google
// and of a:google, google.
func localKey(key string) string {
	return key[strings.LastIndex(key, ":")+1:]
}
