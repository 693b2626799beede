// Package shell formats command lines that people paste into a shell.
package shell

import "strings"

// Command returns a command line that a POSIX shell splits into exactly these
// words, whatever they contain: it expands and runs nothing in them.
func Command(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// Name returns an untrusted name as an argument that no command takes for an
// option: it puts ./ before a leading dash. No name on Google Cloud begins with
// a dash.
func Name(word string) string {
	if strings.HasPrefix(word, "-") {
		return "./" + word
	}
	return word
}

// plain holds the characters that need no quotes.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:@,+"

func quote(word string) string {
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
