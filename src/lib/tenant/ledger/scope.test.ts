import { expect, test } from "vitest";
import { ANSWER } from "../../nouns/answer.ts";
import type { Field, RecordType } from "../../model/thing.ts";
import { limitToScope, buildIsInScope, createPlanScope } from "./scope.ts";
import type { Database } from "../store/database.ts";
import { buildRecordTables } from "./schema.ts";
import { openForEachTest } from "#support/tenant/tenant.ts";

const unknown = { code: "org-unknown", param: "code" } as const;
const refer = (to: string): Field => ({ type: "object", of: {}, nullable: true, refers: { to, by: "id", unknown } });
const create = (name: string, fields: RecordType["fields"]): RecordType => ({ ...ANSWER, name, fields });

const LOCATION = create("location", {});
const ROOM = create("room", { holder: refer("user"), site: refer("org") });

let database: Database;
openForEachTest((tenant) => (database = tenant.database));

test("a new record type is visible by the organisation that it or its user refers to, or else as the root's", () => {
  database.exec(buildRecordTables([LOCATION, ROOM]));
  for (const pk of [2, 3])
    database.exec(`insert into org (pk, id, parent, name, createdAt, updatedAt, revision) values (${pk}, ${pk}, 1, ${pk}, '', '', 0);
      insert into user (pk, id, name, emails, org, createdAt, updatedAt, revision) values (${pk}, ${pk}, '', '[]', ${pk}, '', '', 0)`);
  database.exec(`insert into location (pk) values (1);
    insert into room (pk, holder, site) values (1, 2, null), (2, 3, 2), (3, null, 2), (4, null, null), (5, null, 3)`);
  const see = (org: number, thing: RecordType): unknown => {
    limitToScope(database, createPlanScope([org]));
    return database.all(`select pk from ${thing.name} t where ${buildIsInScope(thing)}`).map(({ pk }) => pk);
  };
  expect([1, 2, 3].map((org) => see(org, ROOM))).toEqual([
    [1, 2, 3, 4, 5],
    [1, 3],
    [2, 5],
  ]);
  expect([1, 2, 3].map((org) => see(org, LOCATION))).toEqual([[1], [], []]);
});
