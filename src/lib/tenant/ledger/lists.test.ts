import { describe, expect, it } from "vitest";
import { ANSWER } from "../../nouns/answer.ts";
import type { Format } from "../../derived/format.ts";
import { FORMATS } from "../../derived/formats.ts";
import { ID_FIELD, type Fields, type RecordType } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { openListExport } from "./list-export.ts";
import { CREATION_ORDER, findRecords, readAllRecords, streamList, type RecordList } from "./lists.ts";
import { Connection, Store } from "../store/store.ts";
import type { Reader } from "../store/types.ts";
import { type TestTenant, readStreamText, openForEachTest } from "#support/tenant/tenant.ts";

const FIELDS = {
  id: ID_FIELD,
  serialNumber: { type: "text", label: text("serial number", "シリアル番号"), shownAs: "serial", column: {} },
  memo: { type: "text", nullable: true, label: text("memo", "メモ"), comparison: "name", column: {} },
  tags: { type: "texts", label: text("tags", "タグ"), column: {} },
  lost: { type: "boolean", label: text("lost", "紛失") },
  owner: {
    type: "object",
    nullable: true,
    of: { id: ID_FIELD, name: { type: "text", label: text("owner", "利用者") }, mail: { type: "text" } },
    label: text("owner", "利用者"),
    columns: [
      ["owner", "name"],
      ["ownerMail", "mail"],
    ],
    column: {},
    refers: { to: "user", by: "emails", unknown: { code: "value-taken", param: "owner" } },
  },
} as const satisfies Fields;

const PHONE: RecordType<typeof FIELDS> = { ...ANSWER, name: "phone", fields: FIELDS };

const column = (field: string, more: object = {}) => ({
  ...FORMATS.users.columns[0],
  field,
  header: field,
  sets: field,
  ...more,
});

const format = {
  ...FORMATS.users,
  thing: { ...FORMATS.users.thing, fields: FIELDS },
  columns: [
    column("serialNumber", { consoleExport: true }),
    column("memo", { consoleExport: undefined }),
    column("tags", { repeated: true }),
    column("ownerMail", { sets: "owner", refers: FIELDS.owner.refers }),
    column("unlockToken", { secret: true }),
  ],
} as Format;

const PHONES: RecordList<typeof FIELDS> = {
  thing: PHONE,
  format,
  table: "phone t",
  joined: "left join user o on o.pk = t.owner",
  sql: { "owner.id": "o.id", "owner.name": "o.name", "owner.mail": "o.emails ->> 0", "owner.emails": "o.emails ->> 0" },
  order: [CREATION_ORDER],
  orders: {
    memo: [{ sql: "t.memo", before: "" }, CREATION_ORDER],
    serial: [{ sql: "t.serialNumber", before: "" }, CREATION_ORDER],
  },
  filters: { filterName: "memo", filterId: "serialNumber" },
  named: "t.id = :name or t.serialNumber = :name",
};

let tenant: TestTenant;
let reader: Reader;
let store: Store;
openForEachTest((opened) => {
  tenant = opened;
  reader = new Connection(tenant.database);
  store = new Store(tenant.database);
  tenant.database.exec(`
    create table phone (pk integer primary key, id text, serialNumber text, memo text, memoKey text, tags text, lost integer,
      owner integer);
    insert into user (pk, id, name, emails, org, createdAt, updatedAt, revision)
      values (5, 'u5', '髙橋 "花子"', '["h@example.jp","i@example.jp"]', 1, '', '', 1);
    insert into phone values (1, 'p1', 'A,1', 'b', null, '["x","y"]', 0, 5), (2, 'p2', 'B2', 'a', null, '[]', 1, null),
      (3, 'p3', 'C3', 'b〜', 'b～', '["z"]', 0, null)`);
});

const phone1 = {
  id: "p1",
  serial: "A,1",
  memo: "b",
  tags: ["x", "y"],
  lost: false,
  owner: { id: "u5", name: '髙橋 "花子"', mail: "h@example.jp" },
};
const phone2 = { id: "p2", serial: "B2", memo: "a", tags: [], lost: true, owner: null };

const idsOf = async (query: Parameters<typeof streamList>[2]): Promise<readonly string[]> => {
  const lines = (await readStreamText(await streamList(store, PHONES, query))).split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { readonly id: string }).id);
};

describe("a list that is configured for a thing", () => {
  it("contains records as their fields describe them", async () => {
    expect((await readAllRecords(reader, PHONES)).slice(0, 2)).toEqual([phone1, phone2]);
    expect(await findRecords(reader, PHONES, "B2")).toEqual([phone2]);
    expect(await findRecords(reader, PHONES, "p")).toEqual([]);
  });

  it.each([undefined, 1, 2, 3, 4, 1001])("can be read in every order, up to %s records", async (limit) => {
    const first = (...ids: readonly string[]) => ids.slice(0, limit);
    expect(await idsOf({ limit })).toEqual(first("p1", "p2", "p3"));
    expect(await idsOf({ limit, desc: true })).toEqual(first("p3", "p2", "p1"));
    expect(await idsOf({ limit, sort: "memo" })).toEqual(first("p2", "p1", "p3"));
    expect(await idsOf({ limit, sort: "memo", desc: true })).toEqual(first("p3", "p1", "p2"));
  });

  it("can be filtered; a blank filter is ignored", async () => {
    expect(await idsOf({ filterName: "b", filterId: "" })).toEqual(["p1", "p3"]);
    expect(await idsOf({ filterName: "～" })).toEqual(["p3"]);
    expect(await idsOf({ filterId: "a" })).toEqual([]);
  });

  it("can be read as lines with a member for each column", async () => {
    const lines = [
      {
        id: "p1",
        serial: "A,1",
        memo: "b",
        tags: ["x", "y"],
        lost: false,
        owner: '髙橋 "花子"',
        ownerMail: "h@example.jp",
      },
      { id: "p3", serial: "C3", memo: "b〜", tags: ["z"], lost: false, owner: null, ownerMail: null },
    ];
    expect(await readStreamText(await streamList(store, PHONES, { filterName: "b", columns: true }))).toBe(
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  });

  it("is exported with the columns of its format, without secrets", async () => {
    expect(await readStreamText((await openListExport(store, PHONES, { newline: "lf" })).content)).toBe(
      'serialNumber,memo,tags,tags,ownerMail\n"A,1",b,x,y,h@example.jp\nB2,a,,,\nC3,b〜,z,,\n',
    );
    const console = { ...PHONES, exported: "t.lost = 0" };
    expect(
      await readStreamText((await openListExport(store, console, { newline: "lf", layout: "console" })).content),
    ).toMatch(/^serialNumber,tags,tags,ownerMail\n"A,1",x,y,h@example.jp\nC3,z,,\n$/);
  });
});
