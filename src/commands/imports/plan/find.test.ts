import { expect, test } from "vitest";
import type { Client, Import } from "../../../lib/client/index.ts";
import { example } from "#support/commands/tenant.ts";
import { findImport, isLast, OPEN } from "./find.ts";

const IDS = ["01a1f7e3-9787-72f9-9249-ab61b1ce200e", "01a1f7e3-983c-7bf7-9a8f-196131690b27"];

/** A tenant's imports, newest first as it lists them. */
const clientOf = (...imports: readonly Partial<Import>[]): Client =>
  ({
    imports: {
      list: async () => imports.map((one, at) => example<Import>("import", { number: imports.length - at, ...one })),
    },
  }) as unknown as Client;
const client = clientOf(...IDS.map((id) => ({ id })));

test("the start of an id is enough where only one import has it, in any case of letters", async () => {
  expect((await findImport(client, "01a1f7e3-97")).id).toBe(IDS[0]);
  expect((await findImport(client, "01A1F7E3-98")).id).toBe(IDS[1]);
  expect((await findImport(client, IDS[1] ?? "")).id).toBe(IDS[1]);
});

test("a number names its import, though an id begins with it", async () => {
  const ids = [`2${IDS[0]?.slice(1)}`, IDS[1] ?? ""];
  const both = clientOf(...ids.map((id) => ({ id })));
  expect((await findImport(both, "1")).id).toBe(ids[1]);
  expect((await findImport(both, "2")).id).toBe(ids[0]);
  expect((await findImport(clientOf({ number: 1, id: ids[0] ?? "" }), "2")).number).toBe(1);
});

test.each([
  ["01a1f7e3", "usage"],
  ["02", "not-found"],
  ["3", "not-found"],
  ["", "not-found"],
  ["last", "not-found"],
])("%j is a failure: %s", async (typed, code) => {
  await expect(findImport(client, typed)).rejects.toMatchObject({ code });
});

test("the last one was committed last, whenever it was made, and is so when it was undone; an undo counts", async () => {
  const at = (hour: number): string => `2026-11-20T0${hour}:00:00.000Z`;
  const imports = clientOf(
    { mode: "revert", state: "committed", committedAt: at(9) },
    { state: "planned" },
    { state: "committed", committedAt: at(3) },
    { state: "reverted", committedAt: at(4) },
    { state: "awaiting-console" },
  );
  expect((await findImport(imports, "Last")).number).toBe(5);
  const undone = clientOf(
    { state: "committed", committedAt: at(3) },
    { mode: "revert", state: "committed", committedAt: at(2) },
    { state: "reverted", committedAt: at(4) },
  );
  expect((await findImport(undone, "last")).number).toBe(1);
  expect((await findImport(imports, "last", OPEN)).number).toBe(4);
  expect((await findImport(imports, "last", ["awaiting-console"])).number).toBe(1);
  expect([isLast("LAST"), isLast("1")]).toEqual([true, false]);
});

test("says which last one there is not", async () => {
  await expect(findImport(client, "last")).rejects.toThrow("no import was committed yet");
  await expect(findImport(clientOf(), "last", OPEN)).rejects.toThrow("no plan is open");
});
