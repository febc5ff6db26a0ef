import { generateKeyPairSync } from "node:crypto";
import { EventEmitter } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeWithOpenssl, createServerToken, OpensslWorkspace } from "#support/apple/openssl.ts";
import type { RenewalItem, Tenant } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { EMPTY_TENANT_PROFILE } from "../../lib/nouns/tenant.ts";
import { parseExposition } from "#support/renewals/exposition.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { Rehearsal } from "#support/tenant/rehearsal.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { item } from "#support/commands/renewals/item.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-20T01:00:00Z");
const inDays = (days: number): Date => new Date(NOW + days * DAY_MS);
const due = (number: number, days: number, change: Partial<RenewalItem> = {}): RenewalItem =>
  item(number, { name: `in ${days}`, expiresAt: inDays(days).toISOString(), ...change });

const undated = item(9, { name: "謎", expiresAt: null });

/** A home that holds the embedded tenant, and contexts more: kanto, embedded too, and osaka, a remote one. */
async function homeWith({ others = false } = {}): Promise<string> {
  const home = freshFolder();
  mkdirSync(join(home, "tenants", "local"), { recursive: true });
  if (others) {
    await run("context add kanto --embedded --timezone Pacific/Honolulu", { home });
    await run("context add osaka --url https://osaka.example.jp", { home });
  }
  return home;
}

const SAYING = example<Tenant>("tenant", {
  profile: { ...EMPTY_TENANT_PROFILE, ios: false, macos: false, android: false },
});
const having = (...items: readonly RenewalItem[]) => ({ listRenewals: { items }, tenant: SAYING });

/** `renewals check` of an embedded tenant with these items. */
const checkOf = async (items: readonly RenewalItem[], words = "", more = {}) =>
  run(`renewals check ${words}`.trim(), { home: await homeWith(), tenant: having(...items), ...more });

function tokens(all: Readonly<Record<string, number | null>>): string {
  const folder = freshFolder();
  for (const [name, days] of Object.entries(all)) {
    writeFileSync(
      join(folder, `${name}.vpptoken`),
      days === null ? "broken" : createVppToken(inDays(days), `${name} 例`),
    );
  }
  return folder;
}

describe("recorded items", () => {
  test.each<[string, readonly RenewalItem[], number, string]>([
    ["far", [due(1, 91)], 0, "1 ok"],
    ["near", [due(1, 90), due(2, 91)], 1, "1 warning, 1 ok"],
    ["nearer", [due(1, 31)], 1, "1 warning"],
    ["urgent", [due(1, 30), due(2, 60)], 2, "1 critical, 1 warning"],
    ["over", [due(1, -1)], 2, "1 expired"],
    ["undated", [undated, due(1, 60)], 3, "1 unknown, 1 warning"],
    ["undated and over", [undated, due(1, -1)], 2, "1 expired, 1 unknown"],
  ])("%s: the worst item decides, with a summary in both languages", async (_, items, exit, english) => {
    const home = await homeWith();
    const { en, ja } = await runInBoth("renewals check", { home, tenant: having(...items) });
    expect(en).toMatchObject({ exit, requests: [{ operation: "listRenewals" }, { operation: "tenant" }] });
    const counted = items.filter(({ expiresAt }) => expiresAt === null || expiresAt <= inDays(90).toISOString());
    expect(en.stdout.split("\n").slice(counted.length)).toEqual([english, ""]);
    expect(ja).toMatchObject({ exit });
  });

  test.each([
    ["--within 60d", 60, 1],
    ["--within 59d", 60, 0],
    ["--within 9w", 63, 1],
    ["--critical 2w", 15, 1],
    ["--critical 2w", 14, 2],
    ["--critical 100d", 100, 2],
    ["--within 10d", 10, 2],
    ["--within 10d --critical 5d", 10, 1],
    // in Tokyo it is 10 o'clock, in UTC 1 o'clock
    ["--critical 14d --timezone UTC", 14.7, 2],
    ["--critical 14d", 14.7, 1],
  ])("%s with an item due in %f days exits with %i", async (words, days, exit) => {
    expect(await checkOf([due(1, days)], words)).toMatchObject({ exit });
  });

  test("are listed for programs with words that never change, the most urgent first", async () => {
    const items = [
      due(1, 400),
      undated,
      due(2, 10, { organisation: "本社", topic: "t", fingerprint: "ab".repeat(32) }),
    ];
    const { stdout } = await checkOf(items, "--format json --lang ja");
    const rows = JSON.parse(stdout) as readonly Record<string, unknown>[];
    expect(rows.map(({ level, name }) => `${String(level)} ${String(name)}`)).toEqual([
      "critical in 10",
      "unknown 謎",
      "ok in 400",
    ]);
    expect(rows[0]).toEqual({
      level: "critical",
      tenant: "local",
      group: "renewals",
      what: "other date in 10 expires on 2026-11-30, 10 days left",
      next: "clomoctl renewals guide 'in 10' --context local",
      id: `renewals ${due(2, 10).id} critical`,
      kind: "custom",
      name: "in 10",
      expiresAt: "2026-11-30T01:00:00.000Z",
      daysLeft: 10,
    });
    expect(rows[1]).toMatchObject({ what: "other date 謎: no expiry date is recorded" });
  });

  test("what is due is one line with a command, and --quiet prints nothing if all is well", async () => {
    const push = due(2, 12, { name: "本社", kind: "push-certificate" });
    const home = await homeWith();
    const { en } = await runInBoth("renewals check --quiet", { home, tenant: having(due(1, 60), push, due(3, 400)) });
    expect(en.stdout).toBe(
      "CRITICAL local: MDM push certificate 本社 expires on 2026-12-02, 12 days left: clomoctl renewals guide 本社 --context local\n" +
        "WARNING local: other date in 60 expires on 2027-01-19, 60 days left: clomoctl renewals guide 'in 60' --context local\n",
    );
    expect(await checkOf([due(1, 400)], "--quiet")).toMatchObject({ stdout: "", stderr: "" });
  });

  test("an empty check is unknown and does not create a tenant", async () => {
    const home = freshFolder();
    const { en } = await runInBoth("renewals check", { home });
    expect(en).toMatchObject({ exit: 3, requests: [], stdout: expect.stringContaining("its file is missing") });
    expect(existsSync(join(home, "tenants"))).toBe(false);
    expect(await checkOf([])).toMatchObject({ exit: 3, stdout: "no expiry date to check\n" });
  });
});

describe("a tenant in which nothing is recorded", () => {
  const silent = { ...having(), tenant: example<Tenant>("tenant", { profile: EMPTY_TENANT_PROFILE }) };
  const line = "UNKNOWN local: no date is recorded: clomoctl renewals add FOLDER --context local\n";

  test("is unknown, alone and among tenants that are well, until it says that it has none", async () => {
    const home = await homeWith({ others: true });
    mkdirSync(join(home, "tenants", "kanto"));
    const { en } = await runInBoth("renewals check --context local", { home, tenants: { local: silent } });
    expect(en).toMatchObject({ exit: 3, stdout: `${line}1 unknown\n` });
    const tenants = { local: silent, kanto: having(due(2, 200)), osaka: having(due(3, 200)) };
    const { en: all } = await runInBoth("renewals check --all-contexts", { home, tenants });
    expect(all).toMatchObject({ exit: 3, stdout: `${line}1 unknown, 2 ok\n` });
    const said = { home, tenants: { ...tenants, local: having() } };
    expect(await run("renewals check --all-contexts", said)).toMatchObject({ exit: 0, stdout: "2 ok\n" });
  });
});

describe("--all-contexts", () => {
  test("checks each tenant in its own time zone, and reports an unreadable tenant as unknown", async () => {
    const home = await homeWith({ others: true });
    mkdirSync(join(home, "tenants", "kanto"));
    const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" } });
    const tenants = { local: having(due(1, 100)), kanto: having(due(2, 200)), osaka: locked };
    const line = "renewals check --all-contexts --fields level,tenant,name,expiresAt,kind,what";
    const { en } = await runInBoth(line, { home, tenants });
    expect(en).toMatchObject({ exit: 3 });
    expect(en.stdout).toBe(
      [
        "level\ttenant\tname\texpiresAt\tkind\twhat",
        "unknown\tosaka\tosaka\t\t\tcannot read the tenant: locked by 7",
        "ok\tlocal\tin 100\t2027-02-28T01:00:00.000Z\tcustom\tother date in 100 expires on 2027-02-28, 100 days left",
        "ok\tkanto\tin 200\t2027-06-08T01:00:00.000Z\tcustom\tother date in 200 expires on 2027-06-07, 200 days left",
        "",
      ].join("\n"),
    );
  });

  test("a tenant that fails unexpectedly is unknown, too", async () => {
    const tenant = () => Promise.reject(new TypeError("the wire is cut"));
    const { exit, stdout } = await run("renewals check", { home: await homeWith(), tenant });
    expect(exit).toBe(3);
    expect(stdout).toContain("UNKNOWN local: cannot read the tenant: the wire is cut\n");
  });
});

describe("files and folders", () => {
  test("are checked instead of recorded items, and unreadable files are reported by name", async () => {
    const folder = tokens({ far: 400, near: 60, bad: null });
    const line = "renewals check . gone.pem --fields level,kind,name,tenant";
    const { en } = await runInBoth(line, { folder });
    expect(en).toMatchObject({ exit: 3, requests: [] });
    expect(en.stdout).toBe(
      [
        "level\tkind\tname\ttenant",
        "unknown\t\tbad.vpptoken\tbad.vpptoken",
        "unknown\t\tgone.pem\tgone.pem",
        "warning\tvpp-token\tnear 例\tnear.vpptoken",
        "ok\tvpp-token\tfar 例\tfar.vpptoken",
        "",
      ].join("\n"),
    );
    const { stdout } = await run("renewals check . gone.pem", { folder });
    expect(stdout).toMatch(
      /^UNKNOWN bad\.vpptoken: .+\nUNKNOWN gone\.pem: .+\nWARNING near\.vpptoken: .+\n2 unknown, 1 warning, 1 ok\n$/,
    );
  });

  test("- is stdin, of which no more is read than a token can have", async () => {
    const line = "renewals check - --fields level,tenant";
    const token = createVppToken(inDays(60), "例");
    expect(await run(line, { stdin: token })).toMatchObject({ exit: 1, stdout: "level\ttenant\nwarning\t-\n" });
    const long = await run(line, { stdin: token + "\n".repeat(1024 * 1024) });
    expect(long).toMatchObject({ exit: 3, stdout: "level\ttenant\nunknown\t-\n" });
    const most = Buffer.from(token + "\n".repeat(1024 * 1024 - token.length));
    expect(await run(line, { stdin: most })).toMatchObject({ exit: 1 });
    expect(await run(line, { stdin: Readable.from([most, Buffer.from("\n")]) })).toMatchObject({ exit: 3 });
    let read = 0;
    const endless = Readable.from(
      (function* () {
        for (; read < 100; read += 1) yield Buffer.alloc(256 * 1024);
      })(),
    );
    expect(await run(line, { stdin: endless })).toMatchObject({ exit: 3 });
    expect(read).toBeLessThan(30);
  });

  test("a key in a folder is left out, but a key that is given is unknown", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    const folder = tokens({ a: 400 });
    writeFileSync(join(folder, "a.pem"), pem);
    expect((await run("renewals check . --fields level", { folder })).stdout).toBe("level\nok\n");
    expect((await run("renewals check - --fields level,tenant", { stdin: pem })).stdout).toBe(
      "level\ttenant\nunknown\t-\n",
    );
  });

  test.each([
    ["renewals check a.vpptoken --key words.key", "not a private key"],
    ["renewals check a.vpptoken --key gone.key", "gone.key"],
  ])("%s is refused", async (line, said) => {
    const folder = tokens({ a: 400 });
    writeFileSync(join(folder, "words.key"), "本日は晴天なり");
    expect(await run(line, { folder })).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining(said) });
  });
});

describeWithOpenssl("what openssl makes", () => {
  test("last year's push certificate next to the new certificate is superseded and does not count", async () => {
    const workshop = new OpensslWorkspace();
    onTestFinished(() => workshop.close());
    const folder = freshFolder();
    const write = (name: string, topic: string, to: string, from = "20260101000000Z") => {
      const subject = `/UID=com.apple.mgmt.External.${topic}/CN=APSP:${topic}`;
      const made = workshop.certificate({ subject, key: "ec", from, to });
      writeFileSync(join(folder, name), made.certificate);
    };
    write("2026.pem", "1", "20261101000000Z");
    write("2027.pem", "1", "20271101000000Z");
    write("other.pem", "2", "20280101000000Z");
    const { en } = await runInBoth("renewals check . --fields tenant,level,what", { folder });
    expect(en).toMatchObject({ exit: 0 });
    expect(en.stdout).toMatch(
      /^tenant\tlevel\twhat\n2027\.pem\tok\t.*\nother\.pem\tok\t.*\n2026\.pem\tok\t.*superseded by 2027\.pem\n$/,
    );
    expect((await run("renewals check .", { folder })).stdout).toBe("2 ok, 1 superseded: 2026.pem\n");
    const kept = await runInBoth("renewals add . --owner x", {
      folder,
      tenant: { listRenewals: { items: [] }, addRenewal: item(1) },
    });
    expect(kept.en.stderr).toContain("2026.pem: not recorded: superseded by 2027.pem\n");
    const watched = await run("renewals check . --nagios", { folder });
    expect(parsePluginOutput(watched.stdout).figures.map(({ label }) => label)).toEqual([
      "findings",
      "2027.pem push-certificate",
      "other.pem push-certificate",
    ]);
    write("2027.pem", "1", "20271101000000Z", "20261201000000Z");
    expect(await run("renewals check . --quiet", { folder })).toMatchObject({
      exit: 2,
      stdout: expect.stringMatching(
        /^EXPIRED 2026\.pem: MDM push certificate push-certificate .*: clomoctl renewals guide push-certificate\n/,
      ),
    });
  });

  test("--key opens a server token, even from stdin, and without it the file name is read", async () => {
    const workshop = new OpensslWorkspace();
    onTestFinished(() => workshop.close());
    const own = workshop.certificate({ subject: "/CN=own" });
    const plain = workshop.file("token", createServerToken(inDays(10).toISOString()));
    const sealed = workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", plain, own.certificateFile);
    const folder = freshFolder();
    const name = "本社_Token_2026-11-19T05-00-00Z_smime.p7m";
    writeFileSync(join(folder, name), sealed);
    const line = ["renewals", "check", name, "--fields", "level,what"];
    expect(await run(line, { folder })).toMatchObject({ exit: 0, stdout: expect.stringContaining("expires on ~2027") });
    const opened = { exit: 2, stdout: expect.stringMatching(/\ncritical\tADE server token .* expires on 2026-11-30/) };
    expect(await run([...line, "--key", own.keyFile], { folder })).toMatchObject(opened);
    const fromStdin = ["renewals", "check", "-", "--key", own.keyFile, "--fields", "level,what"];
    expect(await run(fromStdin, { stdin: sealed })).toMatchObject(opened);
  });
});

describe("a server token that Apple rejected", () => {
  /** A tenant whose token Apple rejects, if told so, after a sync; and what is checked there. */
  const checkedAfter = async (isRejected: boolean, words: string, isMirror = false) => {
    const rehearsal = new Rehearsal({ devices: 2 });
    onTestFinished(() => rehearsal[Symbol.asyncDispose]());
    const { tenant } = rehearsal;
    // administrators as CLOMO recommends them, so that nothing else is to be reported
    tenant.addAdministrator();
    await addTestAccount(tenant, { name: "second", role: "system" });
    tenant.database.run("update account set supportOption = 1, noticeMail = 1");
    await rehearsal.setUp();
    await rehearsal.sync();
    if (isRejected) {
      await rehearsal.reject();
    }
    if (isMirror) tenant.database.run("update tenant set mirroredAt = '2026-04-01T00:00:00.000Z'");
    const now = new Date(tenant.surroundings.time);
    const circumstances = { home: await homeWith(), tenant: tenant.fetch, now };
    return runInBoth(`renewals check ${words}`, circumstances);
  };

  test("is critical for monitoring", async () => {
    const { en } = await checkedAfter(true, "--nagios");
    expect(en.exit).toBe(2);
    expect(parsePluginOutput(en.stdout)).toMatchObject({
      status: "CRITICAL",
      said: expect.stringContaining("Apple rejected"),
    });
    const { en: metrics } = await checkedAfter(true, "--prometheus -");
    expect(parseExposition(metrics.stdout).find(({ name }) => name === "clomoctl_renewal_state")?.value).toBe(2);
  });

  test("is judged by its date before the rejection, and in a mirror", async () => {
    expect((await checkedAfter(false, "--nagios")).en).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^RENEWALS OK/),
    });
    const mirror = await checkedAfter(true, "--prometheus -", true);
    expect(mirror.en.exit).toBe(0);
  });
});

describe("--nagios", () => {
  test("a check that cannot run is UNKNOWN on stdout and reported on stderr", async () => {
    const { en } = await runInBoth("renewals check --nagios --context nowhere");
    expect(en).toMatchObject({ exit: 3, stderr: expect.stringMatching(/^error: .*nowhere/) });
    expect(parsePluginOutput(en.stdout)).toMatchObject({ status: "UNKNOWN", said: expect.stringContaining("nowhere") });
  });

  test("a check that fails unexpectedly is UNKNOWN on stdout", async () => {
    const stdin = new Readable({ read: () => stdin.destroy(new TypeError("the pipe is cut")) });
    const ran = await run("renewals check - --nagios", { stdin });
    expect(ran).toMatchObject({ exit: 3, stderr: expect.stringContaining("the pipe is cut") });
    expect(parsePluginOutput(ran.stdout)).toMatchObject({
      status: "UNKNOWN",
      said: expect.stringMatching(/^unexpected error/i),
    });
  });
});

describe("an interruption", () => {
  test("is not a check result, but keeps its own exit code and an empty stdout, in both languages", async () => {
    const home = await homeWith();
    for (const [name, exit] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      const signals = new EventEmitter();
      const listRenewals = (): Failure => {
        signals.emit(name);
        return new Failure("unavailable", { what: { en: "no answer", ja: "応答なし" } });
      };
      const { en } = await runInBoth("renewals check --nagios", { home, signals, tenant: { listRenewals } });
      expect(en).toMatchObject({ exit, stdout: "", stderr: "error: interrupted: nothing was changed\n" });
    }
  });

  test("ends the check before the next tenant or the next file", async () => {
    const home = await homeWith({ others: true });
    const signals = new EventEmitter();
    const listRenewals = (): unknown => {
      signals.emit("SIGTERM");
      return { items: [due(1, 10)] };
    };
    const tenants = { local: { listRenewals }, osaka: {} };
    const ofTenants = await run("renewals check --all-contexts", { home, signals, tenants });
    expect(ofTenants).toMatchObject({ exit: 143, stdout: "" });
    const stdin = Readable.from(
      (function* () {
        signals.emit("SIGTERM");
        yield Buffer.from(createVppToken(inDays(10), "例"));
      })(),
    );
    const ofFiles = await run("renewals check - a.vpptoken", { folder: tokens({ a: 400 }), signals, stdin });
    expect(ofFiles).toMatchObject({ exit: 143, stdout: "" });
  });
});

describe("--prometheus", () => {
  const NAMES = [
    "clomoctl_renewal_expiry_timestamp_seconds",
    "clomoctl_renewal_unreadable",
    "clomoctl_renewal_state",
    "clomoctl_findings",
    "clomoctl_check_timestamp_seconds",
  ];

  test("with --nagios, an unwritable file is in the line, which matches the exit code", async () => {
    const home = await homeWith();
    const words = `renewals check --nagios --prometheus ${join(home, "nowhere", "a.prom")}`;
    const ran = await run(`${words} --lang en`, { home, tenant: having(due(1, 400)) });
    expect(ran.exit).toBe(3);
    expect(parsePluginOutput(ran.stdout)).toMatchObject({
      status: "UNKNOWN",
      said: expect.stringContaining("the folder for this file does not exist"),
    });
  });

  test("also writes the metrics to a file and shows the list", async () => {
    const folder = freshFolder();
    const ran = await checkOf([due(1, 10)], "--prometheus a.prom --fields name", { folder });
    expect(ran).toMatchObject({ exit: 2, stdout: "name\nin 10\n", stderr: "" });
    const samples = parseExposition(readFileSync(join(folder, "a.prom"), "utf8"));
    expect(samples.map(({ name }) => name)).toEqual(NAMES);
    expect(samples[0]?.value).toBe(inDays(10).getTime() / 1000);
    expect(samples[4]?.value).toBe(NOW / 1000);
  });
});

describe("refuses options that are wrong or cannot be combined, and checks nothing", () => {
  test.each([
    ["--nagios --format json", "--nagios cannot be used with"],
    ["--nagios --prometheus -", "--nagios cannot be used with"],
    ["--within 30d --critical 90d", "--within 30d --critical 90d"],
    ["--within soon", "--within must be a number of days or weeks, such as 90d or 12w, not soon"],
    ["--bogus", "--bogus"],
    ["--context nowhere", "nowhere"],
    ["--timezone Mars/Olympus", "Mars/Olympus"],
  ])("%s", async (words, english) => {
    const circumstances = { home: await homeWith(), folder: tokens({ a: 400 }), tenant: {} };
    const { en, ja } = await runInBoth(`renewals check ${words}`, circumstances);
    expect(en).toMatchObject({ exit: 3, requests: [], stderr: expect.stringContaining(english) });
    // a monitoring system reads why on stdout
    const line = words.includes("--nagios") ? /^RENEWALS UNKNOWN - [^\n]+\n$/ : /^$/;
    for (const { stdout } of [en, ja]) expect(stdout).toMatch(line);
  });
});
