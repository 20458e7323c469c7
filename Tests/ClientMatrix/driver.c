// The C client as the matrix asks it; README.md has the questions and the answers.

#include <accountstatus.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONGEST_QUESTION = 4096, MOST_ITEMS = 64, TIMEOUT_MS = 60000, STALENESS_MS = 600000 };

static accountstatus *server;

// ------------------------------------------------------------------------------------ printing

static void print_text(const char *text) {
  putchar('"');
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\')
      putchar('\\');
    putchar(*at);
  }
  putchar('"');
}

// A member, behind a comma unless it is the first of its object.
static void print_name(bool *first, const char *name) {
  printf("%s\"%s\":", *first ? "" : ",", name);
  *first = false;
}

static void print_word(bool *first, const char *name, const char *prefix, const char *word) {
  print_name(first, name);
  printf("\"%s%s\"", prefix, word);
}

static void print_time(bool *first, const char *name, const accountstatus_time *at) {
  if (at == NULL)
    return;
  struct tm parts;
  time_t seconds = (time_t)at->seconds;
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &parts));
  print_name(first, name);
  // Three, six or nine digits, as many as are needed.
  if (at->nanos == 0)
    printf("\"%sZ\"", text);
  else if (at->nanos % 1000000 == 0)
    printf("\"%s.%03dZ\"", text, at->nanos / 1000000);
  else if (at->nanos % 1000 == 0)
    printf("\"%s.%06dZ\"", text, at->nanos / 1000);
  else
    printf("\"%s.%09dZ\"", text, at->nanos);
}

static void print_words(bool *first, const char *name, const char *prefix, const int32_t *numbers,
                        size_t count, const char *(*word)(int32_t)) {
  if (count == 0)
    return;
  print_name(first, name);
  for (size_t i = 0; i < count; i++)
    printf("%s\"%s%s\"", i == 0 ? "[" : ",", prefix, word(numbers[i]));
  putchar(']');
}

static void print_subjects(bool *first, const char *const *subjects, size_t count) {
  if (count == 0)
    return;
  print_name(first, "subjects");
  for (size_t i = 0; i < count; i++) {
    putchar(i == 0 ? '[' : ',');
    print_text(subjects[i]);
  }
  putchar(']');
}

static void print_reasons(bool *first, const accountstatus_reason *const *reasons, size_t count) {
  if (count == 0)
    return;
  print_name(first, "reasons");
  for (size_t i = 0; i < count; i++) {
    bool inner = true;
    printf("%s{", i == 0 ? "[" : ",");
    print_word(&inner, "code", "REASON_CODE_", accountstatus_reason_name(reasons[i]->code));
    print_time(&inner, "since", reasons[i]->since);
    print_subjects(&inner, reasons[i]->subjects, reasons[i]->subject_count);
    if (reasons[i]->detail[0] != '\0') {
      print_name(&inner, "detail");
      print_text(reasons[i]->detail);
    }
    if (reasons[i]->under_review) {
      print_name(&inner, "underReview");
      printf("true");
    }
    putchar('}');
  }
  putchar(']');
}

static void print_transition(bool *first, const accountstatus_transition *next) {
  if (next == NULL)
    return;
  bool inner = true;
  print_name(first, "nextTransition");
  putchar('{');
  print_time(&inner, "at", &next->at);
  print_word(&inner, "toState", "ACCOUNT_STATE_", accountstatus_state_name(next->to_state));
  print_words(&inner, "because", "REASON_CODE_", next->because, next->because_count,
              accountstatus_reason_name);
  print_subjects(&inner, next->subjects, next->subject_count);
  putchar('}');
}

static void print_flag(bool *first, const char *name, bool flag) {
  if (!flag)
    return;
  print_name(first, name);
  printf("true");
}

static void print_revision(bool *first, uint64_t revision) {
  if (revision == 0)
    return;
  print_name(first, "revision");
  printf("\"%llu\"", (unsigned long long)revision);
}

static void print_status(const accountstatus_status *status) {
  bool first = true;
  putchar('{');
  print_name(&first, "accountId");
  print_text(status->account_id);
  print_word(&first, "state", "ACCOUNT_STATE_", accountstatus_state_name(status->state));
  print_time(&first, "since", &status->since);
  print_reasons(&first, status->reasons, status->reason_count);
  print_words(&first, "capabilities", "CAPABILITY_", status->capabilities, status->capability_count,
              accountstatus_capability_name);
  print_words(&first, "notices", "NOTICE_", status->notices, status->notice_count,
              accountstatus_notice_name);
  print_transition(&first, status->next_transition);
  print_flag(&first, "eligibleForReinstatement", status->eligible_for_reinstatement);
  print_word(&first, "reinstatementState", "REINSTATEMENT_STATE_",
             accountstatus_reinstatement_name(status->reinstatement_state));
  print_name(&first, "policyEdition");
  print_text(status->policy_edition);
  print_revision(&first, status->revision);
  print_time(&first, "asOf", &status->as_of);
  print_time(&first, "knownAt", status->known_at);
  print_flag(&first, "projected", status->projected);
  print_time(&first, "reinstatementSince", status->reinstatement_since);
  putchar('}');
}

static const char *source_name(int32_t source) {
  return source == ACCOUNTSTATUS_SOURCE_TABLE  ? "TABLE"
         : source == ACCOUNTSTATUS_SOURCE_CALL ? "CALL"
                                               : "DEFAULT";
}

// What an errno of a result stands for.
static const char *errno_name(int32_t error) {
  switch (error) {
  case -ENOENT:
    return "NOT_FOUND";
  case -EINVAL:
    return "INVALID_ARGUMENT";
  case -ECONNREFUSED:
    return "UNAVAILABLE";
  case -ETIMEDOUT:
    return "DEADLINE_EXCEEDED";
  case -EREMOTEIO:
    return "INTERNAL";
  default:
    return "OTHER";
  }
}

// A result without a status, or a call that failed.
static void print_error(int32_t result, const accountstatus_error *error) {
  printf("{\"error\":\"%s\"", errno_name(result));
  if (error != NULL && error->field[0] != '\0')
    printf(",\"field\":\"%s\"", error->field);
  putchar('}');
}

// ----------------------------------------------------------------------------------- questions

static int32_t number_of(const char *word, const char *(*name)(int32_t)) {
  for (int32_t number = 1; number < MOST_ITEMS; number++)
    if (strcmp(name(number), word) == 0)
      return number;
  return 0;
}

static accountstatus_options options_of(uint32_t timeout, uint32_t staleness, int32_t decision) {
  return (accountstatus_options){.size = sizeof(accountstatus_options),
                                 .timeout_ms = timeout,
                                 .on_unavailable = decision,
                                 .max_staleness_ms = staleness};
}

static void get(char **words) {
  accountstatus_error error = {.size = sizeof error};
  accountstatus_options options = options_of(TIMEOUT_MS, STALENESS_MS, ACCOUNTSTATUS_DENY);
  if (strcmp(words[2], "full") == 0)
    options.view = ACCOUNTSTATUS_VIEW_FULL;
  accountstatus_result *result;
  int failure = accountstatus_get(server, words[1], &options, &result, &error);
  if (failure < 0) {
    print_error(failure, &error);
    return;
  }
  if (result->outcome == ACCOUNTSTATUS_FOUND) {
    printf("{\"source\":\"%s\",\"status\":", source_name(result->source));
    print_status(result->status);
    putchar('}');
  } else {
    print_error(result->error, NULL);
  }
  accountstatus_free_result(result);
}

static size_t split(char *list, const char **ret_items) {
  size_t count = 0;
  for (char *rest = NULL, *item = strtok_r(list, ",", &rest); item != NULL && count < MOST_ITEMS;
       item = strtok_r(NULL, ",", &rest))
    ret_items[count++] = item;
  return count;
}

static void get_batch(char **words) {
  accountstatus_error error = {.size = sizeof error};
  accountstatus_options options = options_of(TIMEOUT_MS, 0, ACCOUNTSTATUS_DENY);
  const char *ids[MOST_ITEMS];
  accountstatus_batch *batch;
  size_t count = split(words[1], ids);
  int failure = accountstatus_get_batch(server, ids, count, &options, &batch, &error);
  if (failure < 0) {
    print_error(failure, &error);
    return;
  }
  printf("{\"results\":[");
  for (size_t i = 0; i < batch->count; i++) {
    const accountstatus_result *result = batch->results[i];
    printf("%s{\"accountId\":", i == 0 ? "" : ",");
    print_text(result->account_id);
    if (result->outcome == ACCOUNTSTATUS_FOUND) {
      printf(",\"status\":");
      print_status(result->status);
      putchar('}');
    } else {
      printf(",\"error\":\"%s\"}", errno_name(result->error));
    }
  }
  printf("]}");
  accountstatus_free_batch(batch);
}

static const char *basis_name(int32_t basis) {
  static const char *const names[] = {"", "ARTICLE", "INTERPRETATION", "WAY_BACK"};
  return basis >= 0 && basis < 4 ? names[basis] : "UNKNOWN";
}

static void print_check(const accountstatus_check_result *check) {
  bool first = true;
  putchar('{');
  print_name(&first, "results");
  for (size_t i = 0; i < check->count; i++) {
    const accountstatus_capability_answer *answer = check->answers[i];
    bool inner = true;
    printf("%s{", i == 0 ? "[" : ",");
    print_word(&inner, "capability", "CAPABILITY_",
               accountstatus_capability_name(answer->capability));
    print_flag(&inner, "allowed", answer->allowed);
    if (answer->basis != 0)
      print_word(&inner, "basis", "CAPABILITY_BASIS_", basis_name(answer->basis));
    putchar('}');
  }
  putchar(']');
  print_word(&first, "state", "ACCOUNT_STATE_", accountstatus_state_name(check->state));
  print_reasons(&first, check->reasons, check->reason_count);
  print_revision(&first, check->revision);
  print_transition(&first, check->next_transition);
  print_time(&first, "asOf", &check->as_of);
  putchar('}');
}

static void check(char **words) {
  accountstatus_error error = {.size = sizeof error};
  accountstatus_options options = options_of(TIMEOUT_MS, 0, ACCOUNTSTATUS_DENY);
  options.ask_server = true;
  const char *names[MOST_ITEMS];
  int32_t wanted[MOST_ITEMS];
  size_t count = split(words[2], names);
  for (size_t i = 0; i < count; i++)
    wanted[i] = number_of(names[i], accountstatus_capability_name);
  accountstatus_check_result *result;
  int failure = accountstatus_check(server, words[1], wanted, count, &options, &result, &error);
  if (failure < 0) {
    print_error(failure, &error);
    return;
  }
  if (result->outcome == ACCOUNTSTATUS_FOUND)
    print_check(result);
  else
    print_error(result->error, NULL);
  accountstatus_free_check_result(result);
}

static void list(char **words) {
  accountstatus_error error = {.size = sizeof error};
  accountstatus_list_options options = {.size = sizeof options,
                                        .timeout_ms = TIMEOUT_MS,
                                        .state = number_of(words[1], accountstatus_state_name),
                                        .page_size = 2};
  accountstatus_list *walk;
  const accountstatus_status *status;
  int result = accountstatus_list_open(server, &options, &walk, &error);
  if (result < 0) {
    print_error(result, &error);
    return;
  }
  printf("{\"statuses\":[");
  for (bool first = true; (result = accountstatus_list_next(walk, &status, &error)) > 0;
       first = false) {
    printf("%s", first ? "" : ",");
    print_status(status);
  }
  printf("]}");
  if (result < 0)
    print_error(result, &error);
  accountstatus_list_close(walk);
}

static void decide(char **words) {
  accountstatus_error error = {.size = sizeof error};
  bool allows = strcmp(words[3], "allow") == 0;
  accountstatus_options options = options_of((uint32_t)atoi(words[4]), (uint32_t)atoi(words[5]),
                                             allows ? ACCOUNTSTATUS_ALLOW : ACCOUNTSTATUS_DENY);
  accountstatus_result *result;
  int failure = accountstatus_get(server, words[1], &options, &result, &error);
  if (failure < 0) {
    print_error(failure, &error);
    return;
  }
  int32_t capability = number_of(words[2], accountstatus_capability_name);
  bool is_default =
      result->outcome == ACCOUNTSTATUS_UNAVAILABLE || result->outcome == ACCOUNTSTATUS_STALE;
  printf("{\"holds\":%s,\"source\":\"%s\"",
         accountstatus_allows(result, capability) ? "true" : "false",
         is_default ? "DEFAULT" : source_name(result->source));
  if (is_default)
    printf(",\"error\":\"%s\"", errno_name(result->error));
  putchar('}');
  accountstatus_free_result(result);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    size_t words;
    void (*ask)(char **words);
  } questions[] = {{"get", 3, get},
                   {"batch", 2, get_batch},
                   {"check", 3, check},
                   {"list", 2, list},
                   {"decide", 6, decide}};
  accountstatus_open_options options = {.size = sizeof options, .socket = argc == 2 ? argv[1] : ""};
  if (argc != 2 || accountstatus_open(&options, &server, NULL) < 0)
    return 2;
  char line[LONGEST_QUESTION];
  while (fgets(line, sizeof line, stdin) != NULL) {
    char *words[8] = {0}, *rest = NULL;
    size_t count = 0;
    for (char *word = strtok_r(line, " \n", &rest); word != NULL && count < 8;
         word = strtok_r(NULL, " \n", &rest))
      words[count++] = word;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
      if (count == questions[i].words && strcmp(words[0], questions[i].name) == 0)
        questions[i].ask(words);
    putchar('\n');
    fflush(stdout);
  }
  accountstatus_close(server);
  return 0;
}
