// A service on containerd's ttrpc: server SOCKET ACCOUNTS.
package main

import (
	"benchmark/generator"
	"benchmark/lookup"
	"context"
	"log"
	"net"
	"os"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func main() {
	accounts := generator.Accounts()
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		log.Fatal(err)
	}
	server.Register("accountstatus.v1.StatusService", map[string]ttrpc.Method{
		"GetStatus": func(ctx context.Context, decode func(interface{}) error) (interface{}, error) {
			var request lookup.GetStatusRequest
			if err := decode(&request); err != nil {
				return nil, err
			}
			account := accounts[request.AccountId]
			if account == nil {
				return nil, status.Error(codes.NotFound, "no such account")
			}
			return &lookup.GetStatusResponse{Status: &lookup.AccountStatus{
				AccountId: account.ID, State: account.State, Capabilities: account.Capabilities,
				PolicyEdition: account.PolicyEdition, Revision: account.Revision,
			}, Token: account.Token}, nil
		},
	})
	log.Fatal(server.Serve(context.Background(), listener))
}
