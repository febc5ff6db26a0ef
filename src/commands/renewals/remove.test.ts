import { describe, expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

const old = item(1, { name: "旧サーバー", expiresAt: "2026-12-01T15:00:00.000Z" });
const listed = { listRenewals: { items: [old, item(2)] } };
const tenant = { ...listed, removeRenewal: old };

const tenantRevision = { revision: 7 };
const LOOKED = [{ operation: "tenantRevision" }, { operation: "listRenewals" }];
const ANSWERED = [...LOOKED, { operation: "removeRenewal", params: { id: idOf(1) }, base: "7" }];
const REMOVED = [{ operation: "listRenewals" }, { operation: "removeRenewal", params: { id: idOf(1) } }];
const ASKED = "Delete 旧サーバー from the tenant local";

test("--yes removes the item without asking, reports it in both languages and shows the removed item", async () => {
  const line = "renewals remove 旧サーバー --yes --fields context,name,expiresOn,daysLeft";
  const { en, ja } = await runInBoth(line, { tenant });
  expect(en).toMatchObject({ exit: 0, requests: REMOVED, stderr: "deleted 旧サーバー\n" });
  expect(en.stdout).toBe("context\tname\texpiresOn\tdaysLeft\nlocal\t旧サーバー\t2026-12-02\t12\n");
  expect(ja).toMatchObject({ exit: 0, stdout: en.stdout, stderr: "「旧サーバー」を削除しました\n" });
});

test("asks on a terminal, naming the item and the tenant", async () => {
  const line = "renewals remove 旧サーバー";
  const yes = await run(line, { tenant: { ...tenant, tenantRevision }, terminal: { typing: [[ASKED, "y\r"]] } });
  expect(yes).toMatchObject({ exit: 0, requests: ANSWERED, stderr: expect.stringContaining("deleted") });
  expect(yes.stdout).toContain("旧サーバー");
  for (const keys of ["n\r", "\r"]) {
    const no = await run(line, { tenant: { ...listed, tenantRevision }, terminal: { typing: [[ASKED, keys]] } });
    expect(no).toMatchObject({ exit: 0, stdout: "", requests: LOOKED });
    expect(no.stderr).toContain("nothing was deleted");
  }
});

describe("nothing is removed", () => {
  test.each([
    ["nobody can be asked", {}, "renewals remove 旧サーバー"],
    ["nobody may be asked", { terminal: {} }, "renewals remove 旧サーバー --no-input"],
  ])("if %s; the error names --yes in both languages", async (_, more, line) => {
    const { en } = await runInBoth(line, { tenant: listed, ...more });
    expect(en).toMatchObject({ exit: 2, stdout: "", requests: REMOVED.slice(0, 1) });
    expect(en.stderr).toContain("--yes");
  });
});

test("the question names a remote tenant, and the answer is sufficient", async () => {
  const home = freshFolder();
  await run("context add far --url https://tenant.example.jp --use", { home });
  const terminal = { typing: [["from the tenant far", "y\r"]] } as const;
  const ran = await run("renewals remove 旧サーバー", { tenant: { ...tenant, tenantRevision }, home, terminal });
  expect(ran).toMatchObject({ exit: 0, requests: ANSWERED });
});
