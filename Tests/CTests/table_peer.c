#include "table_peer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "status_table_handover.h"

enum { BEAT_MS = 20 };

struct table_peer {
  char path[108];
  int listener;
  // Woken to end.
  int wake[2];
  pthread_t thread;
  atomic_int conduct;
  // A writer belongs to one thread at a time.
  pthread_mutex_t mutex;
  struct status_table_writer *writer;
  // Of table_peer_map.
  void *memory;
  size_t size;
  struct status_table view;
};

static void require(bool condition, const char *what) {
  if (!condition) {
    perror(what);
    abort();
  }
}

static void beat(table_peer *table) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  status_table_beat(table->writer, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
}

static void answer(table_peer *table, table_conduct conduct) {
  int connection = accept4(table->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (connection < 0)
    return;
  status_table_send_offer(connection, table->writer, conduct == TABLE_REFUSES ? -EACCES : 0);
  close(connection);
}

static void *serve(void *argument) {
  table_peer *table = argument;
  for (;;) {
    table_conduct conduct = (table_conduct)atomic_load(&table->conduct);
    bool hangs = conduct == TABLE_HANGS;
    struct pollfd polls[] = {{.fd = table->wake[0], .events = POLLIN},
                             {.fd = table->listener, .events = POLLIN}};
    poll(polls, hangs ? 1 : 2, BEAT_MS);
    if (polls[0].revents != 0)
      return NULL;
    pthread_mutex_lock(&table->mutex);
    conduct = (table_conduct)atomic_load(&table->conduct);
    if (conduct != TABLE_HANGS) {
      beat(table);
      if (!hangs && polls[1].revents != 0)
        answer(table, conduct);
    }
    pthread_mutex_unlock(&table->mutex);
  }
}

static void make_writer(table_peer *table, const char *edition) {
  struct status_table_properties properties = {.capacity = 64,
                                               .known_reasons = 0xfffe,
                                               .known_notices = UINT32_MAX,
                                               .known_capabilities = UINT64_MAX};
  require(status_table_create(&properties, &table->writer) == 0, "status_table_create");
  status_table_set_edition(table->writer, edition, strlen(edition));
  beat(table);
}

table_peer *table_peer_start_at(const char *path, const char *edition,
                                struct status_table_record contoso) {
  table_peer *table = calloc(1, sizeof *table);
  require(table != NULL, "calloc");
  snprintf(table->path, sizeof table->path, "%s", path);
  pthread_mutex_init(&table->mutex, NULL);
  make_writer(table, edition);
  table_peer_put(table, "contoso", contoso);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, table->path, sizeof address.sun_path);
  unlink(path);
  table->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  require(bind(table->listener, (struct sockaddr *)&address, sizeof address) == 0, path);
  require(listen(table->listener, 64) == 0, "listen");
  require(pipe(table->wake) == 0, "pipe");
  require(pthread_create(&table->thread, NULL, serve, table) == 0, "pthread_create");
  return table;
}

table_peer *table_peer_start(const peer *beside, const char *edition,
                             struct status_table_record contoso) {
  char path[108];
  snprintf(path, sizeof path, "%s", peer_path(beside));
  strcpy(strrchr(path, '/'), "/table.sock");
  return table_peer_start_at(path, edition, contoso);
}

void table_peer_vanish(table_peer *table) {
  require(write(table->wake[1], "", 1) == 1, "write");
  pthread_join(table->thread, NULL);
  close(table->listener);
  unlink(table->path);
  table->listener = -1;
}

void table_peer_stop(table_peer *table) {
  if (table->listener >= 0)
    table_peer_vanish(table);
  status_table_destroy(table->writer);
  if (table->memory != NULL)
    munmap(table->memory, table->size);
  close(table->wake[0]);
  close(table->wake[1]);
  pthread_mutex_destroy(&table->mutex);
  free(table);
}

void table_peer_put(table_peer *table, const char *id, struct status_table_record record) {
  pthread_mutex_lock(&table->mutex);
  require(status_table_put(table->writer, id, strlen(id), &record) == 0, "status_table_put");
  pthread_mutex_unlock(&table->mutex);
}

void table_peer_set_conduct(table_peer *table, table_conduct conduct) {
  pthread_mutex_lock(&table->mutex);
  atomic_store(&table->conduct, conduct);
  pthread_mutex_unlock(&table->mutex);
}

void table_peer_replace(table_peer *table, table_conduct conduct) {
  pthread_mutex_lock(&table->mutex);
  atomic_store(&table->conduct, conduct);
  require(status_table_replace(table->writer) == 0, "status_table_replace");
  pthread_mutex_unlock(&table->mutex);
}

void table_peer_set_manual_now(table_peer *table, int64_t now) {
  pthread_mutex_lock(&table->mutex);
  status_table_set_manual_now(table->writer, now);
  pthread_mutex_unlock(&table->mutex);
}

const char *table_peer_path(const table_peer *table) { return table->path; }

const struct status_table *table_peer_map(table_peer *table) {
  const struct status_table_header *header = (const void *)status_table_view(table->writer)->memory;
  table->size = header->size;
  table->memory =
      mmap(NULL, table->size, PROT_READ, MAP_SHARED, status_table_descriptor(table->writer), 0);
  require(table->memory != MAP_FAILED, "mmap");
  require(status_table_attach(table->memory, table->size, &table->view) == 0, "attach");
  return &table->view;
}

// ------------------------------------------------------------------------------------- records

struct status_table_record active_record(void) {
  struct status_table_record record = {.valid_from = 0,
                                       .flip_at = STATUS_TABLE_NEVER,
                                       .valid_until = STATUS_TABLE_NEVER,
                                       .revision = 7};
  record.until_flip =
      (struct status_table_answer){.state = ACCOUNTSTATUS_STATE_ACTIVE,
                                   .reinstatement_state = ACCOUNTSTATUS_REINSTATEMENT_NONE,
                                   .capabilities = 0xffffe,
                                   .since = INT64_C(1790000000) * 1000000000,
                                   .next_at = STATUS_TABLE_NEVER};
  return record;
}

struct status_table_record suspended_record(void) {
  struct status_table_record record = active_record();
  record.until_flip.state = ACCOUNTSTATUS_STATE_SUSPENDED;
  record.until_flip.reinstatement_state = ACCOUNTSTATUS_REINSTATEMENT_NOT_REQUESTED;
  record.until_flip.reasons = 1u << ACCOUNTSTATUS_REASON_BILLING_PAST_DUE;
  record.until_flip.capabilities = UINT64_C(1) << ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING;
  return record;
}
