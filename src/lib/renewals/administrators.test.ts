import { expect, test } from "vitest";
import {
  toCheckedItem,
  checkAdministration,
  createRecipientFinding,
  renderFinding,
  type AdministrationFacts,
} from "./administrators.ts";
import { summariseCheck, describeCheckResult } from "./check.ts";
import { STATE_EXITS } from "./output/plugin.ts";
import { DEFAULT_THRESHOLDS } from "./judge.ts";
import { describeMostUrgent } from "./output/headline.ts";
import { renderNagiosLine } from "./output/nagios.ts";
import { createCheckedItem } from "#support/renewals/checked.ts";

const holder = (name: string) => ({ name, user: "山田 花子", email: `${name}@example.jp` });
const standing = (change: Partial<AdministrationFacts> = {}): AdministrationFacts => ({
  recorded: true,
  system: 2,
  supported: [holder("hanako"), holder("jiro")],
  leavers: [],
  ...change,
});

/** An item whose owner was deleted. */
const LEFT = {
  id: "019a0000-0000-7000-8000-000000000001",
  kind: "push-certificate",
  name: "本社",
  owner: "sato@example.jp",
} as const;

test.each<[string, Partial<AdministrationFacts>, readonly string[]]>([
  ["two of each", {}, []],
  ["nobody holds it", { supported: [] }, ["critical support-option"]],
  ["there is no system administrator", { system: 0, supported: [] }, ["critical support-option"]],
  ["one holds it", { supported: [holder("hanako")] }, ["warning support-option"]],
  [
    "one system administrator, who holds it",
    { system: 1, supported: [holder("hanako")] },
    ["warning support-option", "warning system-administrators"],
  ],
  [
    "one system administrator, who does not",
    { system: 1, supported: [] },
    ["critical support-option", "warning system-administrators"],
  ],
  ["no account is recorded", { recorded: false, system: 0, supported: [] }, []],
  ["an owner was deleted", { leavers: [LEFT] }, ["warning owner"]],
  [
    "an owner was deleted, and no account is recorded",
    { recorded: false, system: 0, supported: [], leavers: [LEFT] },
    ["warning owner"],
  ],
])("facts 2.1 and 3.2: %s", (_, change, found) => {
  expect(checkAdministration(standing(change)).map(({ level, about }) => `${level} ${about}`)).toEqual(found);
});

test("each finding shows what to type next, in both languages", () => {
  const of = (change: Partial<AdministrationFacts>) => checkAdministration(standing(change)).map(renderFinding);
  expect(of({ supported: [] })).toEqual([
    {
      en: "nobody has the support option, so nobody receives CLOMO's emails about certificates; to fix this: `clomoctl clomo-account edit NAME --support-option --notice-mail`",
      ja: expect.stringMatching(
        /サポートオプションを付与されたシステム管理者がいません.*対処: `clomoctl clomo-account edit NAME --support-option --notice-mail`$/,
      ),
    },
  ]);
  expect(of({ system: 0, supported: [] })[0]?.en).toMatch(/edit NAME --role system --support-option --notice-mail`?$/);
  expect(of({ supported: [holder("hanako")] })[0]?.en).toMatch(
    /^only hanako has.* edit NAME --support-option --notice-mail`?$/,
  );
  // nobody is a system administrator whose account could be edited
  expect(of({ system: 1, supported: [holder("hanako")] })[0]).toEqual({
    en: expect.stringMatching(/clomo-account edit NAME --role system --support-option --notice-mail`?$/),
    ja: expect.stringMatching(/対処: `clomoctl clomo-account edit NAME --role system --support-option --notice-mail`$/),
  });
  expect(of({ leavers: [LEFT] })[0]?.en).toBe(
    'sato@example.jp, the owner of MDM push certificate "本社", is no longer the address of a user; to fix this: `clomoctl renewals edit 本社 --owner MAIL`',
  );
  expect(renderFinding(createRecipientFinding("it@example.jp")).en).toMatch(
    /^it@example\.jp, a recipient of reminders, is a user who was deleted: .*clomoctl renewals notify test`?$/,
  );
  expect(of({ leavers: [{ ...LEFT, name: "本社 1" }] })[0]?.en).toContain(`renewals edit ${LEFT.id} `);
});

const resultWith = (level: "ok" | "warning" | "unknown" | "critical", change: Partial<AdministrationFacts>) =>
  summariseCheck(
    [createCheckedItem("push", level, level === "unknown" ? null : 20)],
    DEFAULT_THRESHOLDS,
    checkAdministration(standing(change)).map((finding) => toCheckedItem(finding, "kanto")),
  );

test("the worst item or finding determines the state, and findings are not items", () => {
  const exit = (...of: Parameters<typeof resultWith>) => STATE_EXITS[resultWith(...of).state];
  expect([exit("ok", {}), exit("ok", { leavers: [LEFT] }), exit("ok", { supported: [] })]).toEqual([0, 1, 2]);
  expect([exit("unknown", { leavers: [LEFT] }), exit("unknown", { supported: [] })]).toEqual([3, 2]);
  const both = resultWith("ok", { supported: [], leavers: [LEFT] });
  expect(both.counts).toEqual({ ok: 1, warning: 0, critical: 0, expired: 0, unknown: 0 });
  expect(describeCheckResult(both)).toEqual({
    en: "1 ok, 2 problems with notification recipients (1 critical)",
    ja: "余裕あり 1 件、通知先の問題 2 件(うち至急 1 件)",
  });
  expect(describeCheckResult(summariseCheck([], DEFAULT_THRESHOLDS, both.findings)).en).toBe(
    "no expiry date to check, 2 problems with notification recipients (1 critical)",
  );
});

test("monitoring shows the findings, and cron's mail begins with the most urgent one", () => {
  const result = resultWith("warning", { supported: [], leavers: [LEFT, { ...LEFT, owner: "abe@example.jp" }] });
  expect(renderNagiosLine(result, "en")).toMatch(
    /^RENEWALS CRITICAL - 1 due within 90 days, [23] problems with notification recipients \(1 critical\): kanto: nobody has .* --support-option --notice-mail`; push .* \| 'push'=20;\S+$/,
  );
  expect(describeMostUrgent(result, false)?.line.en).toMatch(
    /^CRITICAL: nobody has the support option.* \(and 3 more\)$/,
  );
});
