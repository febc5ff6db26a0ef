import { testRefusals, testTenantFailures, testWrongLines } from "#support/commands/command-failures.ts";

testWrongLines(
  ["audit export x"],
  ["audit export --until 2026-13-01", "--until"],
  ["audit head x"],
  ["audit list x"],
  ["audit list --since yesterday", "--since"],
  ["audit list --until 2026-02-30"],
  ["audit"],
  ["audit show"],
  ["audit show 0"],
  ["audit show x"],
  ["audit verify --head 12ab", "64 hexadecimal digits"],
  ["audit verify x"],
);

testTenantFailures(
  { line: "audit export", failing: "exportAudit", code: "locked" },
  { line: "audit head", failing: "auditHead", code: "not-found" },
  { line: "audit show 9", failing: "auditRecord", code: "not-found" },
);

testRefusals({ line: "audit list --since 2026-04-02 --until 2026-04-01", exit: 2, en: "--since", tenant: {} });
