import fc from "fast-check";
import { expect, test } from "vitest";
import { USER_COLUMNS } from "../../../commands/kit/columns/users.ts";
import { writeList, type NdjsonSource } from "../../terminal/output.ts";
import type { TextWriter } from "../../terminal/writer.ts";
import { codeKey } from "../../model/normalise.ts";
import { escapeJson } from "../../text/shell-word.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

class Bytes implements TextWriter {
  readonly closed = false;
  readonly #chunks: Uint8Array[] = [];
  async write(chunk: string | Uint8Array): Promise<void> {
    this.#chunks.push(Buffer.from(chunk));
  }
  async flush(): Promise<void> {}
  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

const AT = "2026-04-01T00:00:00.000Z";
const idOf = (kind: number, at: number): string => `019a9f3c-5a00-7abc-8de${kind}-${String(at).padStart(12, "0")}`;

const piece = fc.constantFrom(
  '"',
  "\\",
  "\n",
  "\r",
  "\t",
  "\0",
  "\u0001",
  "\u001f",
  "\u007f",
  "\u2028",
  "/",
  "'",
  "表",
  "𠮷",
  "a",
  " ",
);
const wellFormed = fc.string({ unit: fc.oneof(piece, fc.string({ unit: "grapheme", maxLength: 1 })) });
/** with lone surrogates, which SQLite stores as U+FFFD, and JSON escapes */
const any = fc.oneof(wellFormed, fc.string({ unit: fc.constantFrom("\ud800", "\udfff", "b") }));
const address = fc
  .string({ unit: fc.constantFrom('"', "\\", "/", "表", "𠮷", "\ud800", "b", "\u200b"), minLength: 1 })
  .map((local) => `${local}@example.jp`);
const TEXTS = ["nameKana", "title", "employeeCode", "upn", "address", "fax", "accountName"] as const;

const user = fc.record({
  name: any,
  emails: fc.array(address, { minLength: 1, maxLength: 3 }),
  org: fc.nat(3),
  texts: fc.record(Object.fromEntries(TEXTS.map((field) => [field, fc.option(any)]))),
  administrator: fc.boolean(),
  // 9: a field that was removed
  custom: fc.dictionary(fc.constantFrom("7", "8", "9"), wellFormed),
});

type Stored = typeof user extends fc.Arbitrary<infer U> ? U : never;

const put = (tenant: TestTenant, users: readonly Stored[], names: readonly string[]): void => {
  tenant.clear();
  tenant.database.change(() => {
    for (const [at, name] of names.entries()) {
      tenant.database.run(
        `insert into org (pk, id, parent, name, code, createdAt, updatedAt, revision)
         values (:pk, :id, :parent, :name, :code, '${AT}', '${AT}', 1)`,
        { pk: at + 2, id: idOf(1, at), parent: at + 1, name, code: at === 0 ? codeKey(`S${name}`) : null },
      );
    }
    tenant.database.run("update collection set revision = :revision where name = 'orgs'", {
      revision: (revision += 1),
    });
    tenant.database.exec(`insert into custom_field (pk, id, name, nameKey, createdAt)
      values (7, '${idOf(2, 7)}', '備考 "1"', '7', '${AT}'), (8, '${idOf(2, 8)}', '棟', '8', '${AT}')`);
    for (const [at, { texts, name, emails, org, administrator, custom }] of users.entries()) {
      tenant.database.run(
        `insert into user (id, name, emails, org, administrator, custom, createdAt, updatedAt, revision, ${TEXTS.join(", ")})
         values (:id, :name, :emails, :org, :administrator, :custom, '${AT}', '${AT}', 1, ${TEXTS.map((field) => `:${field}`).join(", ")})`,
        {
          ...texts,
          // no two users have the same
          accountName: texts["accountName"] === null ? null : `${at}${texts["accountName"]}`,
          id: idOf(3, at),
          name,
          emails: JSON.stringify(emails),
          org: org + 1,
          administrator: Number(administrator),
          custom: JSON.stringify(custom),
        },
      );
    }
  });
};

/** The orgs' revision: it grows as the tree changes. */
let revision = 0;

/** What `users list --format ndjson` writes. */
const written = async (tenant: TestTenant, filters: object, lines?: NdjsonSource): Promise<string> => {
  const out = new Bytes();
  const choice = { format: "ndjson", fields: undefined, query: undefined } as const;
  const place = { out, choice, language: "en" } as const;
  await writeList(place, USER_COLUMNS, tenant.client.users.list(filters), lines);
  return out.text;
};

test("lines written by the tenant are lines made from its records, but for escaped characters", async () => {
  await using tenant = new TestTenant();
  const names = fc.array(
    wellFormed.filter((name) => name !== ""),
    { minLength: 3, maxLength: 3 },
  );
  const filters = fc.record({ filterName: fc.constantFrom(undefined, "a", "表"), filterId: fc.constantFrom("", '"') });
  await fc.assert(
    fc.asyncProperty(fc.array(user, { maxLength: 5 }), names, filters, async (users, orgs, query) => {
      put(tenant, users, orgs);
      const ready = await written(tenant, query, () => tenant.client.users.list(query).ndjson());
      expect(escapeJson(ready)).toBe(await written(tenant, query));
    }),
  );
});

test("lines come from one snapshot, do not block other work, and can be cancelled at once", async () => {
  await using tenant = new TestTenant();
  const plain = { name: "山田", emails: ["a@example.jp"], org: 0, texts: {}, administrator: false, custom: {} };
  put(
    tenant,
    Array.from({ length: 1600 }, (): Stored => ({ ...plain, texts: Object.fromEntries(TEXTS.map((f) => [f, null])) })),
    [],
  );
  const lines = tenant.client.users.list().ndjson();
  const { value } = await lines.next();
  tenant.database.run("update user set name = '別人'");
  const rest = await Array.fromAsync(lines);
  const text = Buffer.concat([value ?? Buffer.of(), ...rest]).toString();
  expect(text.match(/"name":"山田"/g)).toHaveLength(1600);
  expect(text.match(/\n/g)).toHaveLength(1600);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await Array.fromAsync(tenant.client.users.list().ndjson());
  expect(turned).toBe(true);
  const begun = tenant.client.users.list().ndjson();
  await begun.next();
  await begun.return(undefined);
  expect((await begun.next()).done).toBe(true);
});

test("an account with a part gets lines as if the rest did not exist", async () => {
  const listed = async (hidden: readonly number[]): Promise<readonly string[]> => {
    await using tenant = new TestTenant();
    for (const code of ["EAST", "WEST"]) await tenant.client.orgs.create({ name: code, code });
    await addTestAccount(tenant, { name: "higashi", role: "division", org: "EAST", manages: ["EAST"] });
    const total = 4000;
    tenant.database.change(() => {
      for (let at = 0; at < total; at += 1) {
        const isHidden = hidden.includes(at % 10);
        if (isHidden || at % 10 === 9) {
          tenant.database.run(
            `insert into user (pk, id, name, emails, org, createdAt, updatedAt, revision)
             select :pk, :id, '山田', '[]', pk, '${AT}', '${AT}', 1 from org where code = :code`,
            { pk: at + 100, id: idOf(3, at), code: isHidden ? "WEST" : "EAST" },
          );
        }
      }
    });
    const chunks = await Array.fromAsync(tenant.as("higashi").users.list().ndjson());
    const lines = Buffer.concat(chunks).toString().trimEnd().split("\n");
    expect(lines).toHaveLength(total / 10 + 1);
    return lines.filter((line) => line.includes("山田"));
  };
  const alone = await listed([]);
  expect(await listed([1, 4])).toEqual(alone);
  expect(await listed([0, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual(alone);
});
