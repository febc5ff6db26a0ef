import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const HEADER = ["氏名", "メールアドレス"];

test("an import is found by its plan number and, once committed, by its change; other numbers are rejected", async () => {
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
    what: { en: "change 1 is not an import: create user" },
    hint: { en: "to see the change: `clomoctl audit show 1`" },
  });
  expect(await failureOf(imports.show("P2"))).toMatchObject({ what: { en: "import P2 does not exist" } });
  expect(await failureOf(imports.show("3"))).toMatchObject({ what: { en: "import 3 does not exist" } });
  await addTestAccount(tenant, { name: "viewer", role: "operator" });
  const seen = await failureOf(tenant.as("viewer").imports.show("1"));
  expect(seen).toMatchObject({ code: "not-found", what: { en: "import 1 does not exist" } });
});
