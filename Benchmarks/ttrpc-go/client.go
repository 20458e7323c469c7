// Calls by containerd's ttrpc client.
package main

import (
	"benchmark/generator"
	"benchmark/lookup"
	"context"
	"log"
	"net"

	"github.com/containerd/ttrpc"
)

func main() {
	generator.Main(func(path string) generator.Call {
		connection, err := net.Dial("unix", path)
		if err != nil {
			log.Fatal(err)
		}
		client := ttrpc.NewClient(connection)
		return func(id string) (string, error) {
			var response lookup.GetStatusResponse
			err := client.Call(context.Background(), "accountstatus.v1.StatusService", "GetStatus",
				&lookup.GetStatusRequest{AccountId: id}, &response)
			if err != nil {
				return "", err
			}
			return response.Status.AccountId, nil
		}
	})
}
