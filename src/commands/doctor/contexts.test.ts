import { expect, test } from "vitest";
import type { Ade, RenewalItem } from "../../lib/client/index.ts";
import type { Context } from "../../lib/config/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { TenantFileState } from "../../lib/model/tenant-file.ts";
import { text } from "../../lib/text/index.ts";
import { example } from "#support/commands/tenant.ts";
import type { Tools } from "../tools.ts";
import { checkContexts } from "./contexts.ts";

const KANTO: Context = {
  name: "kanto",
  kind: "embedded",
  tenantFolder: "/home/tenants/kanto",
  timezone: "Asia/Tokyo",
  language: "ja",
  maps: new Map(),
};

const WHOLE: TenantFileState = {
  path: "/home/tenants/kanto/tenant.db",
  bytes: 2 * 1024 * 1024,
  logBytes: 0,
  version: 6,
  newest: 6,
  faults: [],
  strays: 0,
  auditHead: { seq: 12, hash: "ab".repeat(32) },
  auditTable: [],
  sealed: [],
  isLocked: false,
  holder: undefined,
};

const NO_ADE = example<Ade>("ade", { token: null });

/** What is found of a tenant whose file is like this, and whose data are quiet. */
function check(
  file: (() => TenantFileState | undefined) | Partial<TenantFileState>,
  items: readonly RenewalItem[] = [],
  tenant: { readonly mirroredAt: string | null } = { mirroredAt: null },
  ade: Ade = NO_ADE,
) {
  const client = {
    tenant: { show: async () => tenant },
    imports: { list: async () => [] },
    console: { list: async () => [] },
    renewals: { list: async () => items },
    ade: { show: async () => ade },
  };
  let opened = 0;
  const tools = {
    contexts: {
      list: async () => [KANTO],
      inEffect: async () => ({ context: KANTO, source: "default", among: ["kanto"] }),
    },
    globals: {},
    environment: {},
    clock: { now: () => new Date("2026-11-20T01:00:00Z") },
    signal: new AbortController().signal,
    machine: { hostName: "mdm-pc" },
    inspectTenant: async () => (typeof file === "function" ? file() : { ...WHOLE, ...file }),
    tenantOf: async () => {
      opened += 1;
      return { context: KANTO, client };
    },
  } as unknown as Tools;
  return checkContexts(tools, { online: false }).then((found) => ({
    ...found,
    opened,
    wrong: found.findings.filter(({ state }) => state !== "ok"),
  }));
}

test("an intact tenant is ok, with its size and its last audit record", async () => {
  const { findings, wrong } = await check({});
  expect(wrong).toEqual([]);
  expect(findings.map(({ check: name, what }) => `${name}: ${what.en}`)).toEqual([
    "contexts: kanto; in use: kanto",
    "tenant: /home/tenants/kanto/tenant.db is intact (2.0 MB)",
    "lock: no process is changing the tenant",
    "audit: the last record is 12; `clomoctl audit verify` detects alterations",
  ]);
});

test("a tenant without data or without changes is ok", async () => {
  const none = await check(() => undefined);
  expect(none).toMatchObject({ wrong: [], opened: 0 });
  expect((await check({ auditHead: null })).wrong).toEqual([]);
});

test.each<[string, Partial<TenantFileState>, object]>([
  ["newer", { version: 7 }, { check: "tenant", state: "problem", mend: { en: "install the latest clomoctl" } }],
  [
    "damaged",
    { faults: ["page 3 is never used", "b", "c"], auditHead: null },
    {
      check: "tenant",
      state: "problem",
      what: { en: "/home/tenants/kanto/tenant.db is damaged: page 3 is never used, and 2 more" },
      mend: { ja: expect.stringContaining("バックアップを戻してください") },
    },
  ],
  [
    "older",
    { version: 5 },
    { check: "tenant", state: "warning", mend: { en: "`clomoctl imports list --context kanto`" } },
  ],
])("does not open a file that is %s", async (_, state, finding) => {
  const { wrong, opened } = await check(state);
  expect(wrong).toMatchObject([{ ...finding, context: "kanto" }]);
  expect(opened).toBe(0);
});

test.each<[string, Partial<TenantFileState>, object]>([
  ["records that refer to nothing", { strays: 2 }, { check: "tenant", state: "problem" }],
  ["a log that grew", { logBytes: 100 * 1024 * 1024 }, { check: "tenant", state: "warning" }],
  [
    "a lock",
    { isLocked: true },
    { check: "lock", state: "warning", what: { en: "another process is changing the tenant" } },
  ],
  [
    "a lock whose holder left a note",
    { isLocked: true, holder: { pid: 7, what: "import 3", since: "2026-11-20T00:00:00.000Z" } },
    { check: "lock", what: { ja: "プロセス 7 が変更中です(import 3、2026-11-20 09:00 から)" } },
  ],
  [
    "an audit without a hash",
    { auditHead: { seq: 12, hash: "" } },
    { check: "audit", state: "problem", what: { en: "the audit record 12 does not have a valid hash" } },
  ],
  [
    "a table of the audit that was built anew",
    {
      auditTable: [
        { name: "audit", reason: "altered" },
        { name: "audit_kept_on_delete", reason: "missing" },
      ],
    },
    {
      check: "audit",
      state: "problem",
      what: {
        en: "the audit table differs from the one that clomoctl creates: audit (changed), audit_kept_on_delete (missing)",
        ja: expect.stringContaining("audit (変更), audit_kept_on_delete (なし)"),
      },
      mend: { en: expect.stringContaining("`clomoctl audit verify`") },
    },
  ],
])("reports %s", async (_, state, finding) => {
  expect((await check(state)).wrong).toMatchObject([finding]);
});

test("reports nothing about a lock that cannot be tested, as in a read-only home", async () => {
  const { findings, wrong } = await check({ isLocked: undefined });
  expect(wrong).toEqual([]);
  expect(findings.map(({ check: name }) => name)).not.toContain("lock");
});

test("a file that cannot be examined is a problem with its own message", async () => {
  const { wrong, opened } = await check(() => {
    throw new Failure("unexpected", {
      what: text("the tenant's file is damaged", "テナントのファイルが壊れています"),
      where: "/x/tenant.db",
      hint: text("restore it", "戻してください"),
    });
  });
  expect(opened).toBe(0);
  expect(wrong).toMatchObject([
    {
      check: "tenant",
      state: "problem",
      what: {
        en: "the tenant's file is damaged: /x/tenant.db",
        ja: "テナントのファイルが壊れています: /x/tenant.db",
      },
      mend: { en: "restore it" },
    },
  ]);
});
