import { ANDROID, ACCOUNTLESS_MODE, NOT_MANAGED, ACCOUNT_PER_DEVICE_MODE } from "../../model/device.ts";
import { selectRules, type ChangeSource } from "../../rules/index.ts";
import type { RuleAction, AnyRule, Facts, RuleProblem } from "../../rules/rule.ts";
import { getVersionSchema } from "../versions/keep.ts";
import { getColumnBit, getVersionTable } from "../versions/tables.ts";
import { ROOT_ORG_NUMBER } from "../records/org-rows.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "./sql/forms.ts";
import type { Params, Reader, Row } from "./store.ts";

// This is the only engine that applies rules. It reads what a change writes, selects the rules that apply, and reads
// the facts that these rules need.

/** SQL for the records of a type, either before or after a change. */
interface RecordSide {
  /** @param pk SQL of the record number */
  readonly joins: (pk: string) => string;
  readonly column: (name: string) => string;
  /** true if the record exists */
  readonly there: string;
}

/**
 * SQL for the records before and after a change, which may only be planned. The aliases in the SQL begin with the given
 * alias.
 */
export interface ChangedTables {
  /** the record types that the change writes */
  readonly things: ReadonlySet<string>;
  readonly before: (thing: string, alias: string) => RecordSide;
  readonly after: (thing: string, alias: string) => RecordSide;
  /**
   * selects the `pk` of records that the change creates or deletes or in which it writes one of the columns, limited to
   * `actions`
   */
  readonly changed: (thing: string, columns: readonly string[], actions: ReadonlySet<RuleAction>) => string;
  /** the records after the change: `pk` and the columns */
  readonly all: (thing: string, columns: readonly string[]) => string;
  readonly params: Params;
  /** returns true for a column (`table.column`) that is null in every record that the change creates */
  readonly isBlankInNew?: ((column: string) => boolean) | undefined;
  /** returns true for a rule that is applied by statements over all rows instead */
  readonly isOtherwiseJudged?: ((rule: AnyRule) => boolean) | undefined;
}

interface StateField {
  /** the columns that the value is read from, each as `table.column` */
  readonly from: readonly string[];
  /** default: the column itself */
  readonly sql?: ((column: (name: string) => string) => string) | undefined;
  readonly as?: "boolean" | "json" | undefined;
}

interface RuleSubject {
  readonly tables: readonly [string, ...string[]];
  readonly fields: Readonly<Record<string, StateField>>;
  /**
   * SQL: condition on records. Changes in tables other than the last (own) table matter only for these records. @param
   * pk SQL of the record number
   */
  readonly among?: ((pk: string) => string) | undefined;
}

const defineOwnFields = (thing: string, names: readonly string[], as?: StateField["as"]): RuleSubject["fields"] =>
  Object.fromEntries(names.map((name) => [name, { from: [`${thing}.${name}`], as }]));

const buildIsCustomRole = (of: (name: string) => string): string =>
  `coalesce(${of("account.role")}, 'none') = 'custom'`;

const RULE_SUBJECTS: Readonly<Record<string, RuleSubject>> = {
  org: {
    tables: ["org"],
    fields: {
      ...defineOwnFields("org", ["name", "code"]),
      isRoot: { from: ["org.parent"], sql: (of) => `${of("org.parent")} is null`, as: "boolean" },
    },
  },
  scheme: { tables: ["scheme"], fields: defineOwnFields("scheme", ["operations"], "json") },
  user: { tables: ["user"], fields: defineOwnFields("user", ["accountName"]) },
  account: {
    tables: ["user", "account"],
    fields: {
      name: { from: ["user.accountName"] },
      isInRoot: { from: ["user.org"], sql: (of) => `${of("user.org")} = ${ROOT_ORG_NUMBER}`, as: "boolean" },
      role: { from: ["account.role"], sql: (of) => `coalesce(${of("account.role")}, 'none')` },
      hasScheme: { from: ["account.scheme"], sql: (of) => `${of("account.scheme")} is not null`, as: "boolean" },
      managesAll: {
        from: ["account.role", "account.managedOrgs"],
        sql: (of) => `${buildIsCustomRole(of)} and ${of("account.managedOrgs")} is null`,
        as: "boolean",
      },
      managedOrgs: {
        from: ["account.managedOrgs"],
        sql: (of) => `(select coalesce(json_group_array(coalesce(o.id, e.value) order by e.key), '[]')
          from json_each(${of("account.managedOrgs")}) e left join main.org o on o.pk = e.value)`,
        as: "json",
      },
      supportOption: { from: ["account.supportOption"], as: "boolean" },
      noticeMail: { from: ["account.noticeMail"], as: "boolean" },
      timezone: { from: ["account.timezone"] },
    },
    // only few users have an account with recorded data
    among: (pk) => `${pk} in (select own.user from main.account own)`,
  },
  device: {
    tables: ["device"],
    fields: defineOwnFields("device", ["serialNumber", "platform", "status", "androidMode", "owner", "ownerOrg"]),
  },
};

export const listRuleColumns = (thing: string): ReadonlySet<string> =>
  new Set(
    Object.values(RULE_SUBJECTS)
      .flatMap(({ fields }) => Object.values(fields).flatMap(({ from }) => from))
      .filter((column) => column.startsWith(`${thing}.`))
      .map((column) => column.slice(thing.length + 1)),
  );

/** SQL: true if a device uses the account of its owner.  @param column returns SQL of a column of the device */
export const buildUsesAccountSql = (column: (name: string) => string): string =>
  `${column("owner")} is not null and ${column("platform")} = '${ANDROID}'
    and ${column("status")} is distinct from '${NOT_MANAGED}' and ${column("androidMode")} is distinct from '${ACCOUNTLESS_MODE}'`;

/** SQL for each fact about the record `s`: `s.pk` is its number, `s."after.FIELD"` its state. Lists are JSON. */
const FACT_SQL: Readonly<Record<Exclude<keyof Facts, "now">, (tables: ChangedTables) => string>> = {
  otherSystemAdministrators: ({ all }) =>
    `(select count(*) from ${all("account", ["role"])} a join ${all("user", [])} u on u.pk = a.pk
      where a.role = 'system' and a.pk <> s.pk)`,
  otherSupportOptions: ({ all }) =>
    `(select json_group_array(concat(u.accountName, ' (', u.name, ')') order by u.pk)
      from ${all("account", ["supportOption"])} a join ${all("user", ["name", "accountName"])} u on u.pk = a.pk
      where a.supportOption = 1 and a.pk <> s.pk)`,
  sharedDevices: ({ all }) =>
    `(select json_group_array(json_object('serialNumber', d.serialNumber,
        'isFullyManaged', json(${buildCaseSql(`d.androidMode = '${ACCOUNT_PER_DEVICE_MODE}'`, "'true'", "'false'")}),
        'owner', u.name || ' <' || (u.emails ->> 0) || '>') order by d.pk)
      from ${all("device", ["serialNumber", "owner", "platform", "status", "androidMode"])} d
      join ${all("user", ["name", "emails"])} u on u.pk = d.owner
      where d.owner = s."after.owner" and d.pk <> s.pk and ${buildUsesAccountSql((name) => `d.${name}`)})`,
};

const isSqlFact = (name: keyof Facts): name is keyof typeof FACT_SQL => name in FACT_SQL;

const toRuleLiteral = (value: unknown): string =>
  typeof value === "string" ? `'${value}'` : value === null ? "null" : value === true ? "1" : "0";

/** SQL: the conditions that a state must meet to be rejected by a rule. */
const buildSuspectConditions = (side: "before" | "after", suspects: AnyRule["after"]): readonly string[] =>
  Object.entries(suspects ?? {}).map(([field, value]) => {
    const column = `s."${side}.${field}"`;
    return typeof value === "object" && value !== null && "not" in value
      ? `${column} is distinct from ${toRuleLiteral(value.not)}`
      : `${column} is not distinct from ${toRuleLiteral(value)}`;
  });

/** SQL: true if a rule must be applied to a record `s`. */
const buildIsRuleApplicable = ({ on, fields, before, after }: AnyRule): string => {
  const differs = fields.map((field) => `s."before.${field}" is distinct from s."after.${field}"`).join(" or ");
  const actions = {
    create: ["s.was = 0", "s.is_ = 1", ...buildSuspectConditions("after", after)],
    edit: [
      "s.was = 1",
      "s.is_ = 1",
      `(${differs})`,
      ...buildSuspectConditions("before", before),
      ...buildSuspectConditions("after", after),
    ],
    delete: ["s.was = 1", "s.is_ = 0", ...buildSuspectConditions("before", before)],
  };
  return `(${on.map((action) => actions[action].join(" and ")).join(" or ")})`;
};

/** A statement whose rows the engine needs. */
interface EngineQuery {
  readonly sql: string;
  readonly params: Params;
}

export interface FoundProblem extends RuleProblem {
  /** name of the record type that the rule is about */
  readonly thing: string;
  /** the table to which the record number belongs */
  readonly lead: string;
  readonly pk: number;
  readonly id: string;
}

/**
 * SQL: the records of a subject to which rules apply, with their states and facts and a column `rule.INDEX` for each
 * rule.
 */
const buildSubjectChangesSql = (
  { tables: names, fields, among }: RuleSubject,
  rules: readonly AnyRule[],
  tables: ChangedTables,
): string => {
  const read = [...new Set(rules.flatMap((rule) => rule.fields))];
  const columns = [...new Set(read.flatMap((field) => fields[field]?.from ?? []))];
  const [lead] = names;
  const actions = new Set(rules.flatMap(({ on }) => on));
  const changed = names
    .filter((thing) => tables.things.has(thing))
    .map((thing) => {
      const written = columns
        .filter((column) => column.startsWith(`${thing}.`))
        .map((one) => one.slice(thing.length + 1));
      if (among === undefined || thing === names.at(-1)) return tables.changed(thing, written, actions);
      // creations are left out, because a new record of this table can have a row in the last table only if that row is
      // new, too
      const others = actions.difference(new Set<RuleAction>(["create"]));
      return `select c.pk from (${tables.changed(thing, written, others)}) c where ${among("c.pk")}`;
    });
  const sides = (["before", "after"] as const).map((side) => {
    const of = new Map(names.map((thing) => [thing, tables[side](thing, `${side}_${thing}`)] as const));
    const column = (name: string): string => {
      const [thing = "", own = ""] = name.split(".");
      return of.get(thing)?.column(own) ?? "null";
    };
    const values = Object.entries(fields).map(([field, { from, sql, as }]) => {
      const value = sql === undefined ? column(from[0] ?? "") : sql(column);
      return `${as === "boolean" ? `coalesce(${value}, 0)` : value} as "${side}.${field}"`;
    });
    return {
      of,
      values,
      joins: [...of.values()].map(({ joins }) => joins("k.pk")),
      there: of.get(lead)?.there ?? "false",
    };
  });
  const [before, after] = sides;
  if (before === undefined || after === undefined) throw new TypeError("a change has two sides");
  const id = `coalesce(${after.of.get(lead)?.column("id")}, ${before.of.get(lead)?.column("id")})`;
  const concerned = rules.map((rule) => buildIsRuleApplicable(rule));
  const facts = [...new Set(rules.flatMap((rule) => rule.facts ?? []))].filter(isSqlFact).map((fact) => {
    const asking = concerned.filter((_, at) => rules[at]?.facts?.includes(fact) === true).join(" or ");
    return `${buildCaseSql(asking, FACT_SQL[fact](tables), "null")} as "fact.${fact}"`;
  });
  return `select s.*, ${[...concerned.map((which, at) => `${buildCaseSql(which, "1", "0")} as "rule.${at}"`), ...facts].join(", ")}
    from (select k.pk, ${id} as id, ${buildCaseSql(before.there, "1", "0")} as was, ${buildCaseSql(after.there, "1", "0")} as is_,
        ${[...before.values, ...after.values].join(", ")}
      from (${changed.join(" union ")}) k ${[...before.joins, ...after.joins].join(" ")}) s
    where ${concerned.join(" or ")} order by s.pk`;
};

/** Returns the state of a record in the form that rules read; undefined if the record does not exist. */
const toRuleState = ({ fields }: RuleSubject, row: Row, side: "before" | "after"): object | undefined =>
  row[side === "before" ? "was" : "is_"] === 0
    ? undefined
    : Object.fromEntries(
        Object.entries(fields).map(([field, { as }]) => {
          const value = row[`${side}.${field}`] ?? null;
          if (as === "boolean") return [field, value === 1];
          return [field, as === "json" ? (JSON.parse(String(value ?? "[]")) as unknown) : value];
        }),
      );

const toRuleFacts = (row: Row): object =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      if (!name.startsWith("fact.")) return [];
      return [[name.slice("fact.".length), typeof value === "string" ? (JSON.parse(value) as unknown) : value]];
    }),
  );

/**
 * Returns the rule without record creation if the rule cannot reject new records because the fields that it reads are
 * blank.
 */
const omitHarmlessCreation = (rule: AnyRule, { fields }: RuleSubject, { isBlankInNew }: ChangedTables): AnyRule => {
  const isBlank = (name: string): boolean => {
    const { from = [], sql, as } = fields[name] ?? {};
    return sql === undefined && as === undefined && from.every((column) => isBlankInNew?.(column) === true);
  };
  const mayBeBlank = (value: unknown): boolean =>
    value === null || (typeof value === "object" && "not" in value && value.not !== null);
  const isPossible =
    !rule.fields.every(isBlank) &&
    Object.entries(rule.after ?? {}).every(([name, value]) => !isBlank(name) || mayBeBlank(value));
  return isPossible ? rule : { ...rule, on: rule.on.filter((action) => action !== "create") };
};

/**
 * Applies the rules to a change. Yields the statements to run and expects their rows, so that the same code works with
 * synchronous and asynchronous readers.
 */
function* judgeStepByStep(
  tables: ChangedTables,
  bringing: ChangeSource,
): Generator<EngineQuery, readonly FoundProblem[], readonly Row[]> {
  const found: FoundProblem[] = [];
  for (const [thing, subject] of Object.entries(RULE_SUBJECTS)) {
    const isKnown = ({ fields }: AnyRule): boolean => fields.every((field) => field in subject.fields);
    const rules = selectRules(thing, bringing)
      .filter((rule) => isKnown(rule) && tables.isOtherwiseJudged?.(rule) !== true)
      .map((rule) => omitHarmlessCreation(rule, subject, tables))
      .filter(({ on }) => on.length > 0);
    if (rules.length === 0 || !subject.tables.some((name) => tables.things.has(name))) continue;
    const sql = buildSubjectChangesSql(subject, rules, tables);
    for (const row of yield { sql, params: tables.params }) {
      const change = {
        before: toRuleState(subject, row, "before"),
        after: toRuleState(subject, row, "after"),
        facts: toRuleFacts(row),
      };
      for (const [at, rule] of rules.entries()) {
        if (row[`rule.${at}`] !== 1) continue;
        for (const problem of rule.judge(change))
          found.push({
            ...problem,
            thing,
            lead: subject.tables[0] ?? thing,
            pk: Number(row["pk"]),
            id: String(row["id"]),
          });
      }
    }
  }
  return found;
}

/** SQL: the current records of a type, under an alias. */
export const buildCurrentSide = (thing: string, alias: string): RecordSide => {
  const { key } = getVersionSchema(thing);
  return {
    joins: (pk) => `left join main.${thing} ${alias} on ${alias}.${key} = ${pk}`,
    column: (name) => `${alias}.${quoteIdentifier(name)}`,
    there: `${alias}.${key} is not null`,
  };
};

/** SQL: all current records of a type. */
export const buildCurrentRecordsSql: ChangedTables["all"] = (thing, columns) =>
  `(select ${[`${getVersionSchema(thing).key} as pk`, ...columns.map(quoteIdentifier)].join(", ")} from main.${thing})`;

/** SQL: true if the change `:revision` created a record. @param pk SQL of the record number */
const buildIsCreated = (thing: string, pk: string): string =>
  `exists (select 1 from main.created_range r where r.revision = :revision and r.thing = '${thing}' and ${pk} between r.first and r.last)`;

/** SQL: the records of a type before the change `:revision`, read from the versions that the change stored. */
const buildPreviousSide = (thing: string, alias: string): RecordSide => {
  const versions = getVersionSchema(thing);
  const now = buildCurrentSide(thing, alias);
  const was = `${alias}_was`;
  return {
    joins: (pk) =>
      `${now.joins(pk)} left join main.${getVersionTable(versions)} ${was} on ${was}.pk = ${pk} and ${was}.revision = :revision`,
    column: (name) =>
      buildCaseSql(
        `${was}.changed & ${getColumnBit(versions, name)} <> 0`,
        `${was}.${quoteIdentifier(name)}`,
        buildCaseSql(`${was}.pk is null and ${buildIsCreated(thing, "k.pk")}`, "null", now.column(name)),
      ),
    there: `(${was}.pk is not null or ${now.there} and not ${buildIsCreated(thing, "k.pk")})`,
  };
};

const buildWrittenTables = (revision: number, things: ReadonlySet<string>): ChangedTables => ({
  things,
  before: buildPreviousSide,
  after: buildCurrentSide,
  changed: (thing, columns) => {
    const versions = getVersionSchema(thing);
    const bits = columns.map((name) => getColumnBit(versions, name)).join(" | ");
    return `select v.pk from main.${getVersionTable(versions)} v where v.revision = :revision and (v.action = 'delete' or v.changed & (${bits || "0"}) <> 0)
      union select t.${versions.key} from main.created_range c ${ORDERED_JOIN} main.${thing} t on t.${versions.key} between c.first and c.last
        where c.revision = :revision and c.thing = '${thing}'`;
  },
  all: buildCurrentRecordsSql,
  params: { revision },
});

const RULE_TABLES: readonly string[] = [...new Set(Object.values(RULE_SUBJECTS).flatMap(({ tables }) => tables))];

/** SQL: the record types of which the change `:revision` has written records. */
const WRITTEN_THINGS_SQL = RULE_TABLES.map(
  (thing) => `select '${thing}' as thing
    where exists (select 1 from main.${getVersionTable(getVersionSchema(thing))} v where v.revision = :revision)
      or exists (select 1 from main.created_range c where c.revision = :revision and c.thing = '${thing}')`,
).join(" union all ");

/**
 * Applies the rules to the records that a change has written. Must be called only after the versions of the change are
 * complete.
 *
 * @param isJudged returns false for record types that were judged before they were written
 */
export const judgeWrittenRecords = async (
  reader: Pick<Reader, "all">,
  revision: number,
  bringing: ChangeSource,
  isJudged: (thing: string) => boolean = () => true,
): Promise<readonly FoundProblem[]> => {
  const written = (await reader.all(WRITTEN_THINGS_SQL, { revision })).map(({ thing }) => String(thing));
  const things = new Set(written.filter(isJudged));
  const judge = judgeStepByStep(buildWrittenTables(revision, things), bringing);
  let step = judge.next();
  while (step.done !== true) {
    const { sql, params } = step.value;
    step = judge.next(await reader.all(sql, params));
  }
  return step.value;
};

/** Applies the rules to a change that is only planned. @param all runs a statement synchronously */
export const judgePlannedRecords = (
  tables: ChangedTables,
  bringing: ChangeSource,
  all: (sql: string, params: Params) => readonly object[],
): readonly FoundProblem[] => {
  const judge = judgeStepByStep(tables, bringing);
  let step = judge.next();
  while (step.done !== true) step = judge.next(all(step.value.sql, step.value.params) as readonly Row[]);
  return step.value;
};
