import type { UndoneChange } from "../ledger/audit-change-number.ts";
import { type FormatName, getThingNoun } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import { Failure } from "../../errors/index.ts";
import { formatCount, text } from "../../text/index.ts";
import type { Database } from "../store/database.ts";
import { ALL_COLUMNS_MASK, getVersionSchema } from "../ledger/version-tables.ts";
import type { StoredKind } from "./stored-kind.ts";
import { getStoredKind } from "./tables.ts";
import { getStagedTable, resetStagedTables, VERSIONED_THINGS } from "./undo-records.ts";

const NAMED_IDS_TABLE = "temp.asked";

const SUBTREE_SQL = `with recursive below (pk) as (
    select o.pk from org o join ${NAMED_IDS_TABLE} a on a.id = o.id union select o.pk from below b join org o on o.parent = b.pk)
  select pk from below`;

const buildSelectedNumbersSql = (kind: FormatName, { recursive }: StoredRequest): string => {
  if (recursive === true && kind === "orgs") return SUBTREE_SQL;
  const { name, scope } = FORMATS[kind].thing;
  const which = recursive === true ? `t.org in (${SUBTREE_SQL})` : `t.id in (select id from ${NAMED_IDS_TABLE})`;
  return `select t.pk from ${name} t where ${which}${scope === undefined ? "" : ` and t.${scope} = '${kind}'`}`;
};

const listDeletedKinds = ({ kind, recursive }: StoredRequest): readonly [StoredKind, ...StoredKind[]] => [
  getStoredKind(kind),
  ...(recursive === true ? [getStoredKind("users")] : []),
];

const stageSelected = (database: Database, { name, thing }: StoredKind, request: StoredRequest): void => {
  const sql = buildSelectedNumbersSql(name as FormatName, request);
  database.run(
    `insert into ${getStagedTable({ thing })} (pk, action, changed) select pk, 'delete', ${ALL_COLUMNS_MASK} from (${sql})`,
  );
};

const requireNamedRecords = (database: Database, { thing }: StoredKind): void => {
  const gone = database.count(`select count(*) from ${NAMED_IDS_TABLE} a where not exists (
    select 1 from ${thing.name} t join ${getStagedTable({ thing })} u on u.pk = t.pk where t.id = a.id)`);
  if (gone === 0) return;
  const { en, ja } = getThingNoun(thing.noun ?? thing.name);
  throw new Failure("not-found", {
    what: text(
      `${formatCount(gone, en)} to be deleted ${gone === 1 ? "is" : "are"} not in the tenant; nothing was changed`,
      `削除する${ja}のうち ${gone} 件がテナントにありません。何も変更していません`,
    ),
  });
};

export const stageDeletion = (database: Database, { request, ids }: NonNullable<UndoneChange["deleted"]>): void => {
  for (const versions of VERSIONED_THINGS) resetStagedTables(database, versions);
  database.exec(`create table if not exists ${NAMED_IDS_TABLE} (id text primary key) without rowid`);
  database.exec(`delete from ${NAMED_IDS_TABLE}`);
  database.run(`insert into ${NAMED_IDS_TABLE} select value from json_each(:ids) where true on conflict do nothing`, {
    ids: JSON.stringify(ids),
  });
  const kinds = listDeletedKinds(request);
  for (const kind of kinds) stageSelected(database, kind, request);
  requireNamedRecords(database, kinds[0]);
};

export const readDeletedRecords = (
  database: Database,
  { request }: NonNullable<UndoneChange["deleted"]>,
): readonly (readonly [thing: string, pk: number, revision: number])[] =>
  listDeletedKinds(request).flatMap(({ thing }) => {
    const { key } = getVersionSchema(thing.name);
    return database
      .all(
        `select u.pk, t.revision from ${getStagedTable({ thing })} u join main.${thing.name} t on t.${key} = u.pk order by u.pk`,
      )
      .map(({ pk, revision }) => [thing.name, Number(pk), Number(revision)] as const);
  });
