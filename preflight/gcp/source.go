package gcp

import (
	"context"
	"strings"
	"sync"

	"gke-preflight/preflight/facts"
)

// A Source answers questions with a Client. It implements facts.Source.
type Source struct {
	client *Client

	mu sync.Mutex
	// callers are the clients of impersonated accounts. They keep their tokens, so
	// that each token is generated once.
	callers map[facts.Caller]*Client
}

// NewSource returns a source that uses a client.
func NewSource(c *Client) *Source {
	return &Source{client: c, callers: map[facts.Caller]*Client{}}
}

// A batch is a group of questions that one call of the client answers: a single
// question, or all questions about the permissions of a caller on a resource, or
// about the APIs of a project.
type batch struct {
	kind  facts.Kind
	as    facts.Caller
	on    string
	items []string
	// single is the question of a batch without items.
	single facts.Question
}

// Answer implements facts.Source. It answers all batches in parallel; the
// transport limits how many requests are in flight.
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

// batches groups questions that one call answers, in their order.
func batches(questions []facts.Question) []*batch {
	type key struct {
		kind facts.Kind
		as   facts.Caller
		on   string
	}
	var out []*batch
	groups := map[key]*batch{}
	for _, q := range questions {
		if q.Kind != facts.KindPermission && q.Kind != facts.KindService {
			out = append(out, &batch{kind: q.Kind, as: q.As, on: q.On, single: q})
			continue
		}
		k := key{q.Kind, q.As, q.On}
		if groups[k] == nil {
			groups[k] = &batch{kind: q.Kind, as: q.As, on: q.On}
			out = append(out, groups[k])
		}
		groups[k].items = append(groups[k].items, q.Item)
	}
	return out
}

// answer answers the questions of one batch.
func (s *Source) answer(ctx context.Context, b *batch) map[facts.Question]facts.Answer {
	switch b.kind {
	case facts.KindPermission:
		return s.permissions(ctx, b)
	case facts.KindService:
		return s.services(ctx, b)
	}
	value, err := s.single(ctx, b.single)
	return map[facts.Question]facts.Answer{b.single: {Value: value, Err: err}}
}

// permissions answers questions about permissions. A permission that is neither
// granted nor refused is untestable.
func (s *Source) permissions(ctx context.Context, b *batch) map[facts.Question]facts.Answer {
	var tested facts.PermissionTest
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
	put(tested.Missing, facts.Missing)
	put(tested.Granted, facts.Granted)
	return answers
}

// services answers questions about APIs.
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

// single answers a question that needs a call of its own.
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
		return c.ConstraintEnforced(ctx, q.On, q.Item)
	case facts.KindCluster:
		return c.Cluster(ctx, q.On)
	case facts.KindClusters:
		return c.Clusters(ctx, q.On)
	case facts.KindOperations:
		return c.Operations(ctx, q.On, "-")
	case facts.KindTagParent:
		return c.TagParent(ctx, q.On)
	}
	return nil, &facts.Error{Resource: q.On, Message: "unknown kind of question: " + string(q.Kind)}
}

// clientFor returns a client that authenticates as a caller.
func (s *Source) clientFor(as facts.Caller) (*Client, error) {
	switch {
	case as == facts.Caller{}:
		return s.client, nil
	case as.Original:
		return s.client.Original(), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.callers[as]; c != nil {
		return c, nil
	}
	var delegates []string
	if as.Delegates != "" {
		delegates = strings.Split(as.Delegates, ">")
	}
	// Like the provider, impersonate with the original credentials, not with the
	// account that the environment impersonates.
	c, err := s.client.Original().Impersonate(as.Account, delegates)
	if err == nil {
		s.callers[as] = c
	}
	return c, err
}
