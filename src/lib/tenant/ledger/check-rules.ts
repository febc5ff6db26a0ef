import { getColumnBit, getVersionSchema } from "./versions.ts";
import type { RuleProblem } from "../../rules/values.ts";
import { RECORD_RULES, RULE_SUBJECTS, type AllRecords, type RecordRule } from "./rules.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import type { Reader, Row } from "../store/types.ts";

// Only this module applies rules to records. One `select` per subject reads the written records.

/** `edits` are changes by requests, and by imports of files that are not console exports. */
export type ChangeSource = "edits" | "console" | "undo";

interface RecordSide {
  readonly joins: (pk: string) => string;
  readonly column: (name: string) => string;
  readonly there: string;
}

export interface RuleTriggers {
  readonly columns: readonly string[];
  readonly sets: readonly string[];
  readonly deletions: boolean;
}

export interface ChangedTables {
  readonly things: ReadonlySet<string>;
  readonly before: (thing: string, alias: string) => RecordSide;
  readonly after: (thing: string, alias: string) => RecordSide;
  readonly changed: (thing: string, writes: RuleTriggers) => string;
  readonly all: AllRecords;
  readonly checkedElsewhere?: readonly string[] | undefined;
}

export interface FoundProblem extends RuleProblem {
  readonly thing: string;
  readonly lead: string;
  readonly pk: number;
}

export const listRuleColumns = (thing: string): ReadonlySet<string> =>
  new Set(Object.values(RULE_SUBJECTS).flatMap(({ [thing]: columns = [] }) => columns));

const buildBrokenRuleSql = ({ fields, breaks, checksDeletions }: RecordRule, { all }: ChangedTables): string =>
  `${checksDeletions === true ? "true" : "is_ = 1"} and (was <> is_ or ${fields.map((field) => `old_${field} is distinct from new_${field}`).join(" or ")})
    and (${typeof breaks === "string" ? breaks : breaks(all)})`;

/** SQL: the records that break rules: `rule_INDEX` is 1 for a broken rule, `told_INDEX` a value for its message. */
const buildBrokenRecordsSql = (subject: string, rules: readonly RecordRule[], tables: ChangedTables): string => {
  const columns = Object.entries(RULE_SUBJECTS[subject] ?? {});
  const lead = columns[0]?.[0] ?? subject;
  const changed = columns
    .filter(([thing]) => tables.things.has(thing))
    .map(([thing, names]) => {
      const isOwn = thing === subject;
      const select = tables.changed(thing, {
        columns: names.filter((name) => rules.some(({ fields }) => fields.includes(name))),
        sets: isOwn ? rules.flatMap(({ fields, sets = fields }) => sets) : [],
        deletions: rules.some(({ checksDeletions }) => checksDeletions === true),
      });
      // only users with an account are checked, because checking all users would take too long
      return isOwn ? select : `select c.pk from (${select}) c where c.pk in (select own.user from main.account own)`;
    });
  const sides = (["old", "new"] as const).map((name) => {
    const side = name === "old" ? tables.before : tables.after;
    const of = columns.map(([thing, names]) => ({ side: side(thing, `${name}_${thing}`), names }));
    return {
      joins: of.map((one) => one.side.joins("k.pk")).join(" "),
      values: of.flatMap((one) => one.names.map((column) => `${one.side.column(column)} as ${name}_${column}`)),
      there: buildCaseSql(side(lead, `${name}_${lead}`).there, "1", "0"),
    };
  });
  const broken = rules.map((rule) => buildBrokenRuleSql(rule, tables));
  const read = rules.flatMap(({ told }, at) => [
    `${buildCaseSql(broken[at] ?? "", "1", "0")} as rule_${at}`,
    ...(told === undefined ? [] : [`${buildCaseSql(broken[at] ?? "", `(${told(tables.all)})`, "null")} as told_${at}`]),
  ]);
  return `select s.*, ${read.join(", ")}
    from (select k.pk, ${sides[0]?.there} as was, ${sides[1]?.there} as is_, ${sides.flatMap(({ values }) => values).join(", ")}
      from (${changed.join(" union ")}) k ${sides.map(({ joins }) => joins).join(" ")}) s
    where ${broken.map((one) => `(${one})`).join(" or ")} order by s.pk`;
};

const buildRuleChecks = (tables: ChangedTables, bringing: ChangeSource) =>
  Object.entries(RULE_SUBJECTS).flatMap(([thing, columns]) => {
    const rules = RECORD_RULES.filter(
      ({ of, name, spares }) =>
        of === thing &&
        tables.checkedElsewhere?.includes(name) !== true &&
        (spares === undefined || bringing === "edits" || (bringing === "undo" && spares === "console")),
    );
    const names = Object.keys(columns);
    if (rules.length === 0 || !names.some((name) => tables.things.has(name))) return [];
    const read = (row: Row): readonly FoundProblem[] =>
      rules.flatMap(({ problem }, at) => {
        if (row[`rule_${at}`] !== 1) return [];
        const told = JSON.parse(String(row[`told_${at}`] ?? "null")) as unknown;
        return [{ ...problem(row, told), thing, lead: names[0] ?? thing, pk: Number(row["pk"]) }];
      });
    return [{ sql: buildBrokenRecordsSql(thing, rules, tables), read: (rows: readonly Row[]) => rows.flatMap(read) }];
  });

export const buildCurrentSide = (thing: string, alias: string): RecordSide => {
  const { key } = getVersionSchema(thing);
  return {
    joins: (pk) => `left join main.${thing} ${alias} on ${alias}.${key} = ${pk}`,
    column: (name) => `${alias}.${quoteIdentifier(name)}`,
    there: `${alias}.${key} is not null`,
  };
};

export const buildCurrentRecordsSql: AllRecords = (thing, columns) =>
  `(select ${[`${getVersionSchema(thing).key} as pk`, ...columns.map(quoteIdentifier)].join(", ")} from main.${thing})`;

/** Checks all records with the rules for console values, as if every record were new. */
export const checkAllRecords = (database: Database): readonly FoundProblem[] =>
  checkPlannedRecords(
    {
      things: new Set(Object.values(RULE_SUBJECTS).flatMap((columns) => Object.keys(columns))),
      before: () => ({ joins: () => "", column: () => "null", there: "false" }),
      after: buildCurrentSide,
      changed: (thing) => `select ${getVersionSchema(thing).key} as pk from main.${thing}`,
      all: buildCurrentRecordsSql,
    },
    "console",
    database,
  );

const buildIsCreated = (thing: string): string =>
  `exists (select 1 from main.created_range r where r.revision = :revision and r.thing = '${thing}' and k.pk between r.first and r.last)`;

/** SQL: the records of a type before the change `:revision`, from the stored versions. */
const buildPreviousSide = (thing: string, alias: string): RecordSide => {
  const versions = getVersionSchema(thing);
  const now = buildCurrentSide(thing, alias);
  const was = `${alias}_was`;
  return {
    joins: (pk) =>
      `${now.joins(pk)} left join main.${versions.table} ${was} on ${was}.pk = ${pk} and ${was}.revision = :revision`,
    column: (name) =>
      buildCaseSql(
        `${was}.changed & ${getColumnBit(versions, name)} <> 0`,
        `${was}.${quoteIdentifier(name)}`,
        buildCaseSql(`${was}.pk is null and ${buildIsCreated(thing)}`, "null", now.column(name)),
      ),
    there: `(${was}.pk is not null or ${now.there} and not ${buildIsCreated(thing)})`,
  };
};

const buildWrittenTables = (things: ReadonlySet<string>): ChangedTables => ({
  things,
  before: buildPreviousSide,
  after: buildCurrentSide,
  changed: (thing, { columns }) => {
    const versions = getVersionSchema(thing);
    const bits = columns.map((name) => getColumnBit(versions, name)).join(" | ");
    return `select v.pk from main.${versions.table} v where v.revision = :revision and (v.action = 'delete' or v.changed & (${bits || "0"}) <> 0)
      union select t.${versions.key} from main.created_range c ${ORDERED_JOIN} main.${thing} t on t.${versions.key} between c.first and c.last
        where c.revision = :revision and c.thing = '${thing}'`;
  },
  all: buildCurrentRecordsSql,
});

const RULE_TABLES: readonly string[] = [...new Set(Object.values(RULE_SUBJECTS).flatMap((one) => Object.keys(one)))];

const WRITTEN_TYPES_SQL = RULE_TABLES.map(
  (thing) => `select '${thing}' as thing
    where exists (select 1 from main.${getVersionSchema(thing).table} v where v.revision = :revision)
      or exists (select 1 from main.created_range c where c.revision = :revision and c.thing = '${thing}')`,
).join(" union all ");

/** @param needsCheck returns false for record types that were already checked */
export const checkWrittenRecords = async (
  reader: Pick<Reader, "all">,
  revision: number,
  bringing: ChangeSource,
  needsCheck: (thing: string) => boolean = () => true,
): Promise<readonly FoundProblem[]> => {
  const written = (await reader.all(WRITTEN_TYPES_SQL, { revision })).map(({ thing }) => String(thing));
  const things = new Set(written.filter(needsCheck));
  const found: FoundProblem[] = [];
  for (const { sql, read } of buildRuleChecks(buildWrittenTables(things), bringing))
    found.push(...read(await reader.all(sql, { revision })));
  return found;
};

export const checkPlannedRecords = (
  tables: ChangedTables,
  bringing: ChangeSource,
  database: Database,
): readonly FoundProblem[] => buildRuleChecks(tables, bringing).flatMap(({ sql, read }) => read(database.all(sql)));
