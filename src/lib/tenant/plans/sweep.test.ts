import { createDispatch } from "../api/dispatch.ts";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { createWholeClient } from "#support/client/whole-client.ts";
import { openTenant } from "../api/index.ts";
import { withFetch } from "#support/tenant/over-socket.ts";
import { TestSurroundings } from "#support/tenant/tenant.ts";
import { freshFolder } from "#support/folder.ts";

let folder: string;
beforeEach(() => {
  folder = freshFolder();
});

const surroundings = new TestSurroundings();
const open = (living: boolean) =>
  withFetch(
    openTenant({
      folder,
      name: "t",
      acting: "owner",
      actor: "owner",
      surroundings,
      processes: { self: 4711, isAlive: (pid) => living && pid === 4711 },
    }),
  );

/** What a process leaves that is killed while it makes the tenant. */
const unfinished = (): string => join(folder, "tenant.db.new-4711");

/** Starts an import and leaves its staging file in the state before it is locked. */
const begin = async (): Promise<string> => {
  const tenant = open(true);
  const call = async (path: string, body: object): Promise<{ id: string }> => {
    const request = new Request(`http://tenant.invalid${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await (await createDispatch(tenant)(request)).json()) as { id: string };
  };
  const { id } = await call("/v1/imports", { kind: "users" });
  await tenant.close();
  mkdirSync(join(folder, "imports"), { recursive: true });
  writeFileSync(join(folder, "imports", `${id}.db`), "");
  writeFileSync(unfinished(), "");
  return id;
};

test.each([
  [true, "uploading"],
  [false, "discarded"],
])("staging files that are not locked yet stay while their process lives (%s): %s", async (living, state) => {
  const id = await begin();
  const tenant = open(living);
  expect((await createWholeClient({ transport: createDispatch(tenant) }).imports.show(id)).state).toBe(state);
  expect(existsSync(join(folder, "imports", `${id}.db`))).toBe(living);
  expect(existsSync(unfinished())).toBe(living);
  await tenant.close();
});

test.each([
  [true, "uploading"],
  [false, "discarded"],
])("an upload without a staging file is running while its process lives (%s): %s", async (living, state) => {
  const id = await begin();
  rmSync(join(folder, "imports"), { recursive: true });
  const tenant = open(living);
  const { imports } = createWholeClient({ transport: createDispatch(tenant) });
  expect((await imports.list()).map((one) => [one.id, one.state])).toEqual([[id, state]]);
  await tenant.close();
});

test("leftovers of dead processes are removed before imports are listed, but not by other requests", async () => {
  const id = await begin();
  const tenant = open(false);
  const client = createWholeClient({ transport: createDispatch(tenant) });
  expect(await Array.fromAsync(client.users.list())).toEqual([]);
  expect(existsSync(join(folder, "imports", `${id}.db`))).toBe(true);
  expect((await client.imports.list()).map(({ state }) => state)).toEqual(["discarded"]);
  expect(existsSync(join(folder, "imports", `${id}.db`))).toBe(false);
  await tenant.close();
});
