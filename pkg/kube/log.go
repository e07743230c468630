package kube

import (
	"bufio"
	"context"
	"io"
	"strconv"
	"strings"
)

// longestLogLine bounds one line of a log tail; the rest of a longer one is dropped.
const longestLogLine = 4096

// LogTail reads the last lines of a container's log: of the one that runs, or of the one before its last restart.
func (c *Client) LogTail(ctx context.Context, namespace, pod, container string, previous bool, lines int) ([]string, error) {
	client, err := c.rest(Pods())
	if err != nil {
		return nil, err
	}
	stream, err := client.Get().Namespace(namespace).Resource("pods").Name(pod).SubResource("log").
		Param("container", container).Param("previous", strconv.FormatBool(previous)).
		Param("tailLines", strconv.Itoa(lines)).Param("limitBytes", strconv.Itoa(lines*longestLogLine)).Stream(ctx)
	if err != nil {
		return nil, c.classify(err, "reading the log of "+namespace+"/"+pod)
	}
	defer stream.Close()
	return tailLines(stream, lines)
}

func tailLines(from io.Reader, most int) ([]string, error) {
	reader := bufio.NewReaderSize(from, longestLogLine)
	var out []string
	for {
		line, isPrefix, err := reader.ReadLine()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, strings.ToValidUTF8(string(line), "\uFFFD"))
		for isPrefix && err == nil {
			_, isPrefix, err = reader.ReadLine()
		}
		if len(out) > most {
			out = out[1:]
		}
	}
}
