// Package generator is the load generator for clients in Go: generator.h says what it does and by
// which lines the driver commands it, accounts.h what the accounts are.
package generator

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Account is an account's status, as a server keeps it.
type Account struct {
	ID            string
	State         int32
	Capabilities  []int32
	PolicyEdition string
	Revision      uint64
	Token         []byte
}

// ID is the id of account n.
func ID(n uint32) string { return fmt.Sprintf("partner-%08d", n) }

// Accounts makes the accounts whose number stands in the program's second argument, by id.
func Accounts() map[string]*Account {
	count := argument(2)
	accounts := make(map[string]*Account, count)
	for n := uint32(0); n < count; n++ {
		account := &Account{ID: ID(n), State: int32(1 + n%2), PolicyEdition: "2020-06",
			Revision: uint64(1 + n%100), Token: bytes.Repeat([]byte{'a' + byte(n%26)}, 56)}
		for capability := int32(1); capability <= 18; capability++ {
			account.Capabilities = append(account.Capabilities, capability)
		}
		accounts[account.ID] = account
	}
	return accounts
}

// Call asks for an account by its id and returns the id in the answer. A connection takes calls
// of several goroutines at once.
type Call func(id string) (string, error)

// Main runs a client whose argument connects to a socket.
func Main(connect func(path string) Call) {
	accounts := argument(2)
	connections := []Call{connect(os.Args[1])}
	input := bufio.NewScanner(os.Stdin)
	ids := make([]string, accounts)
	for n := range ids {
		ids[n] = ID(uint32(n))
	}
	fmt.Println("ready")
	for input.Scan() {
		var inFlight, count, warmup, length, seed uint32
		if _, err := fmt.Sscanf(input.Text(), "turn %d %d %d %d %d", &inFlight, &count, &warmup, &length, &seed); err != nil {
			fail("not a turn: " + input.Text())
		}
		for uint32(len(connections)) < count {
			connections = append(connections, connect(os.Args[1]))
		}
		// One lane for each call in flight.
		lanes := make([]*lane, inFlight*count)
		for i := range lanes {
			random := (seed + uint32(i)) * 2654435761
			lanes[i] = &lane{call: connections[uint32(i)%count], ids: ids, random: random | 1}
		}
		warm := run(lanes, time.Duration(warmup)*time.Millisecond)
		warmCalls, warmWrong := warm.calls, warm.wrong
		measured := run(lanes, time.Duration(length)*time.Millisecond)
		measured.wrong += warmWrong
		measured.print(warmCalls, inFlight == 1)
	}
}

type lane struct {
	call      Call
	ids       []string
	random    uint32
	latencies []time.Duration
	wrong     int
}

func (l *lane) next() string {
	l.random ^= l.random << 13
	l.random ^= l.random >> 17
	l.random ^= l.random << 5
	return l.ids[l.random%uint32(len(l.ids))]
}

func (l *lane) run(end time.Time) {
	for before := time.Now(); before.Before(end); {
		id := l.next()
		answer, err := l.call(id)
		if err != nil {
			fail(err.Error())
		}
		if answer != id {
			l.wrong++
		}
		after := time.Now()
		l.latencies = append(l.latencies, after.Sub(before))
		before = after
	}
}

type result struct {
	calls, wrong int
	wall, cpu    time.Duration
	latencies    []time.Duration
}

func run(lanes []*lane, length time.Duration) result {
	for _, lane := range lanes {
		lane.latencies, lane.wrong = lane.latencies[:0], 0
	}
	begin, used := time.Now(), processorTime()
	end := begin.Add(length)
	var running sync.WaitGroup
	for _, l := range lanes[1:] {
		running.Add(1)
		go func(l *lane) {
			defer running.Done()
			l.run(end)
		}(l)
	}
	lanes[0].run(end)
	running.Wait()
	all := result{wall: time.Since(begin), cpu: processorTime() - used}
	for _, lane := range lanes {
		all.latencies = append(all.latencies, lane.latencies...)
		all.wrong += lane.wrong
	}
	all.calls = len(all.latencies)
	return all
}

func (r result) print(warmupCalls int, hasLatencies bool) {
	fmt.Printf(`{"calls":%d,"warmup_calls":%d,"wall_ns":%d,"cpu_ns":%d,"wrong":%d`,
		r.calls, warmupCalls, r.wall.Nanoseconds(), r.cpu.Nanoseconds(), r.wrong)
	if hasLatencies && r.calls > 0 {
		sort.Slice(r.latencies, func(i, j int) bool { return r.latencies[i] < r.latencies[j] })
		fmt.Printf(`,"p50_ns":%d,"p99_ns":%d`, r.latencies[r.calls/2].Nanoseconds(),
			r.latencies[r.calls-1-r.calls/100].Nanoseconds())
	}
	fmt.Println("}")
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err.Error())
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func argument(index int) uint32 {
	if len(os.Args) <= index {
		fail("usage: client SOCKET ACCOUNTS")
	}
	value, err := strconv.ParseUint(os.Args[index], 10, 32)
	if err != nil || value == 0 {
		fail("not a number of accounts: " + os.Args[index])
	}
	return uint32(value)
}

func fail(reason string) {
	fmt.Fprintln(os.Stderr, "client: "+reason)
	os.Exit(1)
}
