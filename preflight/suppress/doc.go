// Package suppress skips findings that a waiver accepts or a baseline knows.
package suppress
