import { expect, test } from "vitest";
import type { Context } from "../../lib/config/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { TenantFileState } from "../../lib/model/tenant-file.ts";
import { text } from "../../lib/text/index.ts";
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

const WHOLE: TenantFileState = { path: "/home/tenants/kanto/tenant.db", sealed: [] };

/** What is found of a tenant whose file is like this, and whose data are quiet. */
function check(file: () => TenantFileState | undefined) {
  const client = { renewals: { list: async () => [] } };
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
    inspectTenant: async () => file(),
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

test("a tenant that can be read is ok", async () => {
  const { findings, wrong, opened } = await check(() => WHOLE);
  expect(wrong).toEqual([]);
  expect(opened).toBe(1);
  expect(findings.map(({ check: name, what }) => `${name}: ${what.en}`)).toEqual([
    "contexts: kanto; in use: kanto",
    "tenant: /home/tenants/kanto/tenant.db can be read",
  ]);
});

test("a tenant without data is ok", async () => {
  expect(await check(() => undefined)).toMatchObject({ wrong: [], opened: 0 });
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
      },
      mend: { en: "restore it" },
    },
  ]);
});
