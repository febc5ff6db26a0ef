import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { undoChange } from "#support/tenant/undo.ts";
import { failureOf, openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { DEVICE_ACTION } from "../../nouns/device.ts";
import type { WholeClient } from "#support/client/whole-client.ts";
import type { Device } from "../api/operations.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

type Values = Parameters<WholeClient["device-actions"]["create"]>[0];

const addDevice = async (serialNumber: string, ownerOrg: string | null = null): Promise<Device> =>
  (await tenant.client.devices.create({ serialNumber, ownerOrg })).after;
const act = (devices: readonly Device[], values: Values = {}, client = tenant.client) =>
  client["device-actions"].create({ kind: "lost-mode", ids: devices.map(({ id }) => id), ...values });
const listActions = async (client = tenant.client) =>
  (await Array.fromAsync(client["device-actions"].list())).map(({ serialNumber, kind }) => `${serialNumber} ${kind}`);
const listLost = async (client = tenant.client) =>
  (await Array.fromAsync(client.devices.list({ lost: true }))).map(({ serialNumber }) => serialNumber);

test("seed 003, 12: an action says what, who, when and why, and is found by the serial number of the device", async () => {
  const [one, other] = [await addDevice("s1"), await addDevice("S2")];
  const values = { message: "ご連絡\nください", phoneNumber: "03-0000-0000", reason: "紛失" };
  const [written] = await act([one], values);
  expect(written).toMatchObject({ before: null, consoleTask: null, dryRun: false });
  expect(written?.after).toMatchObject({
    serialNumber: "s1",
    kind: "lost-mode",
    screen: null,
    by: "owner",
    ...values,
  });
  await act([other], { kind: "wallpaper", picture: "logo.png", screen: "home" });
  expect(await tenant.client["device-actions"].find({ name: "S1" })).toEqual([written?.after]);
  expect(await listActions()).toEqual(["s1 lost-mode", "S2 wallpaper"]);
  const [history] = await tenant.client["device-actions"].history({ name: written?.after.id ?? "" });
  expect(history?.versions).toMatchObject([{ action: "create", command: "devices.action" }]);
});

test("actions are listed in both orders, also of one device, even if it is deleted", async () => {
  const [one, other] = [await addDevice("s1"), await addDevice("S2")];
  await act([one, other]);
  await act([one], { kind: "message", message: "m" });
  await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "devices", ids: [one.id] }));
  const list = async (query: object) =>
    (await Array.fromAsync(tenant.client["device-actions"].list(query))).map(
      ({ serialNumber: of, kind }) => `${of} ${kind}`,
    );
  for (const limit of [undefined, 1000, 1001]) {
    expect(await list({ limit, desc: true })).toEqual(["s1 message", "S2 lost-mode", "s1 lost-mode"]);
    expect(await list({ limit, desc: true, serialNumber: "S1" })).toEqual(["s1 message", "s1 lost-mode"]);
    expect(await list({ limit, serialNumber: "S2" })).toEqual(["S2 lost-mode"]);
  }
});

test("several devices get an action together or not at all, each once", async () => {
  const devices = [await addDevice("S1"), await addDevice("S2")];
  const missing = { ...(devices[0] as Device), id: "019a9f3c-5a00-7abc-8def-00000000ffff" };
  const before = tenant.dump();
  expect((await failureOf(act([...devices, missing])))?.code).toBe("not-found");
  await act(devices, { dryRun: true });
  expect([tenant.dump(), await listActions()]).toEqual([before, []]);
  await act([...devices, ...devices]);
  expect(await listActions()).toEqual(["S1 lost-mode", "S2 lost-mode"]);
  await undoChange(tenant.client, "last").then((plan) => tenant.client.imports.commit(plan));
  expect(await listActions()).toEqual([]);
});

test.each<[Values, string]>([
  [{ kind: "message" }, "message: "],
  [{ kind: "rename", deviceName: "" }, "device name: "],
  [{ kind: "wallpaper", picture: "logo.png" }, "screen: "],
  [{ kind: "wallpaper", picture: "logo.png", screen: "front" }, "screen: "],
  [{ kind: "erase" }, "action: "],
  [{ phoneNumber: "0".repeat(2001) }, "contact telephone number: "],
  [{ reason: "a\u0007" }, "reason: "],
])("%j is refused", async (values, reason) => {
  const failure = await failureOf(act([await addDevice("S1")], values));
  expect([failure?.code, failure?.what.en]).toEqual(["input-rejected", expect.stringMatching(`^${reason}`)]);
  expect(await listActions()).toEqual([]);
});

test("a device is lost while its last record about lost mode is not an end", async () => {
  const devices = [await addDevice("S1"), await addDevice("s2"), await addDevice("S3")];
  const step = fc.record({ at: fc.nat(2), kind: fc.constantFrom("lost-mode", "end-lost-mode", "rename") });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      tenant.database.exec("delete from device_action");
      for (const { at, kind } of steps) await act([devices[at] as Device], { kind, deviceName: "N" });
      const isLost = (_: Device, place: number): boolean =>
        steps.findLast(({ at, kind }) => at === place && kind !== "rename")?.kind === "lost-mode";
      expect(await listLost()).toEqual(devices.filter(isLost).map(({ serialNumber }) => serialNumber));
    }),
    { numRuns: 30 },
  );
});

test("a record outlasts its device, also if the device returns", async () => {
  const one = await addDevice("S1");
  await act([one]);
  const plan = await tenant.client.imports.delete({ kind: "devices", ids: [one.id] });
  await tenant.client.imports.commit(plan);
  expect([await listActions(), await listLost()]).toEqual([["S1 lost-mode"], []]);
  await addDevice("s1");
  expect(await listLost()).toEqual(["s1"]);
});

describe("an account that manages some organisations", () => {
  test("sees and records the actions on devices of these organisations, and their tasks", async () => {
    await tenant.import({ kind: "devices", fromConsole: true }, [["シリアルナンバー"], ["S0"]]);
    const [east, west] = [
      (await tenant.client.orgs.create({ name: "東", code: "E" })).after,
      (await tenant.client.orgs.create({ name: "西", code: "W" })).after,
    ];
    const [ours, theirs] = [await addDevice("S1", east.id), await addDevice("S2", west.id)];
    await addTestAccount(tenant, { name: "div", role: "division", manages: ["E"] });
    await addTestAccount(tenant, { name: "ope", role: "operator", org: "E" });
    const client = tenant.as("div");
    await act([ours, theirs]);
    const [written] = await act([ours], { kind: "message", message: "a" }, client);
    expect(written?.after.by).toBe("div");
    expect(await listActions(client)).toEqual(["S1 lost-mode", "S1 message"]);
    expect(await client["device-actions"].find({ name: "S2" })).toEqual([]);
    expect(await listLost(client)).toEqual(["S1"]);
    const tasks = await client.console.list();
    const performed = tasks.flatMap(({ records }) => records.filter(({ work }) => work === "perform"));
    expect(performed.map(({ name }) => name)).toEqual(["S1", "S1"]);
    expect((await failureOf(act([theirs], {}, client)))?.code).toBe("not-found");
    expect((await failureOf(act([ours], {}, tenant.as("ope"))))?.code).toBe("not-permitted");
    await tenant.client.devices.setOwner({ ids: [ours.id], owner: null, ownerOrg: west.id });
    expect(await listActions(client)).toEqual([]);
  });
});

describe("in a mirror", () => {
  const names = async () =>
    (await tenant.client.console.list()).flatMap(({ records }) =>
      records.map(({ work, name, state }) => `${state === "open" ? "" : `${state}: `}${work} ${name}`),
    );
  const start = async (): Promise<readonly Device[]> => {
    await tenant.import({ kind: "devices", fromConsole: true }, [["シリアルナンバー"], ["S1"], ["S2"]]);
    return Array.fromAsync(tenant.client.devices.list());
  };

  test("the action is a task until it is confirmed; an export of devices does not close it", async () => {
    const [one] = await start();
    const [written] = await act([one as Device], { message: "m", phoneNumber: "03" });
    const number = written?.consoleTask ?? 0;
    expect(await tenant.client.console.show(number)).toMatchObject({
      kind: "devices",
      create: 1,
      records: [
        {
          thing: DEVICE_ACTION.name,
          work: "perform",
          name: "S1",
          changes: [
            { field: "serialNumber", after: "S1" },
            { field: "kind", after: "lost-mode" },
            { field: "message", after: "m" },
            { field: "phoneNumber", after: "03" },
            { field: "by", after: "owner" },
          ],
        },
      ],
    });
    await start();
    expect(await names()).toEqual(["perform S1"]);
    await tenant.client.console.confirm({ numbers: [number] });
    expect([await names(), await listLost()]).toEqual([[], ["S1"]]);
  });

  test("the task of an action is gone while its device is", async () => {
    const [one, other] = (await start()) as [Device, Device];
    await act([one, other]);
    const { change } = await tenant.client.imports.commit(
      await tenant.client.imports.delete({ kind: "devices", ids: [one.id] }),
    );
    expect(await names()).toEqual(["perform S2", "delete S1"]);
    await tenant.client.imports.commit(await undoChange(tenant.client, change ?? 0));
    expect(await names()).toEqual(["perform S1", "perform S2", "taken-back: create S1"]);
  });

  test("undo removes an action with its task, but not an action that was carried out", async () => {
    const [one, other] = (await start()) as [Device, Device];
    const [first] = await act([one]);
    await tenant.client.imports.commit(await undoChange(tenant.client, first?.consoleTask ?? 0));
    expect([await names(), await listActions()]).toEqual([["taken-back: delete S1"], []]);
    await tenant.client.console.confirm({ numbers: [first?.consoleTask ?? 0] });
    expect(await names()).toEqual([]);
    const [second] = await act([other], { kind: "message", message: "m" });
    await tenant.client.console.confirm({ numbers: [second?.consoleTask ?? 0] });
    const failure = await failureOf(undoChange(tenant.client, second?.consoleTask ?? 0));
    expect(failure?.what.en).toContain("S2: it was carried out, so it cannot be undone; record another action");
    const { blocked } = await tenant.client.imports.undo(second?.consoleTask ?? 0, { skipBlocked: true });
    expect([blocked?.count, await names(), await listActions()]).toEqual([1, [], ["S2 message"]]);
  });
});
