// A service on gRPC Go: server SOCKET ACCOUNTS.
package main

import (
	"benchmark/generator"
	"benchmark/lookup"
	"context"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func main() {
	accounts := generator.Accounts()
	getStatus := func(_ interface{}, ctx context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
		request := new(lookup.GetStatusRequest)
		if err := decode(request); err != nil {
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
	}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "accountstatus.v1.StatusService", HandlerType: (*interface{})(nil),
		Methods: []grpc.MethodDesc{{MethodName: "GetStatus", Handler: getStatus}},
	}, struct{}{})
	log.Fatal(server.Serve(listener))
}
