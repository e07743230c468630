package strictyaml

import "strings"

// Nearest is the known word that word was probably meant to be: the one with the fewest letters added, dropped, replaced
// or swapped with a neighbour, upper and lower case being the same. The shorter the word, the closer it must be. Of equals
// the first known one is taken.
func Nearest(word string, known []string) (string, bool) {
	letters := []rune(strings.ToLower(word))
	if len(letters) == 0 || len(letters) > 200 {
		return "", false
	}
	best, bound := "", bound(len(letters))+1
	for _, candidate := range known {
		other := []rune(strings.ToLower(candidate))
		if abs(len(other)-len(letters)) >= bound {
			continue
		}
		if d := distance(letters, other); d < bound && d < max(len(letters), len(other)) {
			best, bound = candidate, d
		}
	}
	return best, best != ""
}

func bound(length int) int {
	switch {
	case length <= 4:
		return 1
	case length <= 8:
		return 2
	}
	return 3
}

// distance is the optimal string alignment distance: Levenshtein's with swaps of neighbours.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
