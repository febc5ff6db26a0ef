import { describe, expect, onTestFinished, test } from "vitest";
import type { Ade, AdeSync } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { ROOT_ORG_ID } from "../../lib/model/organisation.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { text } from "../../lib/text/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const ADE = example<Ade>("ade");
const READY: Ade = { ...ADE, counts: { present: 10, missing: 0, released: 0, notReady: 0, unreadable: 0 } };
const DONE = example<AdeSync>("adeSync");
const RUNNING: AdeSync = { ...DONE, state: "running", finishedAt: null };
const UNCONFIRMED: AdeSync = { ...DONE, state: "unconfirmed", created: 0, missing: 7, registered: 0 };
const UNREADABLE = { items: [{ serialNumber: "S1", place: "devices[0]", member: "os", isNew: true }] };
const SERIALS = { items: ["SERIAL000001"], next: null };

const tenant = { syncAde: RUNNING, adeSync: inTurn(RUNNING, DONE), ade: READY, adeSyncSerials: SERIALS };

/** One that answers a run that has ended. */
const ending = (run: AdeSync, more: object = {}) => ({ syncAde: RUNNING, adeSync: run, ade: READY, ...more });

describe("the requested kind of sync", () => {
  test.each([
    ["ade sync", {}],
    ["ade sync --full", { kind: "full" }],
    ["ade sync --delta", { kind: "delta" }],
    ["ade sync --max-deletions 20", { most: { count: 20 } }],
    ["ade sync --every 1h", { intervalMs: 3_600_000 }],
    ["ade sync --full --max-deletions 5%", { kind: "full", most: { percent: 5 } }],
  ])("%s", async (line, json) => {
    const { exit, requests } = await run(line, { tenant });
    expect(exit).toBe(0);
    expect(requests[0]).toEqual({ operation: "syncAde", json });
  });
});

test("follows the run to its end and reports its kind, reason and result, in both languages", async () => {
  const { en, ja } = await runInBoth("ade sync --fields kind,state,created,registered", { tenant });
  expect(en).toMatchObject({ exit: 0, stdout: "kind\tstate\tcreated\tregistered\nfull\tdone\t10\t10\n" });
  expect(en.stderr).toContain("full sync: no full sync has completed yet\n");
  expect(en.stderr).toContain("endpoint: SIMULATOR http://127.0.0.1:8080; MDM server: SIMULATOR\n");
  expect(en.stderr).toContain("new: SERIAL000001");
  expect(ja.stderr).toContain("全件の取得: 全件の取得がまだ完了していないため\n");
});

test("names devices that are not ready and says what to type", async () => {
  const devices = { items: [example<{ items: readonly object[] }>("findAdeDevices").items[0]], next: null };
  const profiles = { items: [{ ...example<{ items: readonly object[] }>("adeProfiles").items[0], name: "本社" }] };
  const answers = { ...tenant, ade: ADE, adeDevices: devices, adeProfiles: profiles };
  const { en, ja } = await runInBoth("ade sync", { tenant: answers });
  expect(en.stderr).toContain("warning: 10 devices not ready: do not switch them on until they have an ADE profile");
  expect(en.stderr).toContain("ADE profile state assigned: SERIAL000001\n");
  expect(en.stderr).toContain(
    "assign the ADE profile to all devices that do not have a profile: clomoctl ade profiles assign 本社 --unassigned\n",
  );
  expect(ja.stderr).toContain("電源を入れないでください");
});

test("says what to do if no device is assigned to the server", async () => {
  const counts = { present: 0, missing: 0, released: 0, notReady: 0, unreadable: 0 };
  const nothing: AdeSync = { ...DONE, created: 0, changed: 0, registered: 0, devices: 0 };
  const at = async (endpoint: Ade["endpoint"]) =>
    runInBoth("ade sync", { tenant: { syncAde: nothing, ade: { ...ADE, endpoint, counts } } });
  const simulator = await at({ kind: "simulator", url: "http://127.0.0.1:8080" });
  expect(simulator.en.stderr).toContain(
    "clomoctl ade simulator do devices add --count 10 --url http://127.0.0.1:8080\n",
  );
  const apple = await at({ kind: "apple", url: "https://mdmenrollment.apple.com" });
  expect(apple.en.stderr).not.toContain("no changes since the last sync");
  expect(apple.ja.stderr).toContain("手順を見るには: clomoctl ade guide purchased --through commands\n");
});

test("names new devices and reports that all devices are ready", async () => {
  const one = { ...READY, counts: { ...READY.counts, present: 1 } };
  const { en, ja } = await runInBoth("ade sync", { tenant: { ...tenant, ade: one } });
  expect(en.stderr).toContain("\nthe device is ready to be switched on\n");
  expect(en.stderr).toContain("clomoctl devices set-owner SERIAL --user MAIL\n");
  expect(ja.stderr).toContain("デバイスの準備ができています");
});

test("a rehearsal in a mirror does not propose owners for devices that are not in Devices", async () => {
  const ade = { ...READY, mirror: true, counts: { ...READY.counts, present: 1 } };
  const { stderr } = await run("ade sync --lang en", {
    tenant: { ...tenant, adeSync: { ...DONE, created: 1, registered: 0 }, ade },
  });
  expect(stderr).toContain("no devices were added to Devices");
  expect(stderr).not.toContain("set-owner");
});

test("names new devices only once if none of them is ready", async () => {
  const [device] = example<{ items: readonly object[] }>("findAdeDevices").items;
  const fresh: AdeSync = { ...DONE, created: 1, registered: 1 };
  const ade = { ...ADE, counts: { present: 1, missing: 0, released: 0, notReady: 1, unreadable: 0 } };
  const waiting = { items: [{ ...device, serialNumber: "SERIAL000001", profileStatus: "empty" }], next: null };
  const { stderr } = await run("ade sync --lang en", {
    tenant: { syncAde: fresh, ade, adeSyncSerials: SERIALS, adeDevices: waiting, adeProfiles: { items: [] } },
  });
  expect(stderr.match(/SERIAL000001/g)).toHaveLength(1);
  expect(stderr).toContain("empty: SERIAL000001\n");
  expect(stderr).toContain(
    "create an ADE profile that contains the URL of your MDM server: clomoctl ade profiles create NAME",
  );
});

test("on a terminal, results that are zero have no line", async () => {
  const delta: AdeSync = { ...DONE, kind: "delta", reason: "full-recent", created: 0, changed: 0, registered: 0 };
  const { stdout, stderr } = await run("ade sync --lang en", {
    tenant: { syncAde: delta, ade: READY },
    terminal: { columns: 80 },
  });
  expect(stdout).toBe("kind   delta\nstate  done\n");
  expect(stderr).toContain("no changes since the last sync\n");
});

test("a run that changed one device and misses another does not report that nothing has changed", async () => {
  const ended: AdeSync = { ...DONE, created: 0, changed: 1, missing: 1, registered: 0 };
  const { stderr } = await run("ade sync --lang en", { tenant: { syncAde: ended, ade: READY } });
  expect(stderr).not.toContain("no changes since the last sync");
});

test("reports deferred assignments that succeeded, and proposes no assignment for those that wait", async () => {
  const run1: AdeSync = { ...DONE, created: 0, changed: 0, registered: 0, assigned: 2 };
  const through = await runInBoth("ade sync", { tenant: { syncAde: run1, ade: READY } });
  expect(through.en.stderr).toContain(
    "ADE profiles were assigned to 2 devices (pending assignments and automatic assignments to new devices)",
  );
  expect(through.en.stderr).not.toContain("no changes since the last sync");
  expect(through.ja.stderr).toContain("2 台に ADE プロファイルを割り当てました");
  const [device] = example<{ items: readonly object[] }>("findAdeDevices").items;
  const waiting = { devices: 3, notReady: 3, retryAt: "2026-11-20T03:52:00.000Z" };
  const ade: Ade = { ...ADE, counts: { ...ADE.counts, notReady: 3 }, waiting };
  const devices = { items: [{ ...device, profileStatus: "empty" }], next: null };
  const { en, ja } = await runInBoth("ade sync", { tenant: { syncAde: run1, ade, adeDevices: devices } });
  expect(en.stderr).toMatch(/3 devices waiting for the assigned .* after .*:52.*: clomoctl ade sync\n/);
  expect(en.stderr).not.toContain("profiles assign");
  expect(ja.stderr).toContain("割り当てを待っているデバイスが 3 台あります");
});

test("explains a delta sync, and says why it became a full sync", async () => {
  const delta: AdeSync = { ...RUNNING, kind: "delta", reason: "resumed" };
  const ended: AdeSync = { ...DONE, kind: "full", reason: "cursor-refused", created: 0 };
  const { en, ja } = await runInBoth("ade sync", { tenant: { syncAde: delta, adeSync: ended, ade: READY } });
  expect(en.stderr).toContain(
    "delta sync (changes only): continues an interrupted sync\nfull sync: Apple no longer accepts the cursor from the last sync\n",
  );
  expect(ja.stderr).toContain("差分の取得: 中断した取得の続き\n全件の取得: 前回の位置を Apple が受け付けないため\n");
});

test("a delta sync ends with what only a full sync finds", async () => {
  const delta: AdeSync = { ...DONE, kind: "delta", reason: "full-recent", created: 0 };
  const { stderr } = await run("ade sync", { tenant: { syncAde: delta, ade: READY } });
  expect(stderr).toContain("finds all changes. To run a full sync now: clomoctl ade sync --full\n");
});

const ASKED = "Type 7 to release them:";

describe("many missing devices", () => {
  const gone = ending(UNCONFIRMED);
  const released = { ...UNCONFIRMED, state: "done", released: 7, missing: 0 };

  test("are only marked without a terminal, with exit code 10 and what to type", async () => {
    const { en, ja } = await runInBoth("ade sync --full", { tenant: { ...gone, adeSyncSerials: SERIALS } });
    expect(en).toMatchObject({ exit: 10 });
    expect(en.stderr).toContain("clomoctl ade sync --full --max-deletions 7");
    expect(en.requests.map(({ operation }) => operation)).not.toContain("releaseAdeDevices");
    expect(ja.stderr).toContain("7 台");
  });

  test("are released on a terminal if their number is typed", async () => {
    const typing = [[ASKED, "7\r"]] as const;
    const answers = { ...gone, releaseAdeDevices: released, adeSyncSerials: SERIALS };
    const { exit, requests } = await run("ade sync --full --lang en", {
      tenant: answers,
      terminal: { columns: 300, typing },
    });
    expect(exit).toBe(0);
    expect(requests).toContainEqual({ operation: "releaseAdeDevices", params: { id: DONE.id }, json: { count: 7 } });
  });

  test("are not released if another number is typed", async () => {
    const typing = [["Type 7 to release them:", "6\r"]] as const;
    const { exit, requests } = await run("ade sync --full --lang en", {
      tenant: { ...gone, adeSyncSerials: SERIALS },
      terminal: { columns: 300, typing },
    });
    expect(exit).toBe(3);
    expect(requests.map(({ operation }) => operation)).not.toContain("releaseAdeDevices");
  });
});

test("a failed run reports its failure and exit code", async () => {
  const error = new Failure("not-permitted", {
    what: text("terms are not signed", "利用規約に未同意"),
    hint: text("sign in", "サインイン"),
  }).toJSON();
  const failed: AdeSync = { ...DONE, state: "failed", error };
  const { en, ja } = await runInBoth("ade sync", { tenant: ending(failed) });
  expect(en).toMatchObject({ exit: 4, stdout: "" });
  expect(en.stderr).toContain("error: terms are not signed\n  sign in\n");
  expect(ja.stderr).toContain("利用規約に未同意");
});

/** A tenant that is set up, and a simulator with ten devices. */
async function rehearsed(): Promise<Rehearsal> {
  const rehearsal = new Rehearsal({ devices: 10 });
  onTestFinished(() => rehearsal[Symbol.asyncDispose]());
  await rehearsal.setUp();
  return rehearsal;
}

/** Runs a command line on a real tenant, by the tenant's clock. */
const runOn = ({ tenant: { fetch, surroundings } }: Rehearsal, words: string) =>
  run(`${words} --lang en`, { tenant: fetch, now: new Date(surroundings.time) });

describe("from cron, with --quiet", () => {
  const CRON = "ade sync --every 1d --no-input --quiet";

  test("names devices that are not ready once per change and says what to type", async () => {
    const rehearsal = await rehearsed();
    const first = await runOn(rehearsal, CRON);
    expect(first.exit).toBe(0);
    expect(first.stderr).toMatch(
      /^warning: 10 new or changed devices are not ready: do not switch them on until they have an ADE profile\nSIM\w+( SIM\w+){9}\ncreate an ADE profile that contains the URL of your MDM server: clomoctl ade profiles create .*\n$/,
    );
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stdout: "", stderr: "" });
    expect((await runOn(rehearsal, `${CRON} --fields created`)).stdout).toBe("created\n0\n");
    const [added = ""] = await rehearsal.add({ count: 1 });
    expect((await runOn(rehearsal, CRON)).stderr).toMatch(
      new RegExp(`^warning: 1 new or changed device is not ready: .*\n${added}\ncreate `),
    );
    rehearsal.tenant.surroundings.time += 24 * 3_600_000;
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
  });

  test("names devices whose profile Apple deferred and when a sync tries again, but not ready devices", async () => {
    const rehearsal = await rehearsed();
    await rehearsal.sync();
    const { profiles } = rehearsal.tenant.client;
    const { profile } = await profiles.create({ name: "P1", url: "https://mdm.example.jp/enroll" });
    await profiles.automatic({ org: ROOT_ORG_ID, profile: profile.id });
    await rehearsal.add({ count: 1 });
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
    await rehearsal.fault("throttled");
    const [held = ""] = await rehearsal.add({ count: 1 });
    const { stderr } = await runOn(rehearsal, CRON);
    expect(stderr).toMatch(new RegExp(`do not switch them on .*\n${held}\n`));
    expect(stderr).toMatch(/1 device waiting for the assigned ADE profile.* after .*: clomoctl ade sync\n/);
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
  });

  test("names an unreadable record once, exits with 8 while it stays, and stores the rest", async () => {
    const rehearsal = await rehearsed();
    await runOn(rehearsal, CRON);
    const [, two = ""] = await rehearsal.add({ count: 3 });
    await rehearsal.fault("unreadable-device", { serials: [two] });
    const ran = await runOn(rehearsal, `${CRON} --fields created,unreadable`);
    expect(ran).toMatchObject({ exit: 8, stdout: "created\tunreadable\n2\t1\n" });
    expect(ran.stderr).toMatch(
      new RegExp(
        `^warning: 1 device record in Apple's response could not be read .*\n${two} \\(device_assigned_date\\)\n`,
      ),
    );
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 8, stderr: "" });
    const [another = ""] = await rehearsal.add({ count: 1 });
    await rehearsal.control("DELETE", "/faults");
    await rehearsal.fault("unreadable-device", { serials: [two, another] });
    const more = await runOn(rehearsal, CRON);
    expect(more.exit).toBe(8);
    expect(more.stderr).toMatch(
      new RegExp(`^warning: 1 more device record \\(2 in total\\) in .*\n${another} \\(device_assigned_date\\)\n$`),
    );
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 8, stderr: "" });
    await rehearsal.control("DELETE", "/faults");
    expect((await runOn(rehearsal, CRON)).exit).toBe(0);
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
  });

  test("an unreadable record of a failed run is named by the next run", async () => {
    const rehearsal = await rehearsed();
    const [first] = rehearsal.simulated().keys();
    await rehearsal.fault("unreadable-device", { serials: [first] });
    await rehearsal.fault("terms", { after: 2, path: "/server/devices" });
    expect((await runOn(rehearsal, CRON)).exit).toBe(4);
    await rehearsal.control("DELETE", "/faults");
    await rehearsal.fault("unreadable-device", { serials: [first] });
    expect((await runOn(rehearsal, `${CRON} --full`)).stderr).toContain(`\n${first} (device_assigned_date)\n`);
  });

  test("names missing devices once, in both languages", async () => {
    const rehearsal = await rehearsed();
    await runOn(rehearsal, CRON);
    const serials = [...rehearsal.simulated().keys()].slice(0, 3);
    await rehearsal.control("POST", "/devices/release", { serials, silent: true });
    const { exit, stderr } = await runOn(rehearsal, `${CRON} --full`);
    expect(exit).toBe(0);
    expect(stderr).toMatch(
      /^warning: 3 devices are released: at Apple, released devices no longer belong to this MDM server; .*Devices.*\nSIM\w+( SIM\w+){2}\n$/,
    );
    expect(stderr.split("\n")[1]?.split(" ").toSorted()).toEqual(serials.toSorted());
    expect(await runOn(rehearsal, `${CRON} --full`)).toMatchObject({ exit: 0, stderr: "" });
    const gone = { ...DONE, created: 0, registered: 0, released: 1 };
    const { ja } = await runInBoth(CRON, { tenant: ending(gone, { adeSyncSerials: SERIALS }) });
    expect(ja.stderr).toBe(
      "警告: 1 台のデバイスが解除されました。Apple 側でこの MDM サーバから外れたデバイスです。「Devices」のデバイス情報と所有者はそのまま残ります\nSERIAL000001\n",
    );
  });

  test("reports devices to confirm each time, like the exit code", async () => {
    const rehearsal = await rehearsed();
    await runOn(rehearsal, CRON);
    const serials = [...rehearsal.simulated().keys()].slice(0, 8);
    await rehearsal.control("POST", "/devices/release", { serials, silent: true });
    const ran = await runOn(rehearsal, `${CRON} --full`);
    expect(ran).toMatchObject({ exit: 10, stderr: expect.stringContaining("--max-deletions 8") });
  });
});

test("without --quiet, names all devices that are not ready and all unreadable records each time", async () => {
  const rehearsal = await rehearsed();
  const [first] = rehearsal.simulated().keys();
  await rehearsal.fault("unreadable-device", { serials: [first] });
  for (let times = 0; times < 2; times += 1) {
    const { exit, stderr } = await runOn(rehearsal, "ade sync");
    expect(exit).toBe(8);
    expect(stderr).toMatch(
      /warning: 9 devices not ready: do not switch them on until they have an ADE profile\nADE profile state empty: SIM/,
    );
    expect(stderr).toMatch(/warning: 1 device record in Apple's response could not be read and was skipped; .*\nSIM/);
  }
});

test("does not report that all devices are ready if a record was skipped, in both languages", async () => {
  const run: AdeSync = { ...DONE, created: 0, registered: 0, unreadable: 1 };
  const at = (present: number) =>
    runInBoth("ade sync", {
      tenant: ending(run, {
        adeSyncUnreadable: UNREADABLE,
        ade: { ...READY, counts: { ...READY.counts, present, unreadable: 1 } },
      }),
    });
  const { en, ja } = await at(10);
  expect(en.stderr).toContain("all devices are ready to be switched on, except 1 device with an unreadable record\n");
  expect(ja.stderr).toContain("デバイス情報を読み取れなかった 1 台を除き、すべて準備ができています");
  expect((await at(0)).en.stderr).not.toContain("no device is assigned");
});

test("exits with 5 if another process is syncing, and with 7 if the sync was cut off", async () => {
  const locked = new Failure("locked", { what: text("another sync is running", "別の同期が実行中です") });
  expect(await run("ade sync", { tenant: { syncAde: locked } })).toMatchObject({ exit: 5 });
  const { exit, stderr } = await run("ade sync --lang en", { tenant: ending({ ...DONE, state: "cut-off" }) });
  expect(exit).toBe(7);
  expect(stderr).toContain("to resume the sync: clomoctl ade sync");
});
