import { expect, test } from "vitest";
import type { Ade, AdeDeviceRecord } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { PROFILE } from "#support/commands/ade/profiles.ts";

const ade = example<Ade>("ade");
const [device] = example<{ items: readonly [AdeDeviceRecord] }>("findAdeDevices").items;

test.each<[Partial<AdeDeviceRecord>, string, string]>([
  [{ profileStatus: "assigned" }, "ready to be switched on", "電源を入れて設定を始められます"],
  [{ profileStatus: "pushed" }, "ready to be switched on", "電源を入れて設定を始められます"],
  [
    { profileStatus: "empty" },
    "do not switch this device on yet, because it does not have an ADE profile:",
    "まだ電源を入れないでください",
  ],
  [{ profileStatus: null }, "clomoctl ade profiles assign 本社 SERIAL000001", "clomoctl ade profiles assign 本社"],
  [{ state: "missing" }, "the last full sync did not find this device", "見つかりませんでした"],
  [{ state: "released" }, "Apple no longer lists this device for this MDM server", "解除されています"],
])("%j: says whether the device can be switched on", async (change, english, japanese) => {
  const tenant = { ade, findAdeDevices: { items: [{ ...device, ...change }] }, adeProfiles: { items: [PROFILE] } };
  const { en, ja } = await runInBoth("ade devices show SERIAL000001 --fields serialNumber", { tenant });
  expect(en).toMatchObject({ exit: 0, stdout: "serialNumber\nSERIAL000001\n" });
  expect(en.stderr).toContain(english);
  expect(ja.stderr).toContain(japanese);
});

test("shows the name of the profile, and Apple's ID to programs as well", async () => {
  const tenant = { ade, findAdeDevices: { items: [device] }, adeProfiles: { items: [PROFILE] } };
  const { en, ja } = await runInBoth("ade devices show SERIAL000001 --format table", { tenant });
  expect(en.stdout).toMatch(/^ADE profile +本社\n/m);
  expect(ja.stdout).toMatch(/^ADE プロファイル +本社\n/m);
  const { stdout } = await run("ade devices show SERIAL000001 --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ profileName: "本社", profileUuid: PROFILE.uuid });
});

test("for a device without a profile, proposes to create a profile or to choose one of several", async () => {
  const showing = async (...items: readonly object[]) => {
    const tenant = { ade, findAdeDevices: { items: [{ ...device, profileStatus: "empty" }] }, adeProfiles: { items } };
    return (await run("ade devices show SERIAL000001", { tenant })).stderr;
  };
  expect(await showing()).toContain("clomoctl ade profiles create NAME --url HTTPS-URL");
  const others = ["支社", "工場"].map((name, at) => ({
    ...PROFILE,
    id: `0199c000-0000-7000-8000-00000000009${at}`,
    name,
    automatic: [],
  }));
  expect(await showing(...others)).toContain("clomoctl ade profiles assign NAME SERIAL000001");
  expect(await showing(PROFILE, ...others)).toContain("clomoctl ade profiles assign 本社 SERIAL000001");
});

test("a device whose profile Apple deferred waits, and no assignment is proposed", async () => {
  const waiting = { devices: 1, notReady: 1, retryAt: "2026-11-20T03:52:00.000Z" };
  const showing = (notReady: number) =>
    runInBoth("ade devices show SERIAL000001", {
      tenant: {
        ade: { ...ade, counts: { ...ade.counts, notReady }, waiting },
        findAdeDevices: { items: [{ ...device, profileStatus: "empty" }] },
        adeProfiles: { items: [PROFILE] },
      },
    });
  const { en, ja } = await showing(1);
  expect(en.stderr).toMatch(/an assignment is pending\n1 device waiting .* after .*:52.*: clomoctl/);
  expect(en.stderr).not.toContain("profiles assign");
  expect(ja.stderr).toContain("割り当て待ちです");
  expect((await showing(2)).en.stderr).toMatch(/profiles assign 本社 SERIAL000001\n1 device waiting/);
});
