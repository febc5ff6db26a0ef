import { describe, expect, onTestFinished, test } from "vitest";
import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { text } from "../../lib/text/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const LINE = "ade status --nagios";

// what commands are told stands at 2026-11-20T01:00:00Z
const ADE: Ade = {
  ...example<Ade>("ade"),
  lastSyncAt: "2026-11-20T00:00:00.000Z",
  counts: { present: 10, missing: 0, released: 0, notReady: 0, unreadable: 0 },
};
const { token: TOKEN, sync: SYNC } = ADE as { token: NonNullable<Ade["token"]>; sync: NonNullable<Ade["sync"]> };

const failed = (code: "unavailable" | "not-permitted"): Ade["sync"] => ({
  ...SYNC,
  state: "failed",
  error: new Failure(code, { what: text("refused | no", "拒否 | 不可") }).toJSON(),
});

test.each<[string, Partial<Ade>, number, string, RegExp]>([
  ["well", {}, 0, "OK", /^10 devices, no problems$/],
  [
    "not ready",
    { counts: { ...ADE.counts, notReady: 2 } },
    1,
    "WARNING",
    /do not switch them on yet: clomoctl ade devices list --not-ready$/,
  ],
  [
    "expired, and nobody has tried it since",
    { token: { ...TOKEN, expiresAt: "2026-11-20T00:59:59.000Z" } },
    2,
    "CRITICAL",
    /^the server token has expired: clomoctl ade token set FILE$/,
  ],
  ["missing", { counts: { ...ADE.counts, missing: 2 } }, 1, "WARNING", /^2 devices missing at Apple: clomoctl /],
  ["overdue", { lastSyncAt: "2026-11-17T00:00:00.000Z" }, 1, "WARNING", /^no sync has completed for 3 days/],
  [
    "not reached",
    { sync: failed("unavailable") },
    1,
    "WARNING",
    /^the last sync failed: refused _ no: clomoctl ade status$/,
  ],
  [
    "terms",
    { sync: failed("not-permitted"), counts: { ...ADE.counts, notReady: 1 } },
    2,
    "CRITICAL",
    /^the last sync failed: .*; 1 device without/,
  ],
  [
    "token",
    { token: { ...TOKEN, rejectedAt: "2026-11-19T00:00:00.000Z" } },
    2,
    "CRITICAL",
    /^Apple rejected the server token/,
  ],
  ["no token", { token: null }, 3, "UNKNOWN", /^no server token is set$/],
  [
    "a mirror",
    { mirror: true, counts: { ...ADE.counts, notReady: 2 } },
    3,
    "UNKNOWN",
    /^not monitored by clomoctl: this tenant is a mirror, and the console syncs the devices$/,
  ],
])("%s is one line on stdout, in both languages", async (_, change, exit, status, said) => {
  const { en, ja } = await runInBoth(LINE, { tenant: { ade: { ...ADE, ...change } } });
  expect(en).toMatchObject({ exit, stderr: "" });
  expect(parsePluginOutput(en.stdout)).toMatchObject({ status, service: "ADE", said: expect.stringMatching(said) });
  expect(ja).toMatchObject({ exit, stderr: "" });
  expect(parsePluginOutput(ja.stdout)).toMatchObject({
    status,
    said: expect.stringMatching(/\p{Script=Hiragana}|\p{Script=Han}/u),
  });
});

test("the figures are devices by state and the age of the last sync, with warning ranges", async () => {
  const ade = { ...ADE, counts: { present: 10, missing: 1, released: 4, notReady: 2, unreadable: 3 } };
  const { figures } = parsePluginOutput((await run(LINE, { tenant: { ade } })).stdout);
  expect(figures.map(({ label, value, unit, warns }) => [label, value, unit, warns(value)])).toEqual([
    ["devices", 10, "", false],
    ["not ready", 2, "", true],
    ["missing", 1, "", true],
    ["unreadable", 3, "", true],
    ["sync age", 3600, "s", false],
  ]);
  expect([172_800, 172_801].map((age) => figures[4]?.warns(age))).toEqual([false, true]);
});

describe("a failure is unknown on stdout and is reported on stderr", () => {
  test.each([
    [
      "a tenant that cannot be reached",
      LINE,
      { tenant: new Failure("unavailable", { what: text("not there", "ありません") }) },
    ],
    ["a context that does not exist", `${LINE} --context nowhere`, {}],
    ["an unknown option", `${LINE} --bogus`, {}],
    ["another format", `${LINE} --format json`, { tenant: {} }],
  ])("%s", async (_, words, circumstances) => {
    const { en, ja } = await runInBoth(words, circumstances);
    expect(en).toMatchObject({ exit: 3, stderr: expect.stringMatching(/^error: /) });
    expect(parsePluginOutput(en.stdout)).toMatchObject({ service: "ADE", status: "UNKNOWN" });
    expect(parsePluginOutput(ja.stdout)).toMatchObject({ status: "UNKNOWN" });
    expect(ja.exit).toBe(3);
  });
});

test("a token that Apple rejects in a real sync is critical until another token is set", async () => {
  const rehearsal = new Rehearsal({ devices: 3 });
  onTestFinished(() => rehearsal[Symbol.asyncDispose]());
  await rehearsal.setUp();
  const { tenant } = rehearsal;
  const status = async (): Promise<string> => {
    const { stdout } = await run(`${LINE} --lang en`, {
      tenant: tenant.fetch,
      now: new Date(tenant.surroundings.time),
    });
    return parsePluginOutput(stdout).status;
  };
  await rehearsal.sync();
  expect(await status()).toBe("WARNING");
  await rehearsal.fault("token-rejected");
  await rehearsal.sync();
  expect(await status()).toBe("CRITICAL");
  await rehearsal.control("DELETE", "/faults");
  await rehearsal.newToken();
  expect(await status()).toBe("WARNING");
});
