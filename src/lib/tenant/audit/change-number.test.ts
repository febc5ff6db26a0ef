import { afterAll, expect, test } from "vitest";
import { withAccount } from "#support/tenant/accounts.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const HEADER = ["氏名", "メールアドレス"];

test("an import is named by its plan, and once it is committed by its change, too; any other number is told", async () => {
  const { imports, users } = tenant.client;
  await users.create({ name: "髙橋", emails: ["takahashi@example.jp"] });
  const plan = await tenant.plan({ kind: "users" }, [HEADER, ["山田", "yamada@example.jp"]]);
  expect(plan).toMatchObject({ number: "P1", change: null });
  expect(await imports.show("P1")).toEqual(plan);
  const done = await imports.commit(plan);
  expect(done).toMatchObject({ number: "2", change: 2 });
  for (const name of ["2", "P1", "p1", done.id]) expect(await imports.show(name)).toEqual(done);
  expect(await failureOf(imports.show("1"))).toMatchObject({
    code: "not-found",
    what: { en: "1 is not an import: create user", ja: "1 はインポートではありません(ユーザーを作成)" },
    hint: { en: "see it: clomoctl audit show 1", ja: "確認: clomoctl audit show 1" },
  });
  expect(await failureOf(imports.show("P2"))).toMatchObject({ what: { en: "no import P2" } });
  expect(await failureOf(imports.show("3"))).toMatchObject({ what: { en: "no import 3" } });
  await withAccount(tenant, { name: "viewer", role: "operator" });
  const seen = await failureOf(tenant.as("viewer").imports.show("1"));
  expect(seen).toMatchObject({ code: "not-found", what: { en: "no import 1" } });
});
