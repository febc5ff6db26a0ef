import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Ade, RenewalItem } from "../../lib/client/index.ts";
import { line } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

const listing = (...items: readonly RenewalItem[]): Answers => ({ listRenewals: { items } });

const ade = example<Ade>("ade", { endpoint: null, server: null, token: null });
const HOLDS_NONE: Readonly<Partial<Record<RenewalItem["kind"], Answers>>> = { "ade-token": { ade } };
const having = (...items: readonly [RenewalItem, ...(readonly RenewalItem[])]): Answers => ({
  ...listing(...items),
  ...HOLDS_NONE[items[0].kind],
});
const havingNone = (kind: RenewalItem["kind"]): Answers => ({ ...listing(), ...HOLDS_NONE[kind] });
const LISTED = [{ operation: "listRenewals" }];
const ASKED = LISTED;

const push = item(1, {
  name: "本社",
  kind: "push-certificate",
  expiresAt: "2026-12-01T15:00:00.000Z",
  organisation: "本社",
  owner: "it@example.jp",
  account: "push@example.jp",
  phone: "金庫\u001b[31m",
  topic: "com.apple.mgmt.1",
});

describe("the steps", () => {
  test("for a kind are in the chosen language, with no more requests than the endpoint needs", async () => {
    const { en } = await runInBoth("renewals guide vpp-token", {
      tenant: { ...havingNone("vpp-token"), ...listing(push) },
    });
    expect(en).toMatchObject({ exit: 0, stderr: "", requests: ASKED });
    expect(en.stdout).toMatch(/^How to renew: VPP content token\n\n {2}after expiry: .*\n\n1\. /);
    expect(en.stdout).toContain("used last time");
  });

  test.each([["本社"], ["push-certificate"], [idOf(1)]])(
    "for a recorded item, by %s, name what is known about it",
    async (name) => {
      const { en } = await runInBoth(`renewals guide ${name}`, { tenant: having(push, item(2)) });
      expect(en.stdout).toMatch(/^How to renew: .*本社\n\n {2}expires on: 2026-12-02\n/);
      for (const fact of [
        "organisation: 本社",
        "owner: it@example.jp",
        "account: push@example.jp",
        "topic: com.apple.mgmt.1",
      ]) {
        expect(en.stdout).toContain(`  ${fact}\n`);
      }
      expect(en.stdout).toContain(String.raw`金庫\x1b[31m`);
      expect(en.stdout).not.toContain("\u001b");
      expect(en.stdout).toContain("the Apple Account push@example.jp");
    },
  );

  test("for a kind with several items are refused with their names", async () => {
    const { en } = await runInBoth("renewals guide push-certificate", {
      tenant: listing(push, { ...push, id: idOf(2), name: "支社" }),
    });
    expect(en).toMatchObject({ exit: 2, stdout: "" });
    expect(en.stderr).toContain("several items of this kind are recorded: 本社, 支社");
  });

  test("show the date in the context's time zone or another, and no date if it is unknown", async () => {
    const utc = await run("renewals guide 本社 --timezone UTC", { tenant: having(push) });
    expect(utc.stdout).toContain("  expires on: 2026-12-01\n");
    const undated = await run("renewals guide 本社", { tenant: having({ ...push, expiresAt: null }) });
    expect(undated.stdout).not.toContain("expires on");
  });

  test("-o FILE writes them to the file instead of stdout", async () => {
    const folder = freshFolder();
    const line = "renewals guide vpp-token -o guide.txt --lang ja";
    expect(await run(line, { tenant: havingNone("vpp-token"), folder })).toMatchObject({ exit: 0, stdout: "" });
    expect(readFileSync(join(folder, "guide.txt"), "utf8")).toMatch(/^更新の手順/);
  });
});

describe("an item that the tenant holds itself", () => {
  const NOT_CLOMO = /CLOMO PANEL >|that CLOMO uses now|renewals edit|サポートオプション/;
  const own = (change: Partial<Ade> = {}) =>
    example<Ade>("ade", {
      endpoint: "https://mdmenrollment.apple.com",
      server: { ...(example<Ade>("ade").server as NonNullable<Ade["server"]>), name: "自社 MDM" },
      ...change,
    });
  const recordedAs = (renewal: string) => own({ token: { ...(own().token as NonNullable<Ade["token"]>), renewal } });
  const token = item(1, {
    kind: "ade-token",
    name: "トークン",
    expiresAt: own().token?.expiresAt ?? "",
    account: "admin@example.jp",
  });
  const guide = (words: string, answers: Answers, ...items: readonly RenewalItem[]) =>
    runInBoth(`renewals guide ${words}`, { tenant: { ...listing(...items), ...answers } });

  test.each<[string, Answers, RenewalItem, readonly string[]]>([
    [
      "トークン",
      { ade: own() },
      token,
      [
        "clomoctl ade keypair create -o clomoctl_ADE_PublicKey.pem",
        "this tenant's own server (自社 MDM), never the one that CLOMO uses",
        "after expiry: this tenant can no longer fetch devices from Apple",
        "clomoctl ade token set FILE",
        "clomoctl ade sync --full",
      ],
    ],
    // dates may have been typed over
    ["自社", { ade: recordedAs(idOf(1)) }, { ...token, expiresAt: null }, ["clomoctl ade token set FILE"]],
  ])("%s has the steps of this tenant, not those of CLOMO PANEL", async (_, answers, one, lines) => {
    const word = one.id;
    const { en, ja } = await guide(word, answers, one);
    expect([en.exit, ja.exit]).toEqual([0, 0]);
    for (const { stdout } of [en, ja]) expect(stdout).not.toMatch(NOT_CLOMO);
    for (const line of lines) expect(en.stdout).toContain(line);
    expect(en.stdout).toContain("stored by: this clomoctl tenant, not CLOMO");
    const byKind = await guide(one.kind, answers, one);
    expect(byKind.en.stdout).toBe(en.stdout);
  });

  test("has these steps without a record, too, but a mirror's rehearsal does not affect its items", async () => {
    const none = await guide("ade-token", { ade: own() });
    expect(none.en.stdout).toContain("clomoctl ade token set FILE");
    for (const items of [[], [token]]) {
      const mirror = await guide("ade-token", { ade: example<Ade>("ade", { mirror: true }) }, ...items);
      expect(mirror.en.stdout).toContain("the server that CLOMO uses now");
    }
  });

  test("is distinguished from another item of its kind, which has CLOMO's steps", async () => {
    const other = { ...token, id: idOf(2), name: "CLOMO", expiresAt: "2027-05-01T00:00:00.000Z" };
    const named = await guide("CLOMO", { ade: own() }, token, other);
    expect(named.en.stdout).toContain("the server that CLOMO uses now");
    // servers may have one name, and a name can be changed at Apple
    const namesake = { ...other, name: "自社 MDM" };
    const same = await guide(namesake.id, { ade: recordedAs(idOf(1)) }, token, namesake);
    expect(same.en.stdout).toContain("the server that CLOMO uses now");
  });

  test("asks to consult a system administrator if the account may not see it", async () => {
    const refused = new Failure("not-permitted", { what: { en: "no", ja: "不可" } });
    const { en } = await guide("ade-token", { ade: refused }, token);
    expect(en.stdout).toContain("First ask a system administrator");
  });
});

test.each(["第一所有者", "APSP:0322a1b2", "it's `ours` 1"])(
  "the commands of the guide for %s name its context, on the screen and in files",
  async (name) => {
    const home = freshFolder();
    mkdirSync(join(home, "tenants", "local"), { recursive: true });
    await run("context add tokyo --embedded", { home });
    const tenant = having(item(1, { name, kind: "android-owner" }));
    const confirm = line("renewals renew", [name], { signedIn: "DATE", by: "NAME", context: "tokyo" });
    const guide = (...words: readonly string[]) =>
      run(["renewals", "guide", name, "--context", "tokyo", ...words], {
        home,
        tenant,
        environment: { FORCE_COLOR: "1" },
      });
    expect((await guide()).screen).toContain(`\u001B[36m${confirm.toJSON()}\u001B[39m`);
    await guide("-o", join(home, "guide.txt"));
    expect(readFileSync(join(home, "guide.txt"), "utf8")).toContain("--context tokyo");
  },
);
