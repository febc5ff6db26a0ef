import type { Import } from "../../contract/index.ts";
import { columnsOf, type CustomField } from "../../model/format.ts";
import { FORMATS } from "../../model/formats.ts";
import type { BlockedRecord } from "../../model/undo.ts";
import { hasOpenDrift, readDrift } from "../console/drift.ts";
import { EXPORTED_COLUMNS } from "../console/exported.ts";
import { readOpenTasks } from "../console/tasks.ts";
import type { MergedValues, PlanCounts } from "./staging/counts.ts";
import type { Reader } from "../store/store.ts";
import type { FormatName } from "../../model/console-files.ts";
import { stateOf, type ImportRecord, type ImportState, type TakeoverResult } from "./import-rows.ts";

/** The counts of an import that has no plan yet. */
export const NO_COUNTS = {
  create: 0,
  update: 0,
  unchanged: 0,
  recordsBefore: 0,
  delete: 0,
  invalid: 0,
  secretsSet: 0,
  orgsCreated: 0,
  groupsCreated: 0,
  newOrgs: [],
  newGroups: [],
  columns: [],
  errors: 0,
  warnings: 0,
  rejected: false,
} as const;

/** What imports are told with that is not in their own rows: read at once for however many. */
interface ImportContext {
  readonly tenant: string;
  /** the numbers of the changes that undid others, by the numbers of these */
  readonly undoneBy: ReadonlyMap<number, number>;
  /** the changes of which something is open in the console, and of how many records, if these were counted */
  readonly open: ReadonlyMap<number, number | undefined>;
  /** the columns that exports of the console have shown: by kind and field */
  readonly seen: ReadonlySet<string>;
  /** the tenant's own fields of users */
  readonly customFields: readonly CustomField[];
}

const columnName = (kind: unknown, field: unknown): string => `${String(kind)} ${String(field)}`;

const readBeside = async (reader: Reader, open: ImportContext["open"]): Promise<ImportContext> => {
  const undone = await reader.all("select number, undoneBy from main.change where undoneBy is not null");
  const seen = await reader.all(`select kind, field from ${EXPORTED_COLUMNS}`);
  const customFields = await reader.all("select pk, name from custom_field order by pk");
  return {
    tenant: String((await reader.get("select name from tenant"))?.["name"] ?? ""),
    undoneBy: new Map(undone.map((row) => [Number(row["number"]), Number(row["undoneBy"])])),
    open,
    seen: new Set(seen.map(({ kind, field }) => columnName(kind, field))),
    customFields: customFields.map(({ pk, name }) => ({ id: String(pk), name: String(name) })),
  };
};

/** Imports as the tenant API shows them. @param asking who asks */
export const importsOf = async (
  reader: Reader,
  records: readonly ImportRecord[],
  asking: string,
): Promise<readonly Import[]> => {
  const beside = await readBeside(reader, (await readOpenTasks(reader)).open);
  return records.map((record) => shownImport(record, beside, asking));
};

/** An import as the tenant API answers a request that writes: open records are not counted, which takes as long as to write them. */
export const writtenImportOf = async (reader: Reader, record: ImportRecord, asking: string): Promise<Import> => {
  const { change, revision } = record;
  const isOpen = change !== null && revision !== null && (await hasOpenDrift(reader, revision));
  return shownImport(record, await readBeside(reader, new Map(isOpen ? [[change, undefined]] : [])), asking);
};

/** An import as the tenant API shows it. @param asking who asks */
export const importOf = async (reader: Reader, record: ImportRecord, asking: string): Promise<Import> => {
  const { change, revision } = record;
  const parts = revision === null ? [] : await readDrift(reader, { revision });
  const records = parts.reduce((sum, part) => sum + part.records, 0);
  const open = new Map(change === null || records === 0 ? [] : [[change, records]]);
  return shownImport(record, await readBeside(reader, open), asking);
};

const ofNames = ({ count, names }: NonNullable<PlanCounts["staying"]>) => ({ count, names: [...names] });

/** The counts of a plan, and what only some plans tell. */
const shownCounts = ({ detail }: ImportRecord) => {
  const {
    newOrgs,
    newGroups,
    columns,
    staying,
    protectedElsewhere,
    wipes,
    foreign,
    merged,
    takenOver,
    lost,
    beside,
    reopened,
    blocked,
    unusable: _unusable,
    ...counts
  }: PlanCounts = {
    ...NO_COUNTS,
    ...detail.counts,
  };
  return {
    ...counts,
    newOrgs: [...newOrgs],
    newGroups: [...newGroups],
    columns: [...columns],
    ...(wipes === undefined ? {} : { wipes }),
    ...(foreign === undefined ? {} : { foreign: { by: foreign.by, values: [...foreign.values] } }),
    ...(staying === undefined ? {} : { staying: ofNames(staying) }),
    ...(protectedElsewhere === undefined ? {} : { protectedElsewhere: ofNames(protectedElsewhere) }),
    ...(merged === undefined ? {} : { merged: mergedOf(merged) }),
    ...(takenOver === undefined ? {} : { takenOver: { ...takenOver, newer: [...takenOver.newer] } }),
    ...(lost === undefined ? {} : { lost: [...lost] }),
    ...(beside === undefined ? {} : { beside: [...beside] }),
    ...(reopened === undefined ? {} : { reopened: { ...reopened, tasks: [...reopened.tasks] } }),
    ...(blocked === undefined ? {} : { blocked: { count: blocked.count, first: blocked.first.map(blockedOf) } }),
  };
};

const blockedOf = ({ fields, ...blocked }: BlockedRecord) => ({ ...blocked, fields: [...fields] });

const shownImport = (record: ImportRecord, beside: ImportContext, asking: string): Import => {
  const { detail } = record;
  const task = record.change !== null && beside.open.has(record.change) ? record.change : undefined;
  return {
    id: record.id,
    number: record.number,
    change: record.change,
    tenant: beside.tenant,
    kind: record.kind,
    mode: detail.request?.mode ?? "undo",
    state: stateOf(record),
    fileName: detail.request?.fileName ?? "",
    inputSha256: detail.staged?.sha256 ?? null,
    inputBytes: detail.staged?.bytes ?? 0,
    encoding: detail.staged?.encoding ?? null,
    createdAt: record.createdAt,
    committedAt: detail.committedAt,
    actor: detail.actor,
    mine: detail.actor === asking,
    undoes: detail.undoes ?? null,
    ...(detail.drops === undefined ? {} : { drops: [...detail.drops] }),
    undoneBy: record.change === null ? null : (beside.undoneBy.get(record.change) ?? null),
    etag: record.etag,
    request: withoutScope(detail.request),
    rows: detail.staged?.rows ?? 0,
    ...shownCounts(record),
    header: [...(detail.staged?.header ?? [])],
    absentColumns: [...(detail.staged?.absentColumns ?? [])],
    unknownColumns: [...(detail.staged?.unknownColumns ?? [])],
    unverifiedColumns: unverifiedColumns(record, beside),
    emittedAt: detail.emittedAt,
    ...(OPEN.has(record.state) ? { unseenColumns: unseenColumns(record.kind, beside) } : {}),
    ...(detail.others === undefined ? {} : { others: [...detail.others] }),
    ...(task === undefined ? {} : { consoleTask: task, ...inConsole(record, beside) }),
    ...(detail.settled === undefined ? {} : { settled: settledOf(detail.settled) }),
  };
};

/** The number of records that an import wrote, of all things. */
const countWritten = (counts: PlanCounts): number =>
  [counts, ...(counts.beside ?? [])].reduce(
    (sum, { create, update, delete: gone }) => sum + create + update + gone,
    counts.orgsCreated + counts.groupsCreated + (counts.released ?? 0),
  );

const mergedOf = ({ held: _held, first, ...merged }: MergedValues): NonNullable<Import["merged"]> => ({
  ...merged,
  first: [...first],
});

/** How many of an import's records the console has by now. */
const inConsole = (
  { change, detail: { counts } }: ImportRecord,
  { open }: ImportContext,
): Pick<Import, "inConsole"> => {
  const of = counts === null ? 0 : countWritten(counts);
  const left = open.get(change ?? -1);
  return of === 0 || left === undefined ? {} : { inConsole: { done: Math.max(0, of - left), of } };
};

/** A request as its maker sent it. */
const withoutScope = (request: ImportRecord["detail"]["request"]): Import["request"] => {
  if (request?.scope === undefined) return request;
  const { scope: _scope, ...asked } = request;
  return asked;
};

const settledOf = ({
  closed,
  givenUp = [],
  advanced = [],
  contradicted,
  reopened,
  open,
}: TakeoverResult): NonNullable<Import["settled"]> => ({
  closed: [...closed],
  ...(givenUp.length > 0 && { givenUp: [...givenUp] }),
  ...(advanced.length > 0 && { advanced: [...advanced] }),
  contradicted: [...contradicted],
  ...(reopened.length > 0 && { reopened: [...reopened] }),
  open,
});

const OPEN: ReadonlySet<ImportState> = new Set(["planned"]);

/** Columns that no export of the console has shown; all of them in a tenant that is no mirror of this kind. */
const unseenColumns = (kind: FormatName, { seen, customFields }: ImportContext): string[] =>
  columnsOf(FORMATS[kind], customFields)
    .filter(({ field, secret }) => secret !== true && !seen.has(columnName(kind, field)))
    .map(({ header }) => header);

/** Columns of a file that no export of the console is known to have. @see facts 6.5 */
const unverifiedColumns = ({ kind, detail }: ImportRecord, { seen }: ImportContext): Import["unverifiedColumns"] => {
  if (detail.request?.fromConsole === true) return [];
  const staged = new Set(detail.staged?.staged ?? []);
  return FORMATS[kind].columns
    .filter(({ field, secret }) => staged.has(field) && secret !== true)
    .filter(({ field, consoleExport }) => consoleExport !== true && !seen.has(columnName(kind, field)))
    .map(({ header }) => ({ header }));
};
