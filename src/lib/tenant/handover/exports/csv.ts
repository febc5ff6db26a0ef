import { CONSOLE_FILES, type ResourceName } from "../../../handover/resources.ts";
import { SECURED_APPS } from "../../../model/secured-user.ts";
import type { Newline } from "../../../csv/records/record.ts";
import { DEVICES } from "../../records/device-rows.ts";
import { csvOf } from "../../store/list-export.ts";
import type { List, SortKey } from "../../store/lists.ts";
import { ORGS, PLACE } from "../../records/org-rows.ts";
import { securedUsers } from "../../records/secured/user-rows.ts";
import { newTally, tallying, type Tally } from "./records.ts";
import type { DerivedTable, Piece, Reader } from "../../store/store.ts";
import { USERS } from "../../records/user-rows.ts";

/** SQL of an order that is the same in every tenant with the same records. */
const BY_ID: SortKey = { sql: "t.id", before: "" };

/** The tree with siblings in the order of their ids. */
const TREE: DerivedTable = {
  name: "tree",
  columns: "pk integer primary key, at integer not null unique",
  // made for one export, on a connection of its own
  state: "select null as state",
  fill: `with recursive placed (pk, depth, id) as (
      select pk, 0, id from main.org where parent is null
      union all
      select o.pk, p.depth + 1, o.id from placed p join main.org o on o.parent = p.pk order by 2 desc, 3)
    insert into temp.tree (pk, at) select pk, row_number() over () from placed`,
};

const ORG_TREE: List = {
  ...ORGS,
  table: "temp.tree tree join temp.place p on p.pk = tree.pk join org t on t.pk = p.pk",
  order: [{ sql: "tree.at", before: 0 }],
  derived: [PLACE, TREE],
};

/** The rows of the console's files, by their paths. */
const LISTS: ReadonlyMap<string, List> = new Map<string, List>([
  ["csv/orgs.csv", ORG_TREE],
  ["csv/users.csv", { ...USERS, order: [BY_ID] }],
  ["csv/devices.csv", { ...DEVICES, order: [BY_ID] }],
  ...SECURED_APPS.map((app) => [`csv/secured-${app}.csv`, securedUsers(app)] as const),
]);

/** A file as a piece, and how many records it has. */
export interface TalliedFile extends Piece {
  readonly tally: Tally;
}

/** The console's files of resources, as `export` of each noun writes them, but in an order that follows from ids. */
export const consoleFiles = async (
  reader: Reader,
  resources: readonly ResourceName[],
  newline: Newline,
): Promise<readonly TalliedFile[]> => {
  const files: TalliedFile[] = [];
  for (const { path: name, of } of CONSOLE_FILES) {
    const list = LISTS.get(name);
    if (list === undefined || !resources.includes(of)) continue;
    const tally = newTally();
    const lines = await csvOf(reader, list, { newline }, "id");
    files.push({ name, tally, content: { ...lines, tally: tallying(tally) } });
  }
  return files;
};
