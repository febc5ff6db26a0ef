import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { computeChecksum, readChecksum } from "./version-checksum.ts";
import { Connection } from "../store/store.ts";

const tenant = openForAllTests();

/** All that JSON writes otherwise than it stands, or that a text may hide. */
const ODD = '引用"符\\ \b\t\n\f\r\u0001\u001f\u007f\u2028 / <𠮷> \u0000end';

/** Enough that one statement does not read all. */
const MANY = 2500;

const LINES = [
  { table: "org_version", action: "delete", changed: 3, name: ODD, pk: 4, revision: 70 },
  ...Array.from({ length: MANY }, (_, at) => ({
    table: "user_version",
    action: "update",
    changed: 1,
    name: `利用者${at}`,
    pk: at - 5,
    revision: 70,
  })),
  { table: "created_range", first: 7, last: 9, revision: 70, thing: "org" },
  { table: "created_range", first: 1, last: 2, revision: 70, thing: "user" },
  { table: "created_range", first: 5, last: 5, revision: 70, thing: "user" },
];

test("the checksum is that of JSON lines as any program writes them, ordered by table and number", async () => {
  for (const { table, ...row } of LINES.toReversed()) {
    const names = Object.keys(row);
    tenant.database.run(
      `insert into ${table} (${names.join(", ")}) values (${names.map((name) => `:${name}`).join(", ")})`,
      row,
    );
  }
  const text = LINES.map((line) => `${JSON.stringify(line)}\n`).join("");
  const sum = { count: LINES.length, sha256: createHash("sha256").update(text).digest("hex") };
  expect(computeChecksum(tenant.database, 70)).toEqual(sum);
  expect(await readChecksum(new Connection(tenant.database), 70)).toEqual(sum);
});

test("a change without versions has no checksum", () => {
  expect(computeChecksum(tenant.database, 71)).toBeUndefined();
});
