import { testRefusals, testTenantFailures, testWrongLines } from "#support/commands/command-failures.ts";

testWrongLines(
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

testTenantFailures({ line: "audit show 9", failing: "auditRecord", code: "not-found" });

testRefusals({ line: "audit list --since 2026-04-02 --until 2026-04-01", exit: 2, en: "--since", tenant: {} });
