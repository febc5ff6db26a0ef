import fc from "fast-check";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../derived/formats.ts";
import { type Newline, formatRecord, NEWLINES } from "../../csv/records/record.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { buildCsvLines } from "./list-export.ts";
import { Store } from "../store/store.ts";

const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();

interface Stored {
  readonly name: string;
  readonly emails: readonly string[];
  readonly address: string | null;
  readonly note: string | null;
}

const put = (tenant: TestTenant, users: readonly Stored[]): void => {
  tenant.clear();
  tenant.database.change(() => {
    tenant.database.run(
      "insert into custom_field (pk, id, name, nameKey, createdAt) values (7, 'f', '備考', '備考', '')",
    );
    for (const [at, { name, emails, address, note }] of users.entries()) {
      tenant.database.run(
        `insert into user (id, name, emails, org, address, custom, createdAt, updatedAt, revision)
         values (:id, :name, :emails, ${ROOT_ORG_NUMBER}, :address, :custom, '', '', 1)`,
        {
          id: `u${at}`,
          name,
          emails: JSON.stringify(emails),
          address,
          custom: JSON.stringify(note === null ? {} : { 7: note }),
        },
      );
    }
  });
};

const expected = (users: readonly Stored[], newline: Newline): string => {
  const most = Math.max(1, ...users.map(({ emails }) => emails.length));
  const columns = FORMATS.users.columns.filter(({ secret }) => secret !== true);
  const record = (cellsOf: (field: string, header: string) => readonly string[], note: string): string =>
    formatRecord([...columns.flatMap(({ field, header }) => cellsOf(field, header)), note], NEWLINES[newline]);
  const header = record((field, name) => Array.from({ length: field === "emails" ? most : 1 }, () => name), "備考");
  const rows = users.map(({ name, emails, address, note }) =>
    record((field) => {
      if (field === "emails") return Array.from({ length: most }, (_, at) => emails[at] ?? "");
      return [field === "name" ? name : field === "address" ? (address ?? "") : ""];
    }, note ?? ""),
  );
  return header + rows.join("");
};

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(",", '"', "\r", "\n", "\\", "*", "[", "表", "a", " ", "\u0001") }),
  fc.string({ unit: "grapheme" }).map((value) => value.replaceAll("\0", "")),
);
const stored = fc.record({
  name: cell,
  emails: fc.array(cell, { minLength: 1, maxLength: 3 }),
  address: fc.option(cell),
  note: fc.option(cell),
});

describe("exports of users", () => {
  it("match formatRecord, whatever the cells contain", async () => {
    await using tenant = new TestTenant();
    const newlines = fc.constantFrom<Newline>("crlf", "lf", "cr");
    await fc.assert(
      fc.asyncProperty(fc.array(stored, { maxLength: 4 }), newlines, async (users, newline) => {
        put(tenant, users);
        expect(await textOf(await tenant.client.users.export({ newline }))).toBe(expected(users, newline));
      }),
    );
  });

  it("keep plain and quoted batches in order", async () => {
    await using tenant = new TestTenant();
    const users = Array.from({ length: 1000 }, (_, at): Stored => {
      const note = at === 300 || at === 999 ? 'a "quoted", one' : null;
      return { name: `利用者${at}`, emails: [`p${at}@example.jp`], address: at === 10 ? "一行\r\n二行" : null, note };
    });
    put(tenant, users);
    expect(await textOf(await tenant.client.users.export())).toBe(expected(users, "crlf"));
  });

  it("can be filtered", async () => {
    await using tenant = new TestTenant();
    const users = ["山田", "髙橋", "山本"].map((name, at): Stored => ({
      name,
      emails: [`p${at}@example.jp`],
      address: null,
      note: null,
    }));
    put(tenant, users);
    const found = await textOf(await tenant.client.users.export({ filterName: "山", filterId: "P2" }));
    expect(found).toBe(expected(users.slice(2), "crlf"));
  });

  it("do not include later writes, and release the tenant when they are cancelled", async () => {
    await using tenant = new TestTenant();
    const user: Stored = { name: "山田", emails: ["a@example.jp"], address: null, note: null };
    put(tenant, [user]);
    const reader = (await tenant.client.users.export()).getReader();
    await reader.read();
    tenant.database.run("update user set name = '別人'");
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toContain("山田");
    await reader.cancel();
  });
});

describe("exports of organisations", () => {
  it("can be filtered", async () => {
    await using tenant = new TestTenant();
    const rows = [
      ["東京営業部", "S1", "", ""],
      ["大阪営業部", "S2", "", ""],
      ["東京総務部", "S3", "", ""],
    ];
    await tenant.import({ kind: "orgs" }, [FORMATS.orgs.columns.map(({ header }) => header), ...rows]);
    const codes = async (filters: object): Promise<readonly string[]> =>
      (await textOf(await tenant.client.orgs.export(filters))).match(/S\d/g) ?? [];
    expect(await codes({ filterName: "東京" })).toEqual(["S1", "S3"]);
    expect(await codes({ filterName: "東京", filterId: "S3" })).toEqual(["S3"]);
  });
});

describe("exports of SECURED APPs users", () => {
  it("leave administrators out, and write a blank for a user without groups", async () => {
    await using tenant = new TestTenant();
    tenant.clear();
    for (const [userId, administrator, groups] of [
      ["u2", 0, "[]"],
      ["admin", 1, "[]"],
      ["u1", 0, '["営業"]'],
    ] as const) {
      tenant.database.run(
        `insert into secured_user (id, app, userId, displayName, nameSort, groups, administrator, createdAt, updatedAt, revision)
         values (:userId, 'docs', :userId, '名前', '', :groups, :administrator, '', '', 1)`,
        { userId, administrator, groups },
      );
    }
    expect(await textOf(await tenant.client.secured.export("docs", { layout: "console", newline: "lf" }))).toBe(
      "表示名,ユーザーID,説明\n名前,u1,\n名前,u2,\n",
    );
    expect(await textOf(await tenant.client.secured.export("docs", { layout: "full", newline: "lf" }))).toBe(
      "表示名,ユーザーID,グループ名,ファイル管理者権限,説明\n名前,u1,営業,,\n名前,u2,,,\n",
    );
  });
});

describe("batches that are too long for SQLite", () => {
  /** SQL: an expression that SQLite rejects as "string or blob too big" without allocating it. */
  const TOO_BIG = "zeroblob(1000000001)";

  /** The export of fields of these names if `tooBig` (SQL) marks a row, or the range it is in, as too big. */
  const exported = async (names: readonly string[], tooBig: string): Promise<string> => {
    await using tenant = new TestTenant();
    for (const [at, name] of names.entries())
      tenant.database.run(
        "insert into custom_field (pk, id, name, nameKey, createdAt) values (:pk, :pk, :name, :pk, '')",
        {
          pk: at + 1,
          name,
        },
      );
    const fields = { key: "t.pk", before: 0, table: "custom_field t", joined: "", among: "true", where: "true" };
    const columns = [{ header: "name", sql: `iif(${tooBig}, ${TOO_BIG}, t.name)` }];
    const store = new Store(tenant.database);
    return await textOf(await store.lines(async () => buildCsvLines({ ...fields, params: {} }, columns, "lf")));
  };

  const names = Array.from({ length: 600 }, (_, at) => `${at}`);
  const linesOf = (all: readonly string[]): string =>
    ["name", ...all].map((name) => formatRecord([name], "\n")).join("");

  it.each([
    ["plain", names],
    ["quoted", names.map((name) => `"${name}, ${name}"`)],
  ])("are repeated with fewer rows: %s", async (_, all) => {
    for (const most of [1, 20, 100]) expect(await exported(all, `:last - :after > ${most}`)).toBe(linesOf(all));
  });

  it("end the export if a single row is too long", async () => {
    await expect(exported(names, "t.pk = 300")).rejects.toThrow("too big");
  });
});
