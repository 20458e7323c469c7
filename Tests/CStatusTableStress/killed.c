/* Daemons that are killed in the middle of a change to their table. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "related.h"
#include "status_table_client.h"
#include "status_table_handover.h"
#include "status_table_stress.h"
#include "table_serving.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of a hand-over, and of a read that finds nobody any more. Nanoseconds. */
static const uint64_t patience = UINT64_C(60) * 1000000000;
static const uint64_t fall_back = 20 * 1000000;

enum {
  /* Updated; added; and as many as a table for the fewest has room for. */
  updated = 0,
  added = related_accounts,
  smallest_capacity = 64,
  /* To the test, which compares the memory, and to its client. */
  hand_overs = 2,
};

/* How far a daemon gets: so many stores that readers can see, or so many instructions. */
struct stop {
  uint64_t stores;
  uint64_t steps;
};

struct trial {
  enum status_table_change change;
  /* Every daemon's table says more than the one's before. */
  uint64_t revision;
  struct status_table_client *client;
  char directory[64];
  char path[96];
  struct status_table_kill_result result;

  /* The daemon at hand: its memory, and what that was after the last instruction. */
  pid_t daemon;
  void *memory;
  size_t size;
  void *before;
  struct status_table view;
  uint64_t steps;
  uint64_t stores;
};

/* The daemon --------------------------------------------------------------------------------- */

static int make_change(struct status_table_writer *writer, enum status_table_change change,
                       uint64_t revision) {
  const uint8_t store_id[16] = {0};
  uint8_t position[STATUS_TABLE_POSITION_MAX];
  switch (change) {
  case STATUS_TABLE_UPDATE:
    return related_put(writer, updated, revision);
  case STATUS_TABLE_INSERT:
  case STATUS_TABLE_GROWTH:
    return related_put(writer, added, revision);
  case STATUS_TABLE_REPLACEMENT:
    return status_table_replace(writer);
  case STATUS_TABLE_POSITION:
    memset(position, (int)revision, sizeof position);
    return status_table_set_position(writer, store_id, revision, position, sizeof position);
  }
  return -EINVAL;
}

static int fill(struct status_table_writer *writer, uint64_t revision) {
  int error = 0;
  for (unsigned account = added + 1; error == 0 && account <= smallest_capacity; account++)
    error = related_put(writer, account, revision);
  return error;
}

/* The life of a daemon. Stopped before and after the change. */
static void be_daemon(int listener, enum status_table_change change, uint64_t revision) {
  struct status_table_writer *writer = NULL;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (related_create(revision, &writer) < 0 ||
      (change == STATUS_TABLE_GROWTH && fill(writer, revision) < 0) ||
      make_change(writer, STATUS_TABLE_POSITION, revision) < 0 ||
      ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
    _exit(1);
  /* The records are of the year 1970. */
  status_table_set_manual_now(writer, 999);
  status_table_beat(writer, serving_now());
  for (int i = 0; i < hand_overs; i++) {
    int connection = accept(listener, NULL, NULL);
    status_table_send_offer(connection, writer, 0);
    close(connection);
  }
  raise(SIGSTOP);
  int error = make_change(writer, change, revision + 2);
  raise(SIGSTOP);
  _exit(error < 0);
}

/* What it left ------------------------------------------------------------------------------- */

static bool is_changed(const struct trial *trial, unsigned account) {
  switch (trial->change) {
  case STATUS_TABLE_UPDATE:
    return account == updated;
  case STATUS_TABLE_INSERT:
  case STATUS_TABLE_GROWTH:
    return account == added;
  default:
    return false;
  }
}

/* Whether a status is the account's, from before the change or from after it. */
static bool is_whole(const struct trial *trial, unsigned account,
                     const struct status_table_status *status) {
  uint64_t revision = status->revision & ~UINT64_C(1);
  return related_belongs_together(account, status) &&
         (revision == trial->revision ||
          (is_changed(trial, account) && revision == trial->revision + 2));
}

/* Judges a read of the memory as it is in the middle of the change. */
static void judge_read(struct trial *trial, unsigned account, int64_t now) {
  char id[STATUS_TABLE_ID_MAX];
  size_t length = related_id(account, id);
  struct status_table_status status;
  enum status_table_result result = status_table_read(&trial->view, id, length, now, &status);
  trial->result.reads++;
  if (result == STATUS_TABLE_FOUND)
    trial->result.torn += !is_whole(trial, account, &status);
  else if (result == STATUS_TABLE_BUSY && is_changed(trial, account))
    trial->result.busy++;
  else if (result != STATUS_TABLE_NOT_FOUND || account != added)
    trial->result.failed++;
}

static void judge_position(struct trial *trial) {
  struct status_table_info info;
  int error = status_table_read_info(&trial->view, &info);
  bool is_torn = error == 0 && info.position_length != sizeof info.position;
  for (size_t i = 0; error == 0 && i < info.position_length; i++)
    is_torn |= info.position[i] != (uint8_t)info.epoch;
  trial->result.torn +=
      is_torn || (error < 0 && (error != -EBUSY || trial->change != STATUS_TABLE_POSITION));
}

static void judge_memory(struct trial *trial) {
  for (unsigned account = 0; account <= added; account++) {
    judge_read(trial, account, 999);
    judge_read(trial, account, 1000);
  }
  judge_position(trial);
  for (uint32_t number = 0; number < status_table_count(&trial->view); number++) {
    int error = status_table_check(&trial->view, number);
    trial->result.torn += error < 0 && (error != -EBUSY || number != updated);
  }
}

/* Judges what a client makes of the table of a daemon that is gone. */
static void judge_client(struct trial *trial) {
  const struct status_table_read_options options = {.max_staleness = UINT64_MAX,
                                                    .timeout = fall_back};
  bool is_live = status_table_current_state(&trial->view) == STATUS_TABLE_LIVE;
  for (unsigned account = 0; account <= added; account++) {
    char id[STATUS_TABLE_ID_MAX];
    size_t length = related_id(account, id);
    struct status_table_reading reading;
    uint64_t start = thread_time();
    status_table_client_read(trial->client, id, length, &options, &reading);
    uint64_t cost = thread_time() - start;
    trial->result.longest = cost > trial->result.longest ? cost : trial->result.longest;
    trial->result.reads++;
    if (reading.result == STATUS_TABLE_FOUND || reading.result == STATUS_TABLE_STALE)
      trial->result.torn += !is_whole(trial, account, &reading.status);
    else if (is_live && reading.result == STATUS_TABLE_UNAVAILABLE)
      trial->result.busy++;
    if (!is_changed(trial, account) && account != added)
      trial->result.failed += reading.result != (is_live ? STATUS_TABLE_FOUND : STATUS_TABLE_STALE);
  }
}

/* A life ------------------------------------------------------------------------------------- */

/* Maps the daemon's table, for comparing. */
static int map_table(struct trial *trial) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, trial->path, strlen(trial->path));
  int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  struct status_table_offer offer;
  int descriptor = -1;
  int error = connect(connection, (const struct sockaddr *)&address, sizeof address) < 0
                  ? -errno
                  : status_table_receive_offer(connection, (int64_t)(serving_now() + patience),
                                               &offer, &descriptor);
  close(connection);
  if (error < 0)
    return error;
  trial->size = offer.size;
  trial->memory = mmap(NULL, trial->size, PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
  trial->before = malloc(trial->size);
  if (trial->memory == MAP_FAILED || trial->before == NULL)
    return -ENOMEM;
  memcpy(trial->before, trial->memory, trial->size);
  return status_table_attach(trial->memory, trial->size, &trial->view);
}

/* Waits until the daemon stops. The signal, or -EPERM if it ended: it may not be traced. */
static int await_stop(pid_t daemon) {
  int status = 0;
  if (waitpid(daemon, &status, 0) != daemon)
    return -errno;
  return WIFSTOPPED(status) ? WSTOPSIG(status) : -EPERM;
}

/* Starts a daemon that stands before its change, and has the client read its table. */
static int start(struct trial *trial) {
  int listener = -1;
  unlink(trial->path);
  int error = listen_at(trial->path, &listener);
  if (error < 0)
    return error;
  trial->steps = trial->stores = 0;
  trial->daemon = fork();
  if (trial->daemon == 0)
    be_daemon(listener, trial->change, trial->revision);
  close(listener);
  if (trial->daemon < 0)
    return -EAGAIN;
  error = map_table(trial);
  if (error == 0)
    error = status_table_client_renew(trial->client, patience);
  if (error < 0)
    return error;
  int stopped_by = await_stop(trial->daemon);
  if (stopped_by < 0)
    return stopped_by;
  judge_client(trial);
  return stopped_by == SIGSTOP ? 0 : -EINTR;
}

/* Makes one instruction of the change. 1: there was one; 0: the change is done. */
static int step(struct trial *trial) {
  if (ptrace(PTRACE_SINGLESTEP, trial->daemon, NULL, NULL) < 0)
    return -errno;
  int stopped_by = await_stop(trial->daemon);
  if (stopped_by < 0 || stopped_by == SIGSTOP)
    return stopped_by < 0 ? stopped_by : 0;
  trial->steps++;
  if (memcmp(trial->before, trial->memory, trial->size) != 0) {
    memcpy(trial->before, trial->memory, trial->size);
    trial->stores++;
    judge_memory(trial);
  }
  return stopped_by == SIGTRAP ? 1 : -EINTR;
}

static void kill_daemon(struct trial *trial) {
  if (trial->daemon > 0) {
    kill(trial->daemon, SIGKILL);
    waitpid(trial->daemon, NULL, 0);
  }
  trial->daemon = 0;
}

static void forget_table(struct trial *trial) {
  if (trial->memory != NULL && trial->memory != MAP_FAILED)
    munmap(trial->memory, trial->size);
  free(trial->before);
  trial->memory = trial->before = NULL;
}

/* Has a daemon get as far as `stop` and kills it. 1: it was still at its change; 0: it was done. */
static int run(struct trial *trial, struct stop stop) {
  int error = start(trial);
  int is_under_way = 1;
  while (error == 0 && is_under_way > 0 && trial->stores < stop.stores && trial->steps < stop.steps)
    is_under_way = step(trial);
  kill_daemon(trial);
  if (error == 0 && is_under_way >= 0) {
    trial->result.kills++;
    judge_client(trial);
  }
  forget_table(trial);
  trial->revision += 4;
  return error < 0 ? error : is_under_way;
}

static int run_all(struct trial *trial, unsigned cuts) {
  int is_under_way = 1;
  for (uint64_t stores = 0; is_under_way > 0; stores++)
    is_under_way = run(trial, (struct stop){.stores = stores, .steps = UINT64_MAX});
  uint64_t steps = trial->result.steps = trial->steps;
  trial->result.stores = trial->stores;
  for (unsigned cut = 1; is_under_way >= 0 && cut <= cuts; cut++)
    is_under_way =
        run(trial, (struct stop){.stores = UINT64_MAX, .steps = steps * cut / (cuts + 1)});
  return is_under_way < 0 ? is_under_way : 0;
}

int status_table_kill_stress(enum status_table_change change, unsigned cuts,
                             struct status_table_kill_result *ret_result) {
  struct trial trial = {.change = change};
  snprintf(trial.directory, sizeof trial.directory, "%s/table-XXXXXX", P_tmpdir);
  if (mkdtemp(trial.directory) == NULL)
    return -errno;
  snprintf(trial.path, sizeof trial.path, "%s/table.sock", trial.directory);
  int error = status_table_client_create(trial.path, &trial.client);
  if (error == 0) {
    error = run_all(&trial, cuts);
    status_table_client_destroy(trial.client);
  }
  unlink(trial.path);
  rmdir(trial.directory);
  if (error == 0)
    *ret_result = trial.result;
  return error;
}
