import { buildSaveExportedSql } from "../ledger/observe-change.ts";
import {
  buildCompleteMaskSql,
  buildEmptyValueSql,
  buildIsForgottenSql,
  EXPORTED_VERSIONS,
  OBSERVED_VERSIONS,
  LISTED_SQL,
} from "../ledger/observed-state.ts";
import { buildIsValidRowSql, ORDERED_JOIN, quoteIdentifier, buildIsMissingRecordSql } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import {
  buildSaveUnsettledSql,
  ALL_COLUMNS_MASK,
  EXISTENCE_BIT,
  getColumnBit,
  type VersionSchema,
} from "../ledger/versions.ts";
import type { RemadeRecords } from "../ledger/import-rows.ts";
import { buildRecordLabelSql, isStaged, LOCAL_ENTRY_TABLE, CANDIDATE_KEY_TABLE } from "./expressions.ts";
import {
  getDeletionTable,
  type CommitContext,
  type PlanDefinition,
  type ReferringTable,
  type StoredKind,
  type StoredReference,
} from "./stored-kind.ts";
import type { ImportedField } from "../ledger/kinds.ts";

/**
 * The table of rows for locally changed records, with bit masks of columns: `shown` by the row, `differing` from the
 * local values, and `back` with a value that was taken back.
 */
export const MERGED_ROWS_TABLE = "s.merged";

/** Records that a whole export does not delete, and why: `ambiguous` with left-out rows, `deleted here` with a row. */
export const KEPT_TABLE = "s.kept";

/** The target of a left-out row, for which nothing is written. */
export const LEFT_OUT_TARGET = -1;

export const getMergedVersions = ({ kind, request }: PlanDefinition): VersionSchema | undefined =>
  request.fromConsole === true ? EXPORTED_VERSIONS.find(({ thing }) => thing === kind.thing) : undefined;

export const isWholeExport = ({ request }: PlanDefinition): boolean =>
  request.mode === "replace" && request.scope === undefined;

export const listMergedReferences = (plan: PlanDefinition): readonly StoredReference[] =>
  plan.kind.references.filter(({ field }) => isStaged(plan, field) && !field.resolved);

export const createMergeTables = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const names = versions.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  database.createTable(
    MERGED_ROWS_TABLE,
    `(pk integer primary key, row integer not null, isNew integer not null, shown integer not null,
     differing integer not null, back integer not null default 0, written text not null default '[]', ${names})`,
  );
  database.exec("create index s.merged_row on merged (row)");
  database.createTable(KEPT_TABLE, "(pk integer primary key, why text not null, row integer)");
  database.createTable(
    CANDIDATE_KEY_TABLE,
    "(what text not null, key text not null, pk integer, primary key (what, key))",
  );
  database.createTable(LOCAL_ENTRY_TABLE, "(row integer not null, key text not null, primary key (row, key))");
};

export const listSingleFields = (plan: PlanDefinition): readonly ImportedField[] =>
  plan.kind.fields.filter((field) => isStaged(plan, field) && field.merge !== "custom");

/** SQL: true if an import keeps a record although the export lacks the record. */
export const buildIsKeptLocallySql = ({ thing }: StoredKind): string =>
  EXPORTED_VERSIONS.some((versions) => versions.thing === thing)
    ? `exists (select 1 from ${KEPT_TABLE} k where k.pk = t.pk)`
    : "false";

/** SQL: true if the row of a record is neither matched nor left out. */
export const buildIsMissingInExportSql = (pk: string): string =>
  `${buildIsMissingRecordSql(pk)} and not exists (select 1 from ${KEPT_TABLE} apart where apart.pk = ${pk} and apart.why in ('ambiguous', 'deleted here'))`;

/** @param records SQL: `pk`, `row` */
export const buildSetApartSql = (why: "ambiguous" | "deleted here", records: string): string =>
  `insert into ${KEPT_TABLE} (pk, row, why) select *, '${why}' from (${records}) where true on conflict do nothing`;

// A record that a whole export lacks is deleted, and references to it are cleared. It is kept if it has wishes of its own,
// or, if nobody can be asked, if wishes of other records refer to it or an undo brought it back.

interface Holder {
  readonly versions: VersionSchema;
  readonly column: string;
  readonly bits: string;
}

/** Returns the columns that refer to records of a kind, except those of accounts, which no export shows. */
const listHolders = ({ kind }: PlanDefinition): readonly Holder[] =>
  (kind.table.heldBy ?? []).flatMap(({ thing, column, rows }) => {
    const versions = rows === undefined ? OBSERVED_VERSIONS.find((one) => one.thing === thing) : undefined;
    if (versions === undefined) return [];
    return { versions, column, bits: buildCompleteMaskSql(versions, getColumnBit(versions, column)) };
  });

const buildWishedReferencesSql = ({ versions, column, bits }: Holder): string =>
  `main.${versions.observed} d ${ORDERED_JOIN} main.${versions.thing.name} h on h.pk = d.pk
   where d.wished & ${bits} <> 0 and h.${quoteIdentifier(column)} is not null`;

/** SQL: the records that an undo brought back, and that no whole export has shown since. */
const buildBroughtBackSql = ({ kind: { name, thing } }: PlanDefinition): string => {
  const whole = `select max(i.revision) from main.import i where i.kind = '${name}' and i.state = 'committed'
    and i.detail -> 'request' ->> 'fromConsole' = 1 and not exists (select 1 from main.change u where u.number = i.change and u.undoneBy is not null)
    and i.detail -> 'request' ->> 'mode' = 'replace'`;
  return `select distinct t.pk from main.change c ${ORDERED_JOIN} main.created_range r on r.revision = c.revision and r.thing = '${thing.name}'
    ${ORDERED_JOIN} ${thing.name} t on t.pk between r.first and r.last where c.writer = 'undo' and c.revision > coalesce((${whole}), 0)`;
};

export const storeKeptRecords = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined || !isWholeExport(plan)) return;
  const { kind, request } = plan;
  const table = `main.${versions.observed}`;
  const isPutBack = `exists (select 1 from ${LISTED_SQL} where e.value ->> 'f' = '' and e.value ->> 'v' = 0)`;
  const why = `case when o.inConsole = 0 then 'not there' when ${isPutBack} then 'put back' when o.wished <> 0 then 'wished' end`;
  const managed = (kind.table.heldBy ?? []).flatMap(({ rows, column }: ReferringTable) =>
    rows === undefined ? [] : [`select h.${quoteIdentifier(column)}, 'managed' from ${rows} h`],
  );
  const unasked = [
    ...listHolders(plan).map(
      (holder) => `select h.${quoteIdentifier(holder.column)}, 'used' from ${buildWishedReferencesSql(holder)}`,
    ),
    `select pk, 'brought back' from (${buildBroughtBackSql(plan)})`,
  ];
  const own = `select o.pk, ${why} from ${table} o where ${why} is not null`;
  for (const select of [own, ...managed, ...(request.keepUsed === true ? unasked : [])])
    database.exec(`insert into ${KEPT_TABLE} (pk, why) select * from (${select}) where true on conflict do nothing`);
  database.run(`delete from ${KEPT_TABLE} where pk = :usual`, { usual: kind.table.usual ?? null });
};

/** Counts the references that are cleared with missing records, and the wishes that end with them. */
export const countReferences = (database: Database, plan: PlanDefinition) => {
  const gone = `select t.pk from ${plan.kind.thing.name} t where ${plan.kind.isLacking}`;
  const holders = listHolders(plan);
  if (!isWholeExport(plan) || database.get(`${gone} limit 1`) === undefined)
    return { cleared: 0, brought: 0, ended: [] };
  const isStaying = ({ versions }: Holder): string =>
    versions.thing === plan.kind.thing ? `h.pk not in (${gone})` : "true";
  const isCleared = (holder: Holder): string =>
    `h.${quoteIdentifier(holder.column)} in (${gone}) and ${isStaying(holder)}`;
  const cleared = holders.map((holder) =>
    database.count(`select count(*) from main.${holder.versions.thing.name} h where ${isCleared(holder)}`),
  );
  const ended = holders.flatMap((holder) => {
    const label = buildRecordLabelSql(holder.versions.thing, (name) => `h.${quoteIdentifier(name)}`);
    const from = `${buildWishedReferencesSql(holder)} and ${isCleared(holder)}`;
    return database.all(`select ${label} as name from ${from}`);
  });
  return {
    cleared: cleared.reduce((sum, count) => sum + count, 0),
    brought: database.count(`select count(*) from (${buildBroughtBackSql(plan)}) where pk in (${gone})`),
    ended: ended.map(({ name }) => String(name)),
  };
};

/** Clears references to the records that an export lacks; wishes for such references end. */
export const clearReferences = (database: Database, plan: PlanDefinition, { now, revision }: CommitContext): void => {
  if (getMergedVersions(plan) === undefined || !isWholeExport(plan)) return;
  const gone = `select target from ${getDeletionTable(plan.kind.thing)}`;
  if (database.get(`${gone} limit 1`) === undefined) return;
  for (const { versions, column, bits } of listHolders(plan)) {
    const { thing } = versions;
    const [table, name] = [`main.${versions.observed}`, quoteIdentifier(column)];
    database.createTable("temp.cleared", "(pk integer primary key)");
    const found = database.run(
      `insert into temp.cleared select h.pk from main.${thing.name} h where h.${name} in (${gone}) and h.pk <> 1`,
      {},
    );
    if (found === 0) continue;
    const cleared = "select pk from temp.cleared";
    database.run(buildSaveUnsettledSql(versions, cleared), { revision });
    database.run(buildSaveExportedSql(versions, `o.pk in (${cleared})`), { revision });
    const shown = `(select o.${name} from ${table} o where o.pk = h.pk and o.inConsole = 1 and o.wished & ${bits} <> 0 and o.${name} not in (${gone}))`;
    database.run(
      `update main.${thing.name} as h set ${name} = coalesce(${shown}, ${buildEmptyValueSql(thing, column)}), updatedAt = :now, revision = :revision where h.pk in (${cleared})`,
      { now, revision },
    );
    database.exec(
      `update ${table} as o set wished = o.wished & ~(${bits}) where o.pk in (${cleared}) and (o.inConsole = 1 or o.wished & ${EXISTENCE_BIT} = 0)`,
    );
    database.exec(`delete from ${table} as o where o.pk in (${cleared}) and ${buildIsForgottenSql(versions)}`);
  }
};

const buildRemadeSql = (versions: VersionSchema): string =>
  `select o.pk from main.${versions.observed} o ${ORDERED_JOIN} s.match m on m.target = o.pk
   where o.inConsole = 0 and o.wished & ${EXISTENCE_BIT} = 0 and ${buildIsValidRowSql("m.row")}`;

export const countRemade = (database: Database, plan: PlanDefinition): RemadeRecords | undefined => {
  const versions = EXPORTED_VERSIONS.find(({ thing }) => thing === plan.kind.thing);
  if (versions === undefined || plan.request.fromConsole === true) return undefined;
  const names = database.all(
    `select ${buildRecordLabelSql(plan.kind.thing)} as name from main.${plan.kind.thing.name} t where t.pk in (${buildRemadeSql(versions)}) order by t.pk`,
  );
  return names.length === 0 ? undefined : { count: names.length, names: names.map(({ name }) => String(name)) };
};

/** A list that contains an unsettled record takes it over as a creation. */
export const remakeRecords = (database: Database, plan: PlanDefinition, revision: number): void => {
  const versions = EXPORTED_VERSIONS.find(({ thing }) => thing === plan.kind.thing);
  if (versions === undefined) return;
  const made = buildRemadeSql(versions);
  database.run(buildSaveExportedSql(versions, `o.pk in (${made})`), { revision });
  database.run(
    `update main.${versions.observed} as o set wished = ${ALL_COLUMNS_MASK}, since = :revision where o.pk in (${made})`,
    { revision },
  );
};
