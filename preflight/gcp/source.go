package gcp

import (
	"context"
	"strings"
	"sync"

	"gke-preflight/preflight/facts"
)

// A Source answers questions by asking Google Cloud. It implements facts.Source.
type Source struct {
	client *Client
	mu     sync.Mutex
	// callers are the clients of impersonated accounts, which keep their tokens.
	callers map[facts.Caller]*Client
}

// NewSource returns a source that asks through a client.
func NewSource(c *Client) *Source {
	return &Source{client: c, callers: map[facts.Caller]*Client{}}
}

// A batch is what one call of the client answers: one question, or all about the
// permissions of a caller on a resource, or about the APIs of a project.
type batch struct {
	kind  facts.Kind
	as    facts.Caller
	on    string
	items []string
	// one is the question; zero for a batch of items.
	one facts.Question
}

// Answer implements facts.Source. All batches are asked side by side; how many
// requests that makes at once is bounded where they are sent.
func (s *Source) Answer(ctx context.Context, questions []facts.Question) map[facts.Question]facts.Answer {
	answers := map[facts.Question]facts.Answer{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, b := range batches(questions) {
		wg.Go(func() {
			got := s.answer(ctx, b)
			mu.Lock()
			defer mu.Unlock()
			for q, a := range got {
				answers[q] = a
			}
		})
	}
	wg.Wait()
	return answers
}

// batches groups questions that one request answers, in their order.
func batches(questions []facts.Question) []*batch {
	type key struct {
		kind facts.Kind
		as   facts.Caller
		on   string
	}
	var out []*batch
	known := map[key]*batch{}
	for _, q := range questions {
		if q.Kind != facts.KindPermission && q.Kind != facts.KindService {
			out = append(out, &batch{kind: q.Kind, as: q.As, on: q.On, one: q})
			continue
		}
		k := key{q.Kind, q.As, q.On}
		if known[k] == nil {
			known[k] = &batch{kind: q.Kind, as: q.As, on: q.On}
			out = append(out, known[k])
		}
		known[k].items = append(known[k].items, q.Item)
	}
	return out
}

func (s *Source) answer(ctx context.Context, b *batch) map[facts.Question]facts.Answer {
	switch b.kind {
	case facts.KindPermission:
		return s.permissions(ctx, b)
	case facts.KindService:
		return s.services(ctx, b)
	}
	value, err := s.single(ctx, b.one)
	return map[facts.Question]facts.Answer{b.one: {Value: value, Err: err}}
}

func (s *Source) permissions(ctx context.Context, b *batch) map[facts.Question]facts.Answer {
	tested := facts.Tested{}
	client, err := s.clientFor(b.as)
	if err == nil {
		tested, err = client.TestPermissions(ctx, b.on, b.items)
	}
	answers := map[facts.Question]facts.Answer{}
	put := func(items []string, state facts.PermissionState) {
		for _, item := range items {
			answers[facts.Question{Kind: facts.KindPermission, As: b.as, On: b.on, Item: item}] = facts.Answer{Value: state, Err: err}
		}
	}
	put(b.items, facts.Untestable)
	put(tested.Refused, facts.Refused)
	put(tested.Granted, facts.Granted)
	return answers
}

func (s *Source) services(ctx context.Context, b *batch) map[facts.Question]facts.Answer {
	services, err := s.client.Services(ctx, b.on, b.items)
	answers := map[facts.Question]facts.Answer{}
	for _, item := range b.items {
		answers[facts.Question{Kind: facts.KindService, On: b.on, Item: item}] = facts.Answer{
			Value: facts.Service{State: services.State[item], ProjectNumber: services.ProjectNumber}, Err: err,
		}
	}
	return answers
}

// single answers a question that is a request of its own.
func (s *Source) single(ctx context.Context, q facts.Question) (any, error) {
	c := s.client
	switch q.Kind {
	case facts.KindIdentity:
		caller, err := s.clientFor(q.As)
		if err != nil {
			return facts.Identity{}, err
		}
		return caller.Identity(ctx)
	case facts.KindProject:
		return c.Project(ctx, q.On)
	case facts.KindAncestors:
		return c.Ancestry(ctx, q.On)
	case facts.KindAllowPolicy:
		return c.Policy(ctx, q.On)
	case facts.KindDenyPolicies:
		return c.DenyPolicyIDs(ctx, q.On)
	case facts.KindDenyRules:
		return c.DenyRules(ctx, q.On, q.Item)
	case facts.KindRole:
		return c.Role(ctx, q.On)
	case facts.KindAccess:
		_, email, _ := strings.Cut(q.Member, ":")
		return c.Troubleshoot(ctx, email, q.On, q.Item)
	}
	return s.state(ctx, q)
}

// state answers a question about the state of a resource.
func (s *Source) state(ctx context.Context, q facts.Question) (any, error) {
	c := s.client
	switch q.Kind {
	case facts.KindAccount:
		return c.ServiceAccount(ctx, q.On, q.Item)
	case facts.KindHostProject:
		return c.HostProject(ctx, q.On)
	case facts.KindKey:
		return c.Key(ctx, q.On)
	case facts.KindConstraint:
		return c.Enforced(ctx, q.On, q.Item)
	case facts.KindCluster:
		return c.Cluster(ctx, q.On)
	case facts.KindClusters:
		return c.Clusters(ctx, q.On)
	case facts.KindOperations:
		return c.Operations(ctx, q.On, "-")
	case facts.KindTagParent:
		return c.TagParent(ctx, q.On)
	}
	return nil, malformed(string(q.Kind), q.On, "is of a kind that this source does not know")
}

// clientFor returns the client that asks on behalf of a caller.
func (s *Source) clientFor(as facts.Caller) (*Client, error) {
	switch {
	case as == facts.Caller{}:
		return s.client, nil
	case as.Original:
		return s.client.Original(), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.callers[as]; known != nil {
		return known, nil
	}
	var delegates []string
	if as.Delegates != "" {
		delegates = strings.Split(as.Delegates, ">")
	}
	// The provider does not go through an account of the environment.
	made, err := s.client.Original().As(as.Account, delegates)
	if err == nil {
		s.callers[as] = made
	}
	return made, err
}
