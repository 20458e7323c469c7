// Sources/CWireCheck/wire_check.c: what passes, what is refused, why and where.

#include "CWireCheck.h"
#include "accountstatus/v1/ledger_service.pb-c.h"
#include "accountstatus/v1/status_service.pb-c.h"
#include "bytes.h"
#include "test.h"
#include "ttrpc/ttrpc.pb-c.h"

#include <errno.h>
#include <stdlib.h>

#define GET &accountstatus__v1__get_status_request__descriptor
#define CAPABILITIES &accountstatus__v1__check_capability_request__descriptor
#define BATCH &accountstatus__v1__batch_get_status_request__descriptor
#define REPORT &accountstatus__v1__report_facts_request__descriptor
#define ENVELOPE &ttrpc__request__descriptor

typedef struct row {
  const char *what;
  const ProtobufCMessageDescriptor *type;
  // Bytes as a C string of the size given, so that NULs may be inside.
  const char *bytes;
  size_t size;
  wire_check_reason reason;
  const char *path;
} row;

#define BYTES(literal) literal, sizeof literal - 1

static const row accepted[] = {
    {"an empty message", GET, BYTES(""), WIRE_CHECK_OK, ""},
    {"an id", GET,
     BYTES("\x0a\x03"
           "ali"),
     WIRE_CHECK_OK, ""},
    {"an id and a view", GET,
     BYTES("\x0a\x03"
           "ali\x10\x02"),
     WIRE_CHECK_OK, ""},
    {"an empty id", GET, BYTES("\x0a\x00"), WIRE_CHECK_OK, ""},
    {"a scalar that occurs twice: the last one holds", GET, BYTES("\x10\x01\x10\x02"),
     WIRE_CHECK_OK, ""},
    {"text of two, three and four bytes", GET,
     BYTES("\x0a\x09\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80"), WIRE_CHECK_OK, ""},
    {"the first and last characters of each length", GET,
     BYTES("\x0a\x12\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xc3\xa5"),
     WIRE_CHECK_OK, ""},
    {"the last character of all", GET, BYTES("\x0a\x04\xf4\x8f\xbf\xbf"), WIRE_CHECK_OK, ""},
    {"the characters around the surrogates", GET, BYTES("\x0a\x06\xed\x9f\xbf\xee\x80\x80"),
     WIRE_CHECK_OK, ""},
    {"NUL and broken text in a bytes field", GET, BYTES("\x32\x04\x00\xff\xc0\x80"), WIRE_CHECK_OK,
     ""},
    {"an unknown varint", GET, BYTES("\x98\x06\x05"), WIRE_CHECK_OK, ""},
    {"an unknown string with a NUL: it is not read", GET, BYTES("\x9a\x06\x01\x00"), WIRE_CHECK_OK,
     ""},
    {"an unknown 64-bit and a 32-bit value", GET,
     BYTES("\x99\x06\x01\x02\x03\x04\x05\x06\x07\x08\x9d\x06\x01\x02\x03\x04"), WIRE_CHECK_OK, ""},
    {"packed capabilities", CAPABILITIES, BYTES("\x12\x03\x06\x80\x01"), WIRE_CHECK_OK, ""},
    {"unpacked capabilities", CAPABILITIES, BYTES("\x10\x06\x10\x07"), WIRE_CHECK_OK, ""},
    {"packed and unpacked, mixed", CAPABILITIES, BYTES("\x10\x06\x12\x02\x07\x08\x10\x09"),
     WIRE_CHECK_OK, ""},
    {"an empty packed run", CAPABILITIES, BYTES("\x12\x00"), WIRE_CHECK_OK, ""},
    {"an enum value that nobody knows", GET, BYTES("\x10\x63"), WIRE_CHECK_OK, ""},
    {"a negative timeout, ten bytes long", ENVELOPE,
     BYTES("\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), WIRE_CHECK_OK, ""},
    {"a number with needless bytes", GET, BYTES("\x10\x81\x80\x00"), WIRE_CHECK_OK, ""},
    {"the largest field number", GET, BYTES("\xf8\xff\xff\xff\x0f\x01"), WIRE_CHECK_OK, ""},
};

static const row refused[] = {
    {"a NUL inside an id", GET,
     BYTES("\x0a\x07"
           "ali\0bob"),
     WIRE_CHECK_NUL_IN_STRING, "accountId"},
    {"a NUL behind eight plain bytes", GET,
     BYTES("\x0a\x0a"
           "abcdefgh\0x"),
     WIRE_CHECK_NUL_IN_STRING, "accountId"},
    {"a NUL as the eighth byte", GET,
     BYTES("\x0a\x08"
           "abcdefg\0"),
     WIRE_CHECK_NUL_IN_STRING, "accountId"},
    {"an element with a NUL", BATCH,
     BYTES("\x0a\x01"
           "a\x0a\x01"
           "b\x0a\x02"
           "c\0"),
     WIRE_CHECK_NUL_IN_STRING, "accountIds[2]"},
    {"a lone continuation byte", GET, BYTES("\x0a\x01\x80"), WIRE_CHECK_BAD_UTF8, "accountId"},
    {"an overlong NUL", GET, BYTES("\x0a\x02\xc0\x80"), WIRE_CHECK_BAD_UTF8, "accountId"},
    {"an overlong slash of three bytes", GET, BYTES("\x0a\x03\xe0\x80\xaf"), WIRE_CHECK_BAD_UTF8,
     "accountId"},
    {"an overlong slash of four bytes", GET, BYTES("\x0a\x04\xf0\x80\x80\xaf"), WIRE_CHECK_BAD_UTF8,
     "accountId"},
    {"a surrogate", GET, BYTES("\x0a\x03\xed\xa0\x80"), WIRE_CHECK_BAD_UTF8, "accountId"},
    {"beyond U+10FFFF", GET, BYTES("\x0a\x04\xf4\x90\x80\x80"), WIRE_CHECK_BAD_UTF8, "accountId"},
    {"a byte that UTF-8 never has", GET, BYTES("\x0a\x01\xff"), WIRE_CHECK_BAD_UTF8, "accountId"},
    {"a character cut at the end", GET, BYTES("\x0a\x02\xe2\x82"), WIRE_CHECK_BAD_UTF8,
     "accountId"},
    {"a character that goes on with a letter", GET, BYTES("\x0a\x03\xe2\x82z"), WIRE_CHECK_BAD_UTF8,
     "accountId"},
    {"a tag without a value", GET, BYTES("\x10"), WIRE_CHECK_TRUNCATED, "view"},
    {"half a tag", GET, BYTES("\x90"), WIRE_CHECK_TRUNCATED, ""},
    {"half a varint", GET, BYTES("\x10\x80"), WIRE_CHECK_TRUNCATED, "view"},
    {"a length past the end", GET, BYTES("\x0a\x05xx"), WIRE_CHECK_TRUNCATED, "accountId"},
    {"a length of 4 GiB", GET, BYTES("\x0a\xff\xff\xff\xff\x0fx"), WIRE_CHECK_TRUNCATED,
     "accountId"},
    {"a length of six bytes", GET, BYTES("\x0a\x81\x80\x80\x80\x80\x00x"), WIRE_CHECK_BAD_VARINT,
     "accountId"},
    {"an unknown 64-bit value, cut", GET, BYTES("\x99\x06\x01\x02\x03"), WIRE_CHECK_TRUNCATED,
     "99"},
    {"a varint of eleven bytes", GET, BYTES("\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
     WIRE_CHECK_BAD_VARINT, "view"},
    {"a varint of 65 bits", GET, BYTES("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
     WIRE_CHECK_BAD_VARINT, "view"},
    {"a tag of six bytes", GET, BYTES("\x90\x80\x80\x80\x80\x00\x01"), WIRE_CHECK_BAD_VARINT, ""},
    {"field number 0", GET, BYTES("\x00\x01"), WIRE_CHECK_BAD_FIELD_NUMBER, ""},
    {"field number 0 with a length", GET, BYTES("\x02\x00"), WIRE_CHECK_BAD_FIELD_NUMBER, ""},
    {"a group", GET, BYTES("\x9b\x06\x9c\x06"), WIRE_CHECK_BAD_WIRE_TYPE, "99"},
    {"the end of a group", GET, BYTES("\x0c"), WIRE_CHECK_BAD_WIRE_TYPE, "accountId"},
    {"wire type 6", GET, BYTES("\x0e"), WIRE_CHECK_BAD_WIRE_TYPE, "accountId"},
    {"a number where a string belongs", GET, BYTES("\x08\x01"), WIRE_CHECK_BAD_WIRE_TYPE,
     "accountId"},
    {"a string where a number belongs", GET,
     BYTES("\x12\x01"
           "a"),
     WIRE_CHECK_BAD_WIRE_TYPE, "view"},
    {"32 bits where a varint belongs", GET, BYTES("\x15\x01\x00\x00\x00"), WIRE_CHECK_BAD_WIRE_TYPE,
     "view"},
    {"packed elements that end in the middle", CAPABILITIES, BYTES("\x12\x02\x06\x80"),
     WIRE_CHECK_TRUNCATED, "capabilities"},
    {"a singular message twice", GET, BYTES("\x1a\x00\x1a\x00"), WIRE_CHECK_REPEATED_SINGULAR,
     "asOf"},
    {"a bad string three messages down", REPORT,
     BYTES("\x0a\x00\x0a\x07\xba\x01\x04\x2a\x02\x0a\x00\x0a\x08\xba\x01\x05\x2a\x03\x0a\x01\xff"),
     WIRE_CHECK_BAD_UTF8, "facts[2].invoiceIssued.total.currencyCode"},
};

static int check_row(const row *row, wire_check_error *ret_error) {
  // A copy on the heap, of the exact size, lets a sanitizer see one byte too far.
  uint8_t *copy = malloc(row->size == 0 ? 1 : row->size);
  memcpy(copy, row->bytes, row->size);
  wire_check_limits limits = wire_check_limits_default();
  int result = wire_check(row->type, copy, row->size, &limits, ret_error);
  if (result == 0) {
    ProtobufCMessage *message = protobuf_c_message_unpack(row->type, NULL, row->size, copy);
    CHECK(message != NULL);
    if (message != NULL)
      protobuf_c_message_free_unpacked(message, NULL);
  }
  free(copy);
  return result;
}

static void check_rows(const row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    wire_check_error error = {0};
    check_row(&rows[i], &error);
    if (error.reason != rows[i].reason || strcmp(error.path, rows[i].path) != 0)
      printf("    %s: \"%s %s\"\n", rows[i].what, error.path, wire_check_reason_text(error.reason));
    CHECK_EQUAL(error.reason, rows[i].reason);
    CHECK_TEXT(error.path, rows[i].path);
  }
}

static void sound_messages_pass(void) {
  check_rows(accepted, sizeof accepted / sizeof accepted[0]);
}

static void unsound_messages_are_refused(void) {
  check_rows(refused, sizeof refused / sizeof refused[0]);
}

static void the_error_names_errno_and_offset(void) {
  const struct {
    const char *bytes;
    size_t size;
    int result;
    size_t offset;
  } rows[] = {
      {BYTES("\x10\x01\x0a\x01\xff"), -EILSEQ, 2},
      {BYTES("\x10\x01\x0a\x09x"), -EBADMSG, 2},
      {BYTES("\x1a\x04\x08\x01\x10\x80"), -EBADMSG, 4},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    wire_check_error error;
    wire_check_limits limits = wire_check_limits_default();
    int result = wire_check(GET, (const uint8_t *)rows[i].bytes, rows[i].size, &limits, &error);
    CHECK_EQUAL(result, rows[i].result);
    CHECK_EQUAL(error.offset, rows[i].offset);
  }
}

static void every_prefix_of_a_message_is_decided(void) {
  const char message[] = "\x0a\x03"
                         "ali\x10\x02\x1a\x06\x08\x80\x01\x10\x07\x00\x2a\x02xy";
  for (size_t size = 0; size < sizeof message; size++) {
    row row = {"a prefix", GET, message, size, 0, ""};
    wire_check_error error;
    int result = check_row(&row, &error);
    CHECK(result == 0 || result == -EBADMSG);
  }
}

static int check_bytes(const ProtobufCMessageDescriptor *type, const bytes *message,
                       const wire_check_limits *limits, wire_check_error *ret_error) {
  return wire_check(type, message->data, message->size, limits, ret_error);
}

typedef struct strict_row {
  const char *what;
  const char *fact;
  size_t size;
  wire_check_reason reason;
  const char *path;
} strict_row;

static const strict_row strict_rows[] = {
    {"a fact as it should be",
     BYTES("\x0a\x01"
           "a\xa2\x01\x07\x08\x01\x12\x01\x01\x18\x01"),
     WIRE_CHECK_OK, ""},
    {"an unknown field", BYTES("\x98\x06\x01"), WIRE_CHECK_UNKNOWN_FIELD, "facts[0].99"},
    {"an unknown kind", BYTES("\xda\x02\x00"), WIRE_CHECK_UNKNOWN_FIELD, "facts[0].43"},
    {"an unknown field inside", BYTES("\xa2\x01\x03\x98\x06\x01"), WIRE_CHECK_UNKNOWN_FIELD,
     "facts[0].accountRegistered.99"},
    {"an unknown enum value", BYTES("\xa2\x01\x02\x08\x09"), WIRE_CHECK_UNKNOWN_ENUM_VALUE,
     "facts[0].accountRegistered.cloud"},
    {"an unknown value in a packed run", BYTES("\xa2\x01\x04\x12\x02\x01\x09"),
     WIRE_CHECK_UNKNOWN_ENUM_VALUE, "facts[0].accountRegistered.partnerTypes"},
    {"an unknown value, unpacked", BYTES("\xa2\x01\x02\x10\x09"), WIRE_CHECK_UNKNOWN_ENUM_VALUE,
     "facts[0].accountRegistered.partnerTypes"},
    {"an enum value that would be cut to a known one",
     BYTES("\xa2\x01\x06\x08\x81\x80\x80\x80\x10"), WIRE_CHECK_UNKNOWN_ENUM_VALUE,
     "facts[0].accountRegistered.cloud"},
    {"a term that would be cut", BYTES("\xba\x01\x06\x20\xbc\x80\x80\x80\x10"),
     WIRE_CHECK_VALUE_OUT_OF_RANGE, "facts[0].invoiceIssued.termDays"},
    {"negative nanos, ten bytes long",
     BYTES("\xba\x01\x0d\x2a\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), WIRE_CHECK_OK, ""},
    {"a bool of 2", BYTES("\xa2\x02\x02\x18\x02"), WIRE_CHECK_VALUE_OUT_OF_RANGE,
     "facts[0].providerIssueOpened.affectsOperations"},
    {"two kinds", BYTES("\xb2\x01\x00\xda\x01\x00"), WIRE_CHECK_REPEATED_SINGULAR,
     "facts[0].paymentAllocated"},
    {"two ids",
     BYTES("\x0a\x01"
           "a\x0a\x01"
           "b"),
     WIRE_CHECK_REPEATED_SINGULAR, "facts[0].accountId"},
};

static void facts_keep_nothing_unknown(void) {
  static const ProtobufCMessageDescriptor *const strict[] = {&accountstatus__v1__fact__descriptor};
  wire_check_limits limits = wire_check_limits_default();
  for (size_t i = 0; i < sizeof strict_rows / sizeof strict_rows[0]; i++) {
    const strict_row *row = &strict_rows[i];
    bytes report = {0};
    bytes_add_field(&report, 1, row->fact, row->size);
    // Outside facts, what is unknown is tolerated.
    bytes_add_number(&report, 99, 1);
    wire_check_error error = {0};
    limits.strict_types = strict;
    limits.strict_type_count = 1;
    int result = check_bytes(REPORT, &report, &limits, &error);
    if (error.reason != row->reason)
      printf("    %s: %s\n", row->what, wire_check_reason_text(error.reason));
    CHECK_EQUAL(error.reason, row->reason);
    CHECK_TEXT(error.path, row->path);
    CHECK_EQUAL(result, row->reason == WIRE_CHECK_OK                  ? 0
                        : row->reason == WIRE_CHECK_REPEATED_SINGULAR ? -EBADMSG
                                                                      : -EOPNOTSUPP);
    limits.strict_type_count = 0;
    CHECK_EQUAL(check_bytes(REPORT, &report, &limits, NULL), 0);
    bytes_free(&report);
  }
}

static const test tests[] = {
    {"sound messages pass", sound_messages_pass},
    {"unsound messages are refused, with the field's path", unsound_messages_are_refused},
    {"the error names errno and offset", the_error_names_errno_and_offset},
    {"every prefix of a message is decided", every_prefix_of_a_message_is_decided},
    {"facts keep nothing unknown", facts_keep_nothing_unknown},
};
const test_suite wire_check_suite = SUITE("wire_check", tests);
