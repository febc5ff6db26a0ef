import { ANDROID, NO_ACCOUNT, NOT_MANAGED, ONE_ACCOUNT } from "../../model/device.ts";
import { rulesFor, type Bringing } from "../../rules/index.ts";
import type { Action, AnyRule, Facts, RuleProblem } from "../../rules/rule.ts";
import { versionsOf } from "../versions/keep.ts";
import { bitOf, versionTable } from "../versions/tables.ts";
import { ROOT } from "../records/org-rows.ts";
import { either, quoteIdentifier, THEN } from "./sql/forms.ts";
import type { Params, Reader, Row } from "./store.ts";

// The one engine of rules: it reads what a change writes, asks the rules that are concerned, and fetches their facts.

/** SQL of a thing's records before or after a change. */
interface Side {
  /** @param pk SQL of a record's number */
  readonly joins: (pk: string) => string;
  readonly column: (name: string) => string;
  /** true of a record that is there */
  readonly there: string;
}

/** The records before and after a change, which may only be planned. All SQL; aliases begin with the given one. */
export interface ChangedTables {
  /** the things of which it writes records */
  readonly things: ReadonlySet<string>;
  readonly before: (thing: string, alias: string) => Side;
  readonly after: (thing: string, alias: string) => Side;
  /** selects `pk` of the records that it writes in some columns, and of those that it creates or deletes, if these are asked for */
  readonly changed: (thing: string, columns: readonly string[], actions: ReadonlySet<Action>) => string;
  /** all records as they are after it: `pk` and columns */
  readonly all: (thing: string, columns: readonly string[]) => string;
  readonly params: Params;
  /** true of a column, `table.column`, that is null in every record that it creates */
  readonly isBlankInNew?: ((column: string) => boolean) | undefined;
  /** true of a rule that statements over all rows judge in its place */
  readonly isOtherwiseJudged?: ((rule: AnyRule) => boolean) | undefined;
}

/** A value of a state, by SQL of the columns of its tables. */
interface StateField {
  /** the columns that it is read from, each as `table.column` */
  readonly from: readonly string[];
  /** default: the column */
  readonly sql?: ((column: (name: string) => string) => string) | undefined;
  readonly as?: "boolean" | "json" | undefined;
}

/** What rules read of a thing: tables whose records have one number, the first one with the records' ids. */
interface Subject {
  readonly tables: readonly [string, ...string[]];
  readonly fields: Readonly<Record<string, StateField>>;
  /** SQL: of changes in another table than its own, the last one, only these matter. @param pk SQL */
  readonly among?: ((pk: string) => string) | undefined;
}

const own = (thing: string, names: readonly string[], as?: StateField["as"]): Subject["fields"] =>
  Object.fromEntries(names.map((name) => [name, { from: [`${thing}.${name}`], as }]));

const isCustom = (of: (name: string) => string): string => `coalesce(${of("account.role")}, 'none') = 'custom'`;

const SUBJECTS: Readonly<Record<string, Subject>> = {
  org: {
    tables: ["org"],
    fields: {
      ...own("org", ["name", "code"]),
      isRoot: { from: ["org.parent"], sql: (of) => `${of("org.parent")} is null`, as: "boolean" },
    },
  },
  scheme: { tables: ["scheme"], fields: own("scheme", ["operations"], "json") },
  user: { tables: ["user"], fields: own("user", ["accountName"]) },
  account: {
    tables: ["user", "account"],
    fields: {
      name: { from: ["user.accountName"] },
      isInRoot: { from: ["user.org"], sql: (of) => `${of("user.org")} = ${ROOT}`, as: "boolean" },
      role: { from: ["account.role"], sql: (of) => `coalesce(${of("account.role")}, 'none')` },
      hasScheme: { from: ["account.scheme"], sql: (of) => `${of("account.scheme")} is not null`, as: "boolean" },
      managesAll: {
        from: ["account.role", "account.managedOrgs"],
        sql: (of) => `${isCustom(of)} and ${of("account.managedOrgs")} is null`,
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
    // few users have an account with something recorded of it
    among: (pk) => `${pk} in (select own.user from main.account own)`,
  },
  device: {
    tables: ["device"],
    fields: own("device", ["serialNumber", "platform", "status", "androidMode", "owner", "ownerOrg"]),
  },
};

/** The columns of a thing that rules read. */
export const columnsRead = (thing: string): ReadonlySet<string> =>
  new Set(
    Object.values(SUBJECTS)
      .flatMap(({ fields }) => Object.values(fields).flatMap(({ from }) => from))
      .filter((column) => column.startsWith(`${thing}.`))
      .map((column) => column.slice(thing.length + 1)),
  );

/** SQL: true if the account of a device's owner is in use on it. @param column SQL of one of its columns */
export const usesAccount = (column: (name: string) => string): string =>
  `${column("owner")} is not null and ${column("platform")} = '${ANDROID}'
    and ${column("status")} is distinct from '${NOT_MANAGED}' and ${column("androidMode")} is distinct from '${NO_ACCOUNT}'`;

/** SQL of each fact, about the record `s`: `s.pk`, and its state as `s."after.FIELD"`. Lists are JSON. */
const FACTS: Readonly<Record<Exclude<keyof Facts, "now">, (tables: ChangedTables) => string>> = {
  otherSystemAdministrators: ({ all }) =>
    `(select count(*) from ${all("account", ["role"])} a join ${all("user", [])} u on u.pk = a.pk
      where a.role = 'system' and a.pk <> s.pk)`,
  otherSupportOptions: ({ all }) =>
    `(select json_group_array(concat(u.accountName, ' (', u.name, ')') order by u.pk)
      from ${all("account", ["supportOption"])} a join ${all("user", ["name", "accountName"])} u on u.pk = a.pk
      where a.supportOption = 1 and a.pk <> s.pk)`,
  sharedDevices: ({ all }) =>
    `(select json_group_array(json_object('serialNumber', d.serialNumber,
        'isFullyManaged', json(${either(`d.androidMode = '${ONE_ACCOUNT}'`, "'true'", "'false'")}),
        'owner', u.name || ' <' || (u.emails ->> 0) || '>') order by d.pk)
      from ${all("device", ["serialNumber", "owner", "platform", "status", "androidMode"])} d
      join ${all("user", ["name", "emails"])} u on u.pk = d.owner
      where d.owner = s."after.owner" and d.pk <> s.pk and ${usesAccount((name) => `d.${name}`)})`,
};

const isFetched = (name: keyof Facts): name is keyof typeof FACTS => name in FACTS;

/** SQL: a value of a rule: a name, a boolean or nothing. */
const literal = (value: unknown): string =>
  typeof value === "string" ? `'${value}'` : value === null ? "null" : value === true ? "1" : "0";

/** SQL: true of a state that a rule can refuse. */
const isSuspect = (side: "before" | "after", suspects: AnyRule["after"]): readonly string[] =>
  Object.entries(suspects ?? {}).map(([field, value]) => {
    const column = `s."${side}.${field}"`;
    return typeof value === "object" && value !== null && "not" in value
      ? `${column} is distinct from ${literal(value.not)}`
      : `${column} is not distinct from ${literal(value)}`;
  });

/** SQL: true of a record `s` that a rule has to look at. */
const isConcerned = ({ on, fields, before, after }: AnyRule): string => {
  const differs = fields.map((field) => `s."before.${field}" is distinct from s."after.${field}"`).join(" or ");
  const actions = {
    create: ["s.was = 0", "s.is_ = 1", ...isSuspect("after", after)],
    edit: ["s.was = 1", "s.is_ = 1", `(${differs})`, ...isSuspect("before", before), ...isSuspect("after", after)],
    delete: ["s.was = 1", "s.is_ = 0", ...isSuspect("before", before)],
  };
  return `(${on.map((action) => actions[action].join(" and ")).join(" or ")})`;
};

/** A statement of which the engine needs the rows. */
interface Query {
  readonly sql: string;
  readonly params: Params;
}

/** A problem of a record. */
export interface FoundProblem extends RuleProblem {
  /** name of the thing that is judged */
  readonly thing: string;
  /** the table that has its number */
  readonly lead: string;
  readonly pk: number;
  readonly id: string;
}

/** SQL: the records of a subject that some rules have to look at, with a column `rule.PLACE` for each, states and facts. */
const changesOf = (
  { tables: names, fields, among }: Subject,
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
      // one that is new has none of what the other tables hold
      const others = actions.difference(new Set<Action>(["create"]));
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
  const concerned = rules.map((rule) => isConcerned(rule));
  const facts = [...new Set(rules.flatMap((rule) => rule.facts ?? []))].filter(isFetched).map((fact) => {
    const asking = concerned.filter((_, at) => rules[at]?.facts?.includes(fact) === true).join(" or ");
    return `${either(asking, FACTS[fact](tables), "null")} as "fact.${fact}"`;
  });
  return `select s.*, ${[...concerned.map((which, at) => `${either(which, "1", "0")} as "rule.${at}"`), ...facts].join(", ")}
    from (select k.pk, ${id} as id, ${either(before.there, "1", "0")} as was, ${either(after.there, "1", "0")} as is_,
        ${[...before.values, ...after.values].join(", ")}
      from (${changed.join(" union ")}) k ${[...before.joins, ...after.joins].join(" ")}) s
    where ${concerned.join(" or ")} order by s.pk`;
};

/** A record's state as rules read it; undefined where it is not there. */
const stateOf = ({ fields }: Subject, row: Row, side: "before" | "after"): object | undefined =>
  row[side === "before" ? "was" : "is_"] === 0
    ? undefined
    : Object.fromEntries(
        Object.entries(fields).map(([field, { as }]) => {
          const value = row[`${side}.${field}`] ?? null;
          if (as === "boolean") return [field, value === 1];
          return [field, as === "json" ? (JSON.parse(String(value ?? "[]")) as unknown) : value];
        }),
      );

const factsOf = (row: Row): object =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      if (!name.startsWith("fact.")) return [];
      return [[name.slice("fact.".length), typeof value === "string" ? (JSON.parse(value) as unknown) : value]];
    }),
  );

/** Leaves out the creation of records that a rule cannot refuse, as what it reads of them is blank. */
const withoutBlank = (rule: AnyRule, { fields }: Subject, { isBlankInNew }: ChangedTables): AnyRule => {
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
 * Finds what rules say of a change. Yields the statements to run and expects their rows, so that one order serves readers
 * that answer at once and those that do not.
 */
function* judging(
  tables: ChangedTables,
  bringing: Bringing,
): Generator<Query, readonly FoundProblem[], readonly Row[]> {
  const found: FoundProblem[] = [];
  for (const [thing, subject] of Object.entries(SUBJECTS)) {
    const isKnown = ({ fields }: AnyRule): boolean => fields.every((field) => field in subject.fields);
    const rules = rulesFor(thing, bringing)
      .filter((rule) => isKnown(rule) && tables.isOtherwiseJudged?.(rule) !== true)
      .map((rule) => withoutBlank(rule, subject, tables))
      .filter(({ on }) => on.length > 0);
    if (rules.length === 0 || !subject.tables.some((name) => tables.things.has(name))) continue;
    const sql = changesOf(subject, rules, tables);
    for (const row of yield { sql, params: tables.params }) {
      const change = {
        before: stateOf(subject, row, "before"),
        after: stateOf(subject, row, "after"),
        facts: factsOf(row),
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

/** SQL: the records of a thing as they are, under an alias. */
export const sideNow = (thing: string, alias: string): Side => {
  const { key } = versionsOf(thing);
  return {
    joins: (pk) => `left join main.${thing} ${alias} on ${alias}.${key} = ${pk}`,
    column: (name) => `${alias}.${quoteIdentifier(name)}`,
    there: `${alias}.${key} is not null`,
  };
};

/** SQL: all records of a thing as they are. */
export const allNow: ChangedTables["all"] = (thing, columns) =>
  `(select ${[`${versionsOf(thing).key} as pk`, ...columns.map(quoteIdentifier)].join(", ")} from main.${thing})`;

/** SQL: true if a change created a record. @param pk SQL of its number */
const isCreated = (thing: string, pk: string): string =>
  `exists (select 1 from main.created_range r where r.revision = :revision and r.thing = '${thing}' and ${pk} between r.first and r.last)`;

/** SQL: a thing's records before the change `:revision`, which kept versions of what it wrote. */
const sideBefore = (thing: string, alias: string): Side => {
  const versions = versionsOf(thing);
  const now = sideNow(thing, alias);
  const was = `${alias}_was`;
  return {
    joins: (pk) =>
      `${now.joins(pk)} left join main.${versionTable(versions)} ${was} on ${was}.pk = ${pk} and ${was}.revision = :revision`,
    column: (name) =>
      either(
        `${was}.changed & ${bitOf(versions, name)} <> 0`,
        `${was}.${quoteIdentifier(name)}`,
        either(`${was}.pk is null and ${isCreated(thing, "k.pk")}`, "null", now.column(name)),
      ),
    there: `(${was}.pk is not null or ${now.there} and not ${isCreated(thing, "k.pk")})`,
  };
};

/** The records that the change of a revision has written, inside its transaction. */
const writtenTables = (revision: number, things: ReadonlySet<string>): ChangedTables => ({
  things,
  before: sideBefore,
  after: sideNow,
  changed: (thing, columns) => {
    const versions = versionsOf(thing);
    const bits = columns.map((name) => bitOf(versions, name)).join(" | ");
    return `select v.pk from main.${versionTable(versions)} v where v.revision = :revision and (v.action = 'delete' or v.changed & (${bits || "0"}) <> 0)
      union select t.${versions.key} from main.created_range c ${THEN} main.${thing} t on t.${versions.key} between c.first and c.last
        where c.revision = :revision and c.thing = '${thing}'`;
  },
  all: allNow,
  params: { revision },
});

/** The things whose records some rules judge. */
const JUDGED: readonly string[] = [...new Set(Object.values(SUBJECTS).flatMap(({ tables }) => tables))];

/** SQL: the things of which the change `:revision` has written records. */
const WRITTEN_THINGS = JUDGED.map(
  (thing) => `select '${thing}' as thing
    where exists (select 1 from main.${versionTable(versionsOf(thing))} v where v.revision = :revision)
      or exists (select 1 from main.created_range c where c.revision = :revision and c.thing = '${thing}')`,
).join(" union all ");

/**
 * Finds what rules say of what a change has written, once its versions are settled.
 *
 * @param isJudged false of things whose records were judged before they were written
 */
export const judgeWritten = async (
  reader: Pick<Reader, "all">,
  revision: number,
  bringing: Bringing,
  isJudged: (thing: string) => boolean = () => true,
): Promise<readonly FoundProblem[]> => {
  const written = (await reader.all(WRITTEN_THINGS, { revision })).map(({ thing }) => String(thing));
  const things = new Set(written.filter(isJudged));
  const judge = judging(writtenTables(revision, things), bringing);
  let step = judge.next();
  while (step.done !== true) {
    const { sql, params } = step.value;
    step = judge.next(await reader.all(sql, params));
  }
  return step.value;
};

/** The same of a change that is only planned. @param all answers at once */
export const judgePlanned = (
  tables: ChangedTables,
  bringing: Bringing,
  all: (sql: string, params: Params) => readonly object[],
): readonly FoundProblem[] => {
  const judge = judging(tables, bringing);
  let step = judge.next();
  while (step.done !== true) step = judge.next(all(step.value.sql, step.value.params) as readonly Row[]);
  return step.value;
};
