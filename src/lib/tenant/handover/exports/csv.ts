import { CONSOLE_FILES } from "../../../handover/resources.ts";
import { SECURED_APPS } from "../../../model/secured-user.ts";
import type { Newline } from "../../../csv/records/record.ts";
import { DEVICE_LIST } from "../../records/device-rows.ts";
import { buildListCsv } from "../../store/list-export.ts";
import type { RecordList, SortKey } from "../../store/lists.ts";
import { ORG_LIST, ORG_POSITION_TABLE } from "../../records/org-rows.ts";
import { buildSecuredUserList } from "../../records/secured/user-rows.ts";
import { createTally, createTallyUpdate, type Tally } from "./records.ts";
import type { DerivedTable, StreamPiece, Reader } from "../../store/store.ts";
import { USER_LIST } from "../../records/user-rows.ts";

/** SQL: a sort order that is the same in every tenant with the same records. */
const ID_SORT_KEY: SortKey = { sql: "t.id", before: "" };

const ORG_TREE_TABLE: DerivedTable = {
  name: "tree",
  columns: "pk integer primary key, at integer not null unique",
  // created for a single export, on a separate connection
  state: "select null as state",
  fill: `with recursive placed (pk, depth, id) as (
      select pk, 0, id from main.org where parent is null
      union all
      select o.pk, p.depth + 1, o.id from placed p join main.org o on o.parent = p.pk order by 2 desc, 3)
    insert into temp.tree (pk, at) select pk, row_number() over () from placed`,
};

const ORGS_IN_TREE_ORDER: RecordList = {
  ...ORG_LIST,
  table: "temp.tree tree join temp.place p on p.pk = tree.pk join org t on t.pk = p.pk",
  order: [{ sql: "tree.at", before: 0 }],
  derived: [ORG_POSITION_TABLE, ORG_TREE_TABLE],
};

const CONSOLE_FILE_LISTS: ReadonlyMap<string, RecordList> = new Map<string, RecordList>([
  ["csv/orgs.csv", ORGS_IN_TREE_ORDER],
  ["csv/users.csv", { ...USER_LIST, order: [ID_SORT_KEY] }],
  ["csv/devices.csv", { ...DEVICE_LIST, order: [ID_SORT_KEY] }],
  ...SECURED_APPS.map((app) => [`csv/secured-${app}.csv`, buildSecuredUserList(app)] as const),
]);

export interface TalliedFile extends StreamPiece {
  readonly tally: Tally;
}

/**
 * Returns the files for the console. They have the format of the `export` commands, but an order that depends only on
 * ids.
 */
export const buildConsoleFiles = async (reader: Reader, newline: Newline): Promise<readonly TalliedFile[]> => {
  const files: TalliedFile[] = [];
  for (const { path: name } of CONSOLE_FILES) {
    const list = CONSOLE_FILE_LISTS.get(name);
    if (list === undefined) continue;
    const tally = createTally();
    const lines = await buildListCsv(reader, list, { newline }, "id");
    files.push({ name, tally, content: { ...lines, tally: createTallyUpdate(tally) } });
  }
  return files;
};
