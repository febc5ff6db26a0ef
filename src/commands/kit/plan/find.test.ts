import { expect, test } from "vitest";
import type { Client, Import } from "../../../lib/client/index.ts";
import { example } from "#support/commands/tenant.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { same } from "../../../lib/text/index.ts";
import { findImport, OPEN_STATES } from "./find.ts";

const IDS = ["01a1f7e3-9787-72f9-9249-ab61b1ce200e", "01a1f7e3-983c-7bf7-9a8f-196131690b27"];

/** A tenant's imports, newest first as it lists them. */
const clientOf = (...imports: readonly Partial<Import>[]): Client => {
  const all = imports.map((one, at) => {
    const number = imports.length - at;
    return example<Import>("import", { number: String(number), change: number, ...one });
  });
  const show = async (name: string): Promise<Import> => {
    const found = all.find(({ number }) => number === name);
    if (found === undefined) throw new Failure("not-found", { what: same(name) });
    return found;
  };
  return { imports: { list: async () => all, show } } as unknown as Client;
};
const client = clientOf(...IDS.map((id) => ({ id })));

test("a number selects its import, even if an ID begins with it", async () => {
  const ids = [`2${IDS[0]?.slice(1)}`, IDS[1] ?? ""];
  const both = clientOf(...ids.map((id) => ({ id })));
  expect((await findImport(both, "1")).id).toBe(ids[1]);
  expect((await findImport(both, "2")).id).toBe(ids[0]);
  expect((await findImport(clientOf({ number: "P2", change: null }), "P2")).number).toBe("P2");
});

test.each([
  ["01a1f7e3", "not-found"],
  ["02", "not-found"],
  ["3", "not-found"],
  ["", "not-found"],
  ["last", "not-found"],
])("%j is a failure: %s", async (typed, code) => {
  await expect(findImport(client, typed)).rejects.toMatchObject({ code });
});

test("the last import is the last committed, even if it was undone, and an undo counts", async () => {
  const plan = (number: number) => ({ number: `P${number}`, change: null });
  const change = (number: number) => ({ number: String(number), change: number });
  const imports = clientOf(
    { mode: "undo", state: "committed", ...change(5) },
    { state: "planned", ...plan(4) },
    { state: "committed", ...change(3) },
    { state: "undone", ...change(4) },
  );
  expect((await findImport(imports, "Last")).number).toBe("5");
  const undone = clientOf(
    { state: "committed", ...change(3) },
    { mode: "undo", state: "committed", ...change(2) },
    { state: "undone", ...change(4) },
  );
  expect((await findImport(undone, "last")).number).toBe("4");
  expect((await findImport(imports, "last", OPEN_STATES)).number).toBe("P4");
});
