import { expect, test } from "vitest";
import type { Client } from "../../../lib/client/index.ts";
import { findImport } from "./find.ts";

const IDS = ["01a1f7e3-9787-72f9-9249-ab61b1ce200e", "01a1f7e3-983c-7bf7-9a8f-196131690b27"];
const client = { imports: { list: async () => IDS.map((id) => ({ id })) } } as unknown as Client;

test("the start of an id is enough where only one import has it, in any case of letters", async () => {
  expect((await findImport(client, "01a1f7e3-97")).id).toBe(IDS[0]);
  expect((await findImport(client, "01A1F7E3-98")).id).toBe(IDS[1]);
  expect((await findImport(client, IDS[1] ?? "")).id).toBe(IDS[1]);
});

test.each([
  ["01a1f7e3", "usage"],
  ["02", "not-found"],
  ["", "not-found"],
])("%j is a failure: %s", async (typed, code) => {
  await expect(findImport(client, typed)).rejects.toMatchObject({ code });
});
