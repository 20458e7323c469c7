# What the makefiles of the systems share. Everything is built below $(BUILD), a folder each.

ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
BUILD ?= $(ROOT)/build/benchmarks
OUT := $(BUILD)/$(notdir $(CURDIR))
GENERATOR := $(ROOT)/Benchmarks/generator
SOURCES := $(ROOT)/Sources
# Servers in C are loops around this one.
LOOP := $(SOURCES)/CBenchmark/epoll_server.c

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
$(shell mkdir -p $(OUT))

CFLAGS ?= -O2 -g
CXXFLAGS ?= -O2 -g
INCLUDES := -I$(GENERATOR)/c/include -I$(SOURCES)/CBenchmark -I$(SOURCES)/CBenchmark/include
COMPILE_C := $(CC) -std=c11 -D_GNU_SOURCE $(CFLAGS) -Wall -Wextra -Werror -pthread $(INCLUDES)
COMPILE_CXX := $(CXX) -std=c++17 -D_GNU_SOURCE $(CXXFLAGS) -Wall -Wextra -pthread $(INCLUDES) -I$(OUT)
HEADERS := $(wildcard $(GENERATOR)/c/include/*.h)

.PHONY: all
all:

# For clients in C++, which link it.
$(OUT)/generator.o: $(GENERATOR)/c/generator.c $(HEADERS)
	$(COMPILE_C) -c -o $@ $<
