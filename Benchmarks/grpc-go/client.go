// Calls by gRPC Go's client.
package main

import (
	"benchmark/generator"
	"benchmark/lookup"
	"context"
	"log"

	"google.golang.org/grpc"
)

func main() {
	generator.Main(func(path string) generator.Call {
		connection, err := grpc.Dial("unix://"+path, grpc.WithInsecure(), grpc.WithBlock())
		if err != nil {
			log.Fatal(err)
		}
		return func(id string) (string, error) {
			var response lookup.GetStatusResponse
			err := connection.Invoke(context.Background(), "/accountstatus.v1.StatusService/GetStatus",
				&lookup.GetStatusRequest{AccountId: id}, &response)
			if err != nil {
				return "", err
			}
			return response.Status.AccountId, nil
		}
	})
}
