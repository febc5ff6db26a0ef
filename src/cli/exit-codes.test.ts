import { expect, test } from "vitest";
import { COMMANDS } from "#support/commands/verbs.ts";
import { same } from "../lib/text/index.ts";
import { listExits, toFailureExitCode } from "./exit-codes.ts";

const codes = (command: Parameters<typeof listExits>[0]): readonly number[] =>
  listExits(command).map(({ code }) => code);

test("a command without its own exit codes has the standard codes, once each and in order", () => {
  const exits = ["unavailable", "conflict", "locked"] as const;
  expect(codes({ exits, opensTenant: false })).toEqual([0, 1, 2, 5, 7, 130]);
});

test("every command opens a tenant, except these", () => {
  const others = COMMANDS.filter(([, { opensTenant }]) => opensTenant === false);
  expect(others.map(([line]) => line).toSorted()).toEqual([
    "apps template",
    "completion",
    "config-profiles template",
    ...["add", "list", "remove", "set", "use"].map((verb) => `context ${verb}`),
    "csv check",
    "devices template",
    "handover receive",
    "handover report",
    "handover verify",
    "orgs template",
    "renewals notify",
    "renewals schedule",
    "renewals verify",
    "secured users template",
    "status",
    "tenant backup",
  ]);
});

test("a command's own exit codes replace the standard codes, except for an interruption", () => {
  const ownExits = {
    service: "TRY",
    failure: 3,
    meanings: [[0, same("nothing due")] as const, [3, same("unknown")] as const],
  };
  expect(codes({ exits: ["conflict"], ownExits })).toEqual([0, 3, 130]);
  expect(
    listExits({ exits: [], ownExits })
      .slice(0, 2)
      .map(({ meaning }) => meaning.en),
  ).toEqual(["nothing due", "unknown"]);
  expect(toFailureExitCode("usage", { failureExit: 3 })).toBe(3);
  expect(toFailureExitCode("interrupted", { failureExit: 3 })).toBe(130);
  expect(toFailureExitCode("usage", {})).toBe(2);
  expect(toFailureExitCode("usage", undefined)).toBe(2);
});
