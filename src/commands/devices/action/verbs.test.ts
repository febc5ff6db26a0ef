import { EXAMPLE_DEVICE_ACTION } from "#support/examples.ts";
import { expect, test } from "vitest";
import type { Device, DeviceAction, WrittenDevice } from "../../../lib/client/index.ts";
import { run, runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after: one } = example<WrittenDevice>("editDevice");
const other: Device = { ...one, id: one.id.replace(/.$/, "9"), serialNumber: "S2" };
const action = EXAMPLE_DEVICE_ACTION;
const findDevices = ({ query }: { query?: Record<string, string> }) => ({
  items: { S1: [one], S2: [other] }[query?.["name"] ?? ""] ?? [],
});
const write = (after: DeviceAction, consoleTask: number | null = null) => ({
  before: null,
  after,
  consoleTask,
  dryRun: false,
});
const tenant = { findDevices, "device-actions.create": { items: [write(action, 7)] } };

test.each([
  ["lost-mode", " --message m --phone-number 03 --reason r", { message: "m", phoneNumber: "03", reason: "r" }],
  ["end-lost-mode", "", {}],
  ["message", " --message t", { message: "t" }],
  ["rename", " --device-name n", { deviceName: "n" }],
  ["wallpaper", " --picture logo.png --screen both", { picture: "logo.png", screen: "both" }],
])("seed 003, 12: devices action %s S1%s", async (kind, words, json) => {
  const { en } = await runInBoth(`devices action ${kind} S1${words}`, { tenant });
  expect(en.requests.at(-1)).toEqual({
    operation: "device-actions.create",
    json: { kind, ids: [one.id], dryRun: false, ...json },
  });
  expect(en.stderr).toContain(`created: SERIAL000001 ${kind}\nmake the same change in the console: `);
});

test("records one action for several devices, and shows them as a list", async () => {
  const items = [write(action), write({ ...action, serialNumber: "S2" })];
  const answers = { ...tenant, "device-actions.create": { items } };
  const { requests, stderr } = await run("devices action message S1 S2 S1 --message t", { tenant: answers });
  expect(requests.at(-1)).toMatchObject({ json: { ids: [one.id, other.id] } });
  expect(stderr).toBe(
    "created: SERIAL000001 message\ncreated: S2 message\nonly a record: nothing is sent to devices\n",
  );
});

test("names all unknown devices, and records nothing", async () => {
  const { exit, stderr, requests } = await run("devices action rename X1 S1 X2 --device-name n", {
    tenant: { findDevices },
  });
  expect([exit, stderr]).toEqual([6, expect.stringContaining('no device matches "X1, X2"')]);
  expect(requests.map(({ operation }) => operation)).toEqual(["findDevices", "findDevices", "findDevices"]);
});

test.each([
  ["end-lost-mode S1 --message m", "--message"],
  ["message S1 --message m --picture logo.png", "--picture"],
  ["message S1", "--message"],
  ["rename S1", "--device-name"],
  ["wallpaper S1 --picture logo.png", "--screen"],
])("devices action %s is a usage error", async (words, named) => {
  const { exit, stderr } = await run(`devices action ${words}`);
  expect([exit, stderr]).toEqual([2, expect.stringContaining(named)]);
});

test("help says that nothing is sent to devices", async () => {
  const { stdout } = await run("devices action message --help-all");
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("record an action (nothing is sent): message");
});

test("a device is shown with its actions", async () => {
  const answers = {
    findDevices,
    "device-actions.find": { items: [action, { ...action, kind: "message", message: null }] },
    "config-profiles.list": { items: [], next: null },
    "apps.list": { items: [], next: null },
  };
  const { stdout } = await run("devices show S1 --format json", { tenant: answers });
  expect((JSON.parse(stdout) as { actions: unknown }).actions).toMatchObject([{ id: action.id }, { kind: "message" }]);
  const shown = await run("devices show S1", { tenant: answers, terminal: { columns: 200 } });
  expect(shown.stdout).toContain(`lost mode, ${action.message}, 外出先で紛失, 山田 花子; `);
  expect(shown.stdout).toContain(" message, 外出先で紛失, 山田 花子\n");
});

test("lost devices are a filter of the list", async () => {
  const { requests } = await run("devices list --lost", { tenant: { devices: { items: [], next: null } } });
  expect(requests).toEqual([{ operation: "devices", query: { lost: "true" } }]);
});

test("actions are listed, newest first, also as CSV", async () => {
  const answers = { "device-actions.list": { items: [action], next: null } };
  const { stdout, requests } = await run("devices action list --limit 1 --device S1 --format csv", { tenant: answers });
  expect(stdout.split("\n")[0]?.trim()).toBe("serialNumber,kind,message,deviceName,reason,by,createdAt");
  const query = { limit: "1", serialNumber: "S1", desc: "true" };
  expect(requests).toMatchObject([{ operation: "device-actions.list", query }]);
});

test.each(["ja", "en"] as const)("in %s, neither serial number nor time is cut at 80 columns", async (lang) => {
  const long = { ...action, deviceName: "営業部の共用の端末 1", reason: "外出先で紛失したという連絡", by: "山田 花子" };
  const answers = { "device-actions.list": { items: [long, { ...long, serialNumber: "ABCDEF123456" }], next: null } };
  const { stdout } = await run(`devices action list --lang ${lang}`, { tenant: answers, terminal: { columns: 80 } });
  for (const whole of ["ABCDEF123456", "SERIAL000001", "2026-11-20 10:23"]) expect(stdout).toContain(whole);
});
