// Package shell writes command lines that people paste.
package shell

import "strings"

// Command writes a command line that a POSIX shell takes apart into exactly
// these words, whatever they hold: nothing in them is run or expanded.
func Command(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// Name is a name from outside as a word of its own: one that begins with a
// dash, which no name on Google Cloud does, would be read as an option.
func Name(word string) string {
	if strings.HasPrefix(word, "-") {
		return "./" + word
	}
	return word
}

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:@,+"

func quote(word string) string {
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
