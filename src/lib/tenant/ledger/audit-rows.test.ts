import { expect, test } from "vitest";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";
import type { Field } from "../../model/thing.ts";
import { NOUNS } from "../../nouns/index.ts";
import { SECRET_FIELDS } from "./audit-rows.ts";

test("the list of secret fields matches the fields that nouns mark as secret", () => {
  const secrets = new Set<string>();
  for (const { fields } of NOUNS)
    for (const [name, { secret, shownAs }] of Object.entries<Field>(fields))
      if (secret === true) secrets.add(name).add(shownAs ?? name);
  expect(secrets).toContain("accountPassword");
  expect(secrets).toContain("exchangePassphrase");
  expect([...SECRET_FIELDS].toSorted()).toEqual([...secrets].toSorted());
});

test("a change is not made if its audit record cannot be stored", async () => {
  await using own = new TestTenant();
  await own.client.users.create({ name: "甲", emails: ["a@x"] });
  own.sql("create trigger quiet before insert on audit begin select raise(ignore); end");
  const failure = await failureOf(own.client.users.create({ name: "乙", emails: ["b@x"] }));
  expect(failure).toMatchObject({ code: "unexpected" });
  const failed = await failureOf(own.import({ kind: "users" }, "氏名,メールアドレス,役職\n丙,c@x,"));
  expect(failed).toMatchObject({ code: "unexpected" });
  expect((await own.users()).map(({ name }) => name)).toEqual(["甲"]);
  own.sql("drop trigger quiet");
  await own.client.users.create({ name: "乙", emails: ["b@x"] });
  expect(await own.users()).toHaveLength(2);
});
