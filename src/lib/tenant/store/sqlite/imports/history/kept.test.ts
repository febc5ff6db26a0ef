import { createHash } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { defineFunctions } from "../functions.ts";
import { sumOfKept } from "./kept.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** All that JSON writes otherwise than it stands, or that a text may hide. */
const ODD = '引用"符\\ \b\t\n\f\r\u0001\u001f\u007f\u2028 / <𠮷> \u0000end';

test("the sum is that of lines of JSON, as any program writes them", async () => {
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス"],
    ["山田", "yamada@example.jp"],
  ]);
  const [own] = tenant.sql("select * from import");
  const detail = JSON.parse(String(own?.["detail"])) as Record<string, unknown>;
  const [user] = tenant.sql("select * from user");
  const row = { ...user, title: ODD };
  const columns = Object.keys(row);
  const insert = `insert into user_was (import, action, ${columns.join(", ")})
    values (1, 'update', ${columns.map((name) => `:${name}`).join(", ")})`;
  tenant.database.run(insert, row);
  const sorted = (values: object): object =>
    Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => value !== null)
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  const { id, kind, madeAfter, madeUpTo, pk, revision } = own ?? {};
  const { actor, committedAt, request } = detail;
  const { fileName, mode } = request as { fileName: string; mode: string };
  const lines = [
    { table: "import", ...sorted({ actor, committedAt, fileName, id, kind, madeAfter, madeUpTo, mode, pk, revision }) },
    { table: "user_was", ...sorted({ ...row, import: 1, action: "update" }) },
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  defineFunctions(tenant.database, () => false);
  expect(sumOfKept(tenant.database, 1)).toEqual({
    count: 2,
    sha256: createHash("sha256").update(text).digest("hex"),
  });
});
