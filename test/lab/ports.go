//go:build unix

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"
)

// Ports come from below both the NodePort range (30000) and the kernel's range for outgoing connections (32768), so that
// nothing else takes them by chance while a server is down for a moment.
const (
	firstPort = 20000
	lastPort  = 29999
)

// choosePorts gives every name a port. A port already known stays, unless keep says no (somebody else has it by now).
func choosePorts(known map[string]int, names []string, keep, free func(name string, port int) bool) (map[string]int, error) {
	chosen := map[string]int{}
	taken := map[int]bool{}
	for name, port := range known {
		if keep(name, port) {
			chosen[name] = port
			taken[port] = true
		}
	}
	for _, name := range names {
		if chosen[name] != 0 {
			continue
		}
		port := 0
		for range 10000 {
			port = firstPort + rand.IntN(lastPort-firstPort+1)
			if !taken[port] && free(name, port) {
				break
			}
			port = 0
		}
		if port == 0 {
			return nil, errors.New("choosing ports: none is free between 20000 and 29999")
		}
		chosen[name] = port
		taken[port] = true
	}
	return chosen, nil
}

// portFree tells whether a server could listen on the port, on any address, TCP and UDP.
func portFree(port int) bool {
	address := fmt.Sprintf(":%d", port)
	tcp, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	tcp.Close()
	udp, err := net.ListenPacket("udp", address)
	if err != nil {
		return false
	}
	udp.Close()
	return true
}

// settlePorts chooses the ports of all units once; of units that do not run it replaces those that somebody else took.
func (l *lab) settlePorts() error {
	var names []string
	owner := map[string]string{}
	for _, c := range allComponents() {
		for _, u := range c.units {
			for _, port := range u.ports {
				names = append(names, port)
				owner[port] = u.name
			}
		}
	}
	keep := func(name string, port int) bool {
		// A server that was just killed may hold its port for a moment; other people know that port, so wait for it.
		for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			if l.running(owner[name]) || portFree(port) {
				return true
			}
			if time.Now().After(deadline) {
				l.say.line("note: port %d of %s was taken by another program; choosing a new one", port, name)
				return false
			}
		}
	}
	chosen, err := choosePorts(l.state.Ports, names, keep, func(_ string, port int) bool { return portFree(port) })
	if err != nil {
		return err
	}
	return l.state.change(func(r *record) { r.Ports = chosen })
}

func (l *lab) loopback(port string) string { return fmt.Sprintf("127.0.0.1:%d", l.state.port(port)) }
