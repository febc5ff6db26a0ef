import { createDispatch } from "../api/dispatch.ts";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createWholeClient } from "#support/client/whole-client.ts";
import { openTenant } from "../api/index.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, type TestTenant, readStreamText, openForEachTest } from "#support/tenant/tenant.ts";
import { freshFolder } from "#support/folder.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  await tenant.import(
    { kind: "users" },
    "氏名,メールアドレス\n山田,yamada@example.jp\n佐藤,sato@example.jp\n髙橋,takahashi@example.jp",
  );
});

const exportsTold = () => readAuditLog(tenant.database).filter(({ action }) => String(action).endsWith(".export"));

const asked = async (fetch: TestTenant["fetch"], path: string) => {
  const response = await fetch(new Request(`http://tenant.invalid${path}`));
  const content = await response.text();
  return {
    status: response.status,
    audit: response.headers.get("clomoctl-audit"),
    lines: content.split("\r\n").length,
  };
};

test("an export leaves an audit record with account, count and filters, but no values", async () => {
  await readStreamText(await tenant.client.users.export({ filterId: "EXAMPLE.jp", filterName: "" }));
  await tenant.import({ kind: "docs" }, "表示名,ユーザーID,パスワード\nい,b2,secret1\nろ,a1,secret1");
  await readStreamText(await tenant.client.secured.export("docs", { layout: "console" }));
  const told = exportsTold();
  expect(told).toMatchObject([
    {
      actor: "owner",
      action: "users.export",
      objects: [],
      detail: { records: 3, filters: { filterId: "EXAMPLE.jp" } },
    },
    { action: "secured.export", detail: { records: 2, filters: { app: "docs", layout: "console" } } },
  ]);
  expect(told.map(({ detail }) => (detail as { filters: object }).filters)).toEqual([
    { filterId: "EXAMPLE.jp" },
    { app: "docs", layout: "console" },
  ]);
  expect(JSON.stringify(told)).not.toMatch(/山田|yamada|secret1/);
});

test("an export of one record or none leaves no audit record, like a list", async () => {
  await readStreamText(await tenant.client.users.export({ filterId: "yamada" }));
  await readStreamText(await tenant.client.users.export({ filterId: "nobody" }));
  await readStreamText(await tenant.client.orgs.export());
  await Array.fromAsync(tenant.client.users.list());
  expect(exportsTold()).toEqual([]);
});

test("an export from a read-only tenant works, and reports that it left no audit record", async () => {
  const folder = freshFolder();
  tenant.database.foldLog();
  copyFileSync(tenant.path, join(folder, "tenant.db"));
  // prevents a log next to the file, as on a read-only medium; permissions do not stop root
  mkdirSync(join(folder, "tenant.db-wal"));
  const { surroundings, log } = tenant;
  const opened = openTenant({ folder, name: "試験", acting: "owner", actor: "owner", surroundings, log });
  onTestFinished(opened.close);
  const fetch = createDispatch(opened);
  expect(await asked(fetch, "/v1/users/export")).toEqual({ status: 200, audit: "none", lines: 5 });
  // of one record there would be none either
  expect(await asked(fetch, "/v1/users/export?filterId=sato")).toEqual({ status: 200, audit: null, lines: 3 });
  expect(await asked(tenant.fetch, "/v1/users/export")).toEqual({ status: 200, audit: null, lines: 5 });
});

test("nothing is exported if the audit record cannot be written because another process locks the tenant", async () => {
  const { folder, surroundings, log } = tenant;
  const impatient = openTenant({
    folder,
    log,
    name: "試験",
    acting: "owner",
    actor: "owner",
    surroundings,
    busyTimeoutMs: 100,
  });
  onTestFinished(impatient.close);
  tenant.database.exec("begin immediate");
  const refused = failureOf(createWholeClient({ transport: createDispatch(impatient) }).users.export());
  expect(await refused).toMatchObject({ code: "locked" });
  tenant.database.exec("rollback");
  expect(exportsTold()).toEqual([]);
});
