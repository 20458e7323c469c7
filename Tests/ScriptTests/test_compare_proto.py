"""scripts/compare-proto, given protos that are changed in one place."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class CompareProto(unittest.TestCase):
    """Each test changes a copy of proto/ and compares it with the original."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.work)
        self.protos = self.work / "proto"
        shutil.copytree(ROOT / "proto", self.protos)
        self.describe(self.work / "before.binpb")

    def describe(self, target):
        subprocess.run(
            [ROOT / "scripts/describe-proto", target, self.protos], check=True, timeout=60
        )

    def change(self, file, old, new, times=1):
        path = self.protos / "accountstatus/v1" / file
        text = path.read_text()
        self.assertIn(old, text, "the proto no longer holds what this test changes")
        path.write_text(text.replace(old, new, times))

    def compare(self):
        self.describe(self.work / "after.binpb")
        result = subprocess.run(
            [ROOT / "scripts/compare-proto", self.work / "before.binpb", self.work / "after.binpb"],
            capture_output=True, text=True, timeout=60,
        )
        found = result.stderr.splitlines()
        self.assertEqual(result.returncode, 1 if found else 0)
        return [line.removeprefix("proto-check: breaking: ") for line in found]

    def assert_breaks(self, *expected):
        self.assertEqual(self.compare(), list(expected))

    def test_no_change_is_fine(self):
        self.assert_breaks()

    def test_additions_and_comments_are_fine(self):
        self.change("money.proto", "int32 nanos = 3;", "int32 nanos = 3;\n  string note = 4;")
        self.change("status.proto", "NOTICE_NO_EVIDENCE = 12;",
                    "NOTICE_NO_EVIDENCE = 12;\n  NOTICE_NEW = 13;")
        self.change("admin_service.proto", "service AdminService {",
                    "message PingRequest {}\nmessage PingResponse {}\n// New.\n"
                    "service AdminService {\n  rpc Ping(PingRequest) returns (PingResponse);")
        self.assert_breaks()

    def test_a_removed_field(self):
        self.change("money.proto", "int32 nanos = 3;", "")
        self.assert_breaks("field accountstatus.v1.Money.nanos (3) is removed")

    def test_a_field_removed_with_its_number_reserved(self):
        self.change("money.proto", "int32 nanos = 3;", "reserved 3;")
        self.assert_breaks("field accountstatus.v1.Money.nanos (3) is removed")

    def test_a_renumbered_field(self):
        self.change("money.proto", "int32 nanos = 3;", "int32 nanos = 4;")
        self.assert_breaks("field accountstatus.v1.Money.nanos is renumbered from 3 to 4")

    def test_a_renamed_field(self):
        self.change("money.proto", "int32 nanos = 3;", "int32 billionths = 3;")
        self.assertIn(
            "field accountstatus.v1.Money.nanos (3) is renamed to billionths", self.compare())

    def test_a_changed_type(self):
        self.change("money.proto", "int64 units = 2;", "uint64 units = 2;")
        self.assert_breaks(
            "field accountstatus.v1.Money.units changes its type from int64 to uint64")

    def test_a_changed_message_type(self):
        self.change("fact.proto", "Money total = 5;", "Allocation total = 5;")
        self.assert_breaks(
            "field accountstatus.v1.InvoiceIssued.total changes its type from "
            "accountstatus.v1.Money to accountstatus.v1.Allocation")

    def test_a_field_that_is_repeated_now(self):
        self.change("fact.proto", "string country = 5;", "repeated string country = 5;")
        self.assert_breaks(
            "field accountstatus.v1.AccountRegistered.country changes its type from string to "
            "repeated string")

    def test_a_field_that_leaves_its_oneof(self):
        self.change("fact.proto", "    FactRetracted fact_retracted = 42;\n  }",
                    "  }\n  FactRetracted fact_retracted = 42;")
        self.assert_breaks(
            "field accountstatus.v1.Fact.fact_retracted moves into or out of a oneof")

    def test_a_removed_enum_value(self):
        self.change("status.proto", "  NOTICE_NO_EVIDENCE = 12;\n", "")
        self.assert_breaks(
            "enum value accountstatus.v1.Notice.NOTICE_NO_EVIDENCE (12) is removed")

    def test_a_renumbered_enum_value(self):
        self.change("status.proto", "NOTICE_NO_EVIDENCE = 12;", "NOTICE_NO_EVIDENCE = 13;")
        self.assert_breaks(
            "enum value accountstatus.v1.Notice.NOTICE_NO_EVIDENCE is renumbered from 12 to 13")

    def test_a_renamed_enum_value(self):
        self.change("status.proto", "NOTICE_NO_EVIDENCE = 12;", "NOTICE_NOTHING = 12;")
        self.assert_breaks(
            "enum value accountstatus.v1.Notice.NOTICE_NO_EVIDENCE (12) is renamed to "
            "NOTICE_NOTHING")

    def test_a_removed_method(self):
        self.change("admin_service.proto",
                    "  rpc GetStats(GetStatsRequest) returns (GetStatsResponse) {\n"
                    "    option idempotency_level = NO_SIDE_EFFECTS;\n  }\n", "")
        self.assert_breaks("method accountstatus.v1.AdminService/GetStats is removed")

    def test_a_changed_reply(self):
        self.change("admin_service.proto", "returns (GetStatsResponse)",
                    "returns (GetInfoResponse)")
        self.assert_breaks(
            "method accountstatus.v1.AdminService/GetStats changes its reply from "
            "accountstatus.v1.GetStatsResponse to accountstatus.v1.GetInfoResponse")

    def test_changed_streaming(self):
        self.change("ledger_service.proto", "rpc ImportFacts(stream ImportFactsRequest)",
                    "rpc ImportFacts(ImportFactsRequest)")
        self.change("admin_service.proto", "returns (GetInfoResponse)",
                    "returns (stream GetInfoResponse)")
        self.assertEqual(
            sorted(self.compare()),
            ["method accountstatus.v1.AdminService/GetInfo changes its server streaming",
             "method accountstatus.v1.LedgerService/ImportFacts changes its client streaming"])

    def test_lost_idempotency(self):
        self.change("ledger_service.proto", "option idempotency_level = IDEMPOTENT;", "")
        self.assert_breaks(
            "method accountstatus.v1.LedgerService/ReportFacts changes its idempotency")

    def test_a_removed_service(self):
        path = self.protos / "accountstatus/v1/testing_service.proto"
        text = path.read_text()
        path.write_text(text[: text.index("// Only with --ephemeral")])
        self.assert_breaks("service accountstatus.v1.TestingService is removed")

    def test_a_number_that_is_no_longer_reserved(self):
        self.change("money.proto", "int32 nanos = 3;", "int32 nanos = 3;\n  reserved 7 to 8;")
        self.change("status.proto", "NOTICE_NO_EVIDENCE = 12;",
                    "NOTICE_NO_EVIDENCE = 12;\n  reserved 20;")
        self.describe(self.work / "before.binpb")
        self.change("money.proto", "reserved 7 to 8;", "reserved 7;")
        self.change("status.proto", "  reserved 20;", "")
        self.assert_breaks("message accountstatus.v1.Money no longer reserves 8",
                           "enum accountstatus.v1.Notice no longer reserves 20")


if __name__ == "__main__":
    unittest.main()
