// Calls the accounts service of Tests/Vectors/README.md with containerd's own ttrpc client, the way
// programs in the field do, and says "ok" when every answer is right.
//
// Built against Debian's golang-github-containerd-ttrpc-dev, whose client has no streams:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o interop main.go
//
// Usage: interop SOCKET
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const service = "acct.v1.Accounts"

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func run(path string) error {
	connection, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	client := ttrpc.NewClient(connection)
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, step := range []struct {
		name string
		call func(context.Context, *ttrpc.Client) error
	}{
		{"a call", unary}, {"an empty reply", empty}, {"metadata", metadata},
		{"a failure", failure}, {"an unknown method", unknown}, {"a reply too large", tooLarge},
		{"a deadline", deadline}, {"calls side by side", sideBySide}, {"a call again", unary},
	} {
		if err := step.call(ctx, client); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func unary(ctx context.Context, client *ttrpc.Client) error {
	var reply types.Int64Value
	request := &types.StringValue{Value: "u1"}
	if err := client.Call(ctx, service, "Get", request, &reply); err != nil {
		return err
	}
	if reply.Value != 1 {
		return fmt.Errorf("answered %d", reply.Value)
	}
	return nil
}

func empty(ctx context.Context, client *ttrpc.Client) error {
	return client.Call(ctx, service, "Empty", &types.Empty{}, &types.Empty{})
}

func metadata(ctx context.Context, client *ttrpc.Client) error {
	ctx = ttrpc.WithMetadata(ctx, ttrpc.MD{"k": []string{"one"}})
	var reply types.StringValue
	if err := client.Call(ctx, service, "Meta", &types.Empty{}, &reply); err != nil {
		return err
	}
	if reply.Value != "one" {
		return fmt.Errorf("answered %q", reply.Value)
	}
	return nil
}

func failure(ctx context.Context, client *ttrpc.Client) error {
	err := client.Call(ctx, service, "Fail", &types.Empty{}, &types.Empty{})
	if err := expect(err, codes.NotFound); err != nil {
		return err
	}
	if details := status.Convert(err).Proto().GetDetails(); len(details) != 1 ||
		details[0].TypeUrl != "type.googleapis.com/google.rpc.ErrorInfo" {
		return fmt.Errorf("the error's details are %v", details)
	}
	return nil
}

func unknown(ctx context.Context, client *ttrpc.Client) error {
	err := client.Call(ctx, service, "Nothing", &types.Empty{}, &types.Empty{})
	return expect(err, codes.Unimplemented)
}

func tooLarge(ctx context.Context, client *ttrpc.Client) error {
	err := client.Call(ctx, service, "Huge", &types.Empty{}, &types.Empty{})
	return expect(err, codes.ResourceExhausted)
}

func deadline(ctx context.Context, client *ttrpc.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	err := client.Call(ctx, service, "Hold", &types.Empty{}, &types.Empty{})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return expect(err, codes.DeadlineExceeded)
}

func sideBySide(ctx context.Context, client *ttrpc.Client) error {
	const calls = 200
	failures := make(chan error, calls)
	var group sync.WaitGroup
	for i := 0; i < calls; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			failures <- unary(ctx, client)
		}()
	}
	group.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func expect(err error, code codes.Code) error {
	if status.Code(err) != code {
		return fmt.Errorf("got %v, not %v", err, code)
	}
	return nil
}
