# What the makefiles of the systems in Go share; the packages are Debian's, in a GOPATH.

include ../peer.mk

export GO111MODULE := off
export GOPATH := $(OUT):$(GENERATOR)/go:/usr/share/gocode
export GOCACHE := $(BUILD)/go-cache
export GOFLAGS := -p=1
GO := /usr/bin/go
LOOKUP := $(OUT)/src/benchmark/lookup/lookup.pb.go
PACKAGE := $(GENERATOR)/go/src/benchmark/generator/generator.go

all: $(OUT)/server $(OUT)/client

$(OUT)/server: server.go $(LOOKUP) $(PACKAGE)
	$(GO) build -o $@ server.go

$(OUT)/client: client.go $(LOOKUP) $(PACKAGE)
	$(GO) build -o $@ client.go
