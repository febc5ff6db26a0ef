import { describe, expect, onTestFinished, test } from "vitest";
import type { Ade, AdeSync } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { ROOT_ORG_ID } from "../../lib/model/organisation.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { text } from "../../lib/text/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
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

describe("what is asked for", () => {
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

test("the run is followed to its end; which kind, why, and what it came to are said in both languages", async () => {
  const { en, ja } = await inBoth("ade sync --fields kind,state,created,registered", { tenant });
  expect(en).toMatchObject({ exit: 0, stdout: "kind\tstate\tcreated\tregistered\nfull\tdone\t10\t10\n" });
  expect(en.stderr).toContain("full sync: no full one was completed yet\n");
  expect(en.stderr).toContain("endpoint: SIMULATOR http://127.0.0.1:8080; MDM server: SIMULATOR\n");
  expect(en.stderr).toContain("new: SERIAL000001");
  expect(ja.stderr).toContain("全件の取得: 全件の取得がまだ完了していないため\n");
});

test("devices that are not ready are named, with what to type", async () => {
  const devices = { items: [example<{ items: readonly object[] }>("findAdeDevices").items[0]], next: null };
  const profiles = { items: [{ ...example<{ items: readonly object[] }>("adeProfiles").items[0], name: "本社" }] };
  const answers = { ...tenant, ade: ADE, adeDevices: devices, adeProfiles: profiles };
  const { en, ja } = await inBoth("ade sync", { tenant: answers });
  expect(en.stderr).toContain("warning: 10 devices not ready: do not switch them on");
  expect(en.stderr).toContain("ADE profile: assigned: SERIAL000001\n");
  expect(en.stderr).toContain(
    "give it to all devices that have none: clomoctl ade profiles assign 本社 --unassigned\n",
  );
  expect(ja.stderr).toContain("電源を入れないでください");
});

test("where no device is assigned to the server, what to do is said", async () => {
  const counts = { present: 0, missing: 0, released: 0, notReady: 0, unreadable: 0 };
  const nothing: AdeSync = { ...DONE, created: 0, changed: 0, registered: 0, devices: 0 };
  const at = async (endpoint: Ade["endpoint"]) =>
    inBoth("ade sync", { tenant: { syncAde: nothing, ade: { ...ADE, endpoint, counts } } });
  const simulator = await at({ kind: "simulator", url: "http://127.0.0.1:8080" });
  expect(simulator.en.stderr).toContain(
    "clomoctl ade simulator do devices add --count 10 --url http://127.0.0.1:8080\n",
  );
  const apple = await at({ kind: "apple", url: "https://mdmenrollment.apple.com" });
  expect(apple.en.stderr).not.toContain("nothing has changed");
  expect(apple.ja.stderr).toContain("手順: clomoctl ade guide purchased --through commands\n");
});

test("what is new is named, and all are told to be ready", async () => {
  const one = { ...READY, counts: { ...READY.counts, present: 1 } };
  const { en, ja } = await inBoth("ade sync", { tenant: { ...tenant, ade: one } });
  expect(en.stderr).toContain("the device is ready to be switched on\n");
  expect(en.stderr).toContain("clomoctl devices set-owner SERIAL --user MAIL\n");
  expect(ja.stderr).toContain("デバイスの準備ができています");
});

test("a rehearsal in a mirror proposes no owners for devices that are not in Devices", async () => {
  const ade = { ...READY, mirror: true, counts: { ...READY.counts, present: 1 } };
  const { stderr } = await run("ade sync --lang en", {
    tenant: { ...tenant, adeSync: { ...DONE, created: 1, registered: 0 }, ade },
  });
  expect(stderr).toContain("a rehearsal adds nothing to Devices");
  expect(stderr).not.toContain("set-owner");
});

test("new devices that are all not ready are named once", async () => {
  const [device] = example<{ items: readonly object[] }>("findAdeDevices").items;
  const fresh: AdeSync = { ...DONE, created: 1, registered: 1 };
  const ade = { ...ADE, counts: { present: 1, missing: 0, released: 0, notReady: 1, unreadable: 0 } };
  const waiting = { items: [{ ...device, serialNumber: "SERIAL000001", profileStatus: "empty" }], next: null };
  const { stderr } = await run("ade sync --lang en", {
    tenant: { syncAde: fresh, ade, adeSyncSerials: SERIALS, adeDevices: waiting, adeProfiles: { items: [] } },
  });
  expect(stderr.match(/SERIAL000001/g)).toHaveLength(1);
  expect(stderr).toContain("empty: SERIAL000001\n");
  expect(stderr).toContain("make an ADE profile, which names your MDM server: clomoctl ade profiles create NAME");
});

test("on a terminal what did not happen has no line", async () => {
  const delta: AdeSync = { ...DONE, kind: "delta", reason: "full-recent", created: 0, changed: 0, registered: 0 };
  const { stdout, stderr } = await run("ade sync --lang en", {
    tenant: { syncAde: delta, ade: READY },
    terminal: { columns: 80 },
  });
  expect(stdout).toBe("kind   delta\nstate  done\n");
  expect(stderr).toContain("nothing has changed\n");
});

test("a run that changed one device and misses another is not told to have changed nothing", async () => {
  const ended: AdeSync = { ...DONE, created: 0, changed: 1, missing: 1, registered: 0 };
  const { stderr } = await run("ade sync --lang en", { tenant: { syncAde: ended, ade: READY } });
  expect(stderr).not.toContain("nothing has changed");
});

test("what waited and got through is told, and what waits still is not proposed to be assigned", async () => {
  const run1: AdeSync = { ...DONE, created: 0, changed: 0, registered: 0, assigned: 2 };
  const through = await inBoth("ade sync", { tenant: { syncAde: run1, ade: READY } });
  expect(through.en.stderr).toContain("2 devices got their ADE profile (assignments that waited");
  expect(through.en.stderr).not.toContain("nothing has changed");
  expect(through.ja.stderr).toContain("2 台に ADE プロファイルを割り当てました");
  const [device] = example<{ items: readonly object[] }>("findAdeDevices").items;
  const waiting = { devices: 3, notReady: 3, retryAt: "2026-11-20T03:52:00.000Z" };
  const ade: Ade = { ...ADE, counts: { ...ADE.counts, notReady: 3 }, waiting };
  const devices = { items: [{ ...device, profileStatus: "empty" }], next: null };
  const { en, ja } = await inBoth("ade sync", { tenant: { syncAde: run1, ade, adeDevices: devices } });
  expect(en.stderr).toMatch(/3 devices waiting for the assigned .* to try again after .*:52.*: clomoctl ade sync\n/);
  expect(en.stderr).not.toContain("profiles assign");
  expect(ja.stderr).toContain("割り当てを待っているデバイスが 3 台あります");
});

test("a delta is explained, and one that became a full one says why", async () => {
  const delta: AdeSync = { ...RUNNING, kind: "delta", reason: "resumed" };
  const ended: AdeSync = { ...DONE, kind: "full", reason: "cursor-refused", created: 0 };
  const { en, ja } = await inBoth("ade sync", { tenant: { syncAde: delta, adeSync: ended, ade: READY } });
  expect(en.stderr).toContain(
    "delta sync (only what has changed since): goes on where one was cut off\nfull sync: Apple no longer takes the last position\n",
  );
  expect(ja.stderr).toContain("差分の取得: 中断した取得の続き\n全件の取得: 前回の位置を Apple が受け付けないため\n");
});

test("a delta ends with what only a full one finds", async () => {
  const delta: AdeSync = { ...DONE, kind: "delta", reason: "full-recent", created: 0 };
  const { stderr } = await run("ade sync", { tenant: { syncAde: delta, ade: READY } });
  expect(stderr).toContain("a full sync finds it, once a day by itself: clomoctl ade sync --full\n");
});

const ASKED = "Type 7 to forget their ADE state here:";

describe("many devices that are gone", () => {
  const gone = ending(UNCONFIRMED);
  const released = { ...UNCONFIRMED, state: "done", released: 7, missing: 0 };

  test("are only marked without a terminal: exit 10, with what to type", async () => {
    const { en, ja } = await inBoth("ade sync --full", { tenant: { ...gone, adeSyncSerials: SERIALS } });
    expect(en).toMatchObject({ exit: 10 });
    expect(en.stderr).toContain("clomoctl ade sync --full --max-deletions 7");
    expect(en.requests.map(({ operation }) => operation)).not.toContain("releaseAdeDevices");
    expect(ja.stderr).toContain("7 台");
  });

  test("are released on a terminal where their number is typed", async () => {
    const typing = [[ASKED, "7\r"]] as const;
    const answers = { ...gone, releaseAdeDevices: released, adeSyncSerials: SERIALS };
    const { exit, requests } = await run("ade sync --full --lang en", {
      tenant: answers,
      terminal: { columns: 300, typing },
    });
    expect(exit).toBe(0);
    expect(requests).toContainEqual({ operation: "releaseAdeDevices", params: { id: DONE.id }, json: { count: 7 } });
  });

  test("and not where another is", async () => {
    const typing = [["Type 7 to forget their ADE state here:", "6\r"]] as const;
    const { exit, requests } = await run("ade sync --full --lang en", {
      tenant: { ...gone, adeSyncSerials: SERIALS },
      terminal: { columns: 300, typing },
    });
    expect(exit).toBe(3);
    expect(requests.map(({ operation }) => operation)).not.toContain("releaseAdeDevices");
  });
});

test("a run that failed is that failure, with its exit code", async () => {
  const error = new Failure("not-permitted", {
    what: text("terms are not signed", "利用規約に未同意"),
    hint: text("sign in", "サインイン"),
  }).toJSON();
  const failed: AdeSync = { ...DONE, state: "failed", error };
  const { en, ja } = await inBoth("ade sync", { tenant: ending(failed) });
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

  test("devices that are not ready are named with what to type, once per change", async () => {
    const rehearsal = await rehearsed();
    const first = await runOn(rehearsal, CRON);
    expect(first.exit).toBe(0);
    expect(first.stderr).toMatch(
      /^warning: 10 new or changed devices are not ready: do not switch them on .*\nSIM\w+( SIM\w+){9}\nmake an ADE profile, .*: clomoctl ade profiles create .*\n$/,
    );
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
    const [added = ""] = await rehearsal.add({ count: 1 });
    expect((await runOn(rehearsal, CRON)).stderr).toMatch(
      new RegExp(`^warning: 1 new or changed device is not ready: .*\n${added}\nmake `),
    );
    rehearsal.tenant.surroundings.time += 24 * 3_600_000;
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
  });

  test("devices whose profile Apple did not take are named with when a sync tries again, and ready ones are silent", async () => {
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
    expect(stderr).toMatch(
      /1 device waiting for the assigned ADE profile.* to try again after .*: clomoctl ade sync\n/,
    );
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
  });

  test("a record that cannot be read is named once, with exit 8 while it is so, and the rest is stored", async () => {
    const rehearsal = await rehearsed();
    await runOn(rehearsal, CRON);
    const [, two = ""] = await rehearsal.add({ count: 3 });
    await rehearsal.fault("unreadable-device", { serials: [two] });
    const ran = await runOn(rehearsal, `${CRON} --fields created,unreadable`);
    expect(ran).toMatchObject({ exit: 8, stdout: "created\tunreadable\n2\t1\n" });
    expect(ran.stderr).toMatch(
      new RegExp(
        `^warning: 1 device record in Apple's answer could not be read .*\n${two} \\(device_assigned_date\\)\n`,
      ),
    );
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 8, stderr: "" });
    const [another = ""] = await rehearsal.add({ count: 1 });
    await rehearsal.control("DELETE", "/faults");
    await rehearsal.fault("unreadable-device", { serials: [two, another] });
    const more = await runOn(rehearsal, CRON);
    expect(more.exit).toBe(8);
    expect(more.stderr).toMatch(
      new RegExp(`^warning: 1 more device record \\(2 in all\\) in .*\n${another} \\(device_assigned_date\\)\n$`),
    );
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 8, stderr: "" });
    await rehearsal.control("DELETE", "/faults");
    expect((await runOn(rehearsal, CRON)).exit).toBe(0);
    expect(await rehearsal.devices()).toEqual(rehearsal.simulated());
    expect(await runOn(rehearsal, CRON)).toMatchObject({ exit: 0, stderr: "" });
  });

  test("a record of a run that failed is named by the next one", async () => {
    const rehearsal = await rehearsed();
    const [first] = rehearsal.simulated().keys();
    await rehearsal.fault("unreadable-device", { serials: [first] });
    await rehearsal.fault("terms", { after: 2, path: "/server/devices" });
    expect((await runOn(rehearsal, CRON)).exit).toBe(4);
    await rehearsal.control("DELETE", "/faults");
    await rehearsal.fault("unreadable-device", { serials: [first] });
    expect((await runOn(rehearsal, `${CRON} --full`)).stderr).toContain(`\n${first} (device_assigned_date)\n`);
  });

  test("devices that are gone are named once, in both languages", async () => {
    const rehearsal = await rehearsed();
    await runOn(rehearsal, CRON);
    const serials = [...rehearsal.simulated().keys()].slice(0, 3);
    await rehearsal.control("POST", "/devices/release", { serials, silent: true });
    const { exit, stderr } = await runOn(rehearsal, `${CRON} --full`);
    expect(exit).toBe(0);
    expect(stderr).toMatch(
      /^warning: 3 devices are gone: Apple no longer has these .*Devices.*\nSIM\w+( SIM\w+){2}\n$/,
    );
    expect(stderr.split("\n")[1]?.split(" ").toSorted()).toEqual(serials.toSorted());
    expect(await runOn(rehearsal, `${CRON} --full`)).toMatchObject({ exit: 0, stderr: "" });
    const gone = { ...DONE, created: 0, registered: 0, released: 1 };
    const { ja } = await inBoth(CRON, { tenant: ending(gone, { adeSyncSerials: SERIALS }) });
    expect(ja.stderr).toBe(
      "警告: 1 台のデバイスが解除されました。Apple 側でこの MDM サーバから外れたデバイスです。「Devices」の記録と所有者は残ります\nSERIAL000001\n",
    );
  });

  test("devices to confirm are told each time, as the exit code says it", async () => {
    const rehearsal = await rehearsed();
    await runOn(rehearsal, CRON);
    const serials = [...rehearsal.simulated().keys()].slice(0, 8);
    await rehearsal.control("POST", "/devices/release", { serials, silent: true });
    const ran = await runOn(rehearsal, `${CRON} --full`);
    expect(ran).toMatchObject({ exit: 10, stderr: expect.stringContaining("--max-deletions 8") });
  });
});

test("without --quiet, all devices that are not ready are named each time, and unreadable records too", async () => {
  const rehearsal = await rehearsed();
  const [first] = rehearsal.simulated().keys();
  await rehearsal.fault("unreadable-device", { serials: [first] });
  for (let times = 0; times < 2; times += 1) {
    const { exit, stderr } = await runOn(rehearsal, "ade sync");
    expect(exit).toBe(8);
    expect(stderr).toMatch(/warning: 9 devices not ready: .*\nADE profile: empty: SIM/);
    expect(stderr).toMatch(/warning: 1 device record in Apple's answer could not be read and was skipped; .*\nSIM/);
  }
});

test("beside a record that was skipped, not all devices are told to be ready, in both languages", async () => {
  const run: AdeSync = { ...DONE, created: 0, registered: 0, unreadable: 1 };
  const at = (present: number) =>
    inBoth("ade sync", {
      tenant: ending(run, {
        adeSyncUnreadable: UNREADABLE,
        ade: { ...READY, counts: { ...READY.counts, present, unreadable: 1 } },
      }),
    });
  const { en, ja } = await at(10);
  expect(en.stderr).toContain("all but 1 device, whose record could not be read, are ready to be switched on\n");
  expect(ja.stderr).toContain("記録を読み取れなかった 1 台を除き、すべて準備ができています");
  expect((await at(0)).en.stderr).not.toContain("no device is assigned");
});

test("one that another process is at is 5, and one that was cut off 7", async () => {
  const locked = new Failure("locked", { what: text("another sync is running", "別の同期が実行中です") });
  expect(await run("ade sync", { tenant: { syncAde: locked } })).toMatchObject({ exit: 5 });
  const { exit, stderr } = await run("ade sync --lang en", { tenant: ending({ ...DONE, state: "cut-off" }) });
  expect(exit).toBe(7);
  expect(stderr).toContain("to go on with it: clomoctl ade sync");
});
