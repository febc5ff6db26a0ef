import { testRefusals } from "#support/commands/command-failures.ts";

testRefusals({ line: "audit list --since 2026-04-02 --until 2026-04-01", exit: 2, en: "--since", tenant: {} });
