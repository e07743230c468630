//go:build !windows

package output

func understandsSequences(int) bool { return true }
