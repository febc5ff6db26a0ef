import { kindOf, type ImportedField, type Kind } from "../staging/kinds.ts";
import type { PlanRequest, StagedFile } from "../staging/counts.ts";
import type { Format } from "../../../model/format.ts";
import { keyColumn, type Reference, type Thing } from "../../../model/thing.ts";
import type { CommitMoment } from "../engine.ts";
import { chosenTable } from "../selection.ts";
import type { RecordSql } from "../../versions/past.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { asExpression, isMissing, keyOrValue } from "../../store/sql/forms.ts";

/**
 * How the records of a thing are stored. The table has the thing's name, a column for each field that an import can
 * change, `pk`, `id`, `createdAt`, `updatedAt`, `revision`, and the columns of its scope and of its protection.
 */
export interface Table {
  readonly thing: Thing;
  /** the collection whose revision its writes advance; default: the thing's name and `s`. Each scope is one of its own */
  readonly collection?: string | undefined;
  /**
   * The tables with the keys of its unique lists, by field: `<short>Key`, the thing's name with the record's `pk`, and
   * `main`. A single value has a unique index on its key: `coalesce(<short>Key, <field>)`, or the value that is compared
   * to the letter.
   */
  readonly claims?: Readonly<Record<string, string>> | undefined;
  /** the column for the time when its only secret was set; default: `secrets`, an object of such times by field */
  readonly secretSetAt?: string | undefined;
  /** SQL, up to the numbers of records whose secrets an import sets: forgets what is kept of their former ones */
  readonly forgetsSecrets?: string | undefined;
  /** the columns of things that have its `pk` */
  readonly heldBy?: readonly ReferringTable[] | undefined;
  /** SQL: true if a record stays with those that it refers to, until it is deleted. @param alias of its table */
  readonly isFast?: ((alias: string) => string) | undefined;
  /** the `pk` of the record that those refer to which must name one, where a cell is blank */
  readonly usual?: number | undefined;
  /** SQL of further columns of a record created for the name `n.value` */
  readonly made?: Readonly<Record<string, string>> | undefined;
  readonly planner?: Planner | undefined;
  /** the names of the rules that its `check` judges, over all rows at once */
  readonly judges?: readonly string[] | undefined;
  /**
   * Tells what is particular to the thing, of valid rows and their records, as findings of the plan.
   *
   * @returns the number of devices that have to be wiped for it
   */
  readonly check?: ((database: Database, plan: PlanSql) => number) | undefined;
}

/** What names a table's records, which stay while it does. */
export interface ReferringTable extends Pick<Table, "thing" | "isFast"> {
  /** has the `pk` of what it names */
  readonly column: string;
  /** SQL: in place of its table, a row for each record that it names, where several may be named */
  readonly rows?: string | undefined;
}

/** The keys of a unique field: where they are, and whose. */
interface KeyPlace {
  readonly table: string;
  /** SQL: the key, of a row of the table with this alias */
  readonly key: (alias: string) => string;
  /** SQL: true if a row of the table with this alias has a key (SQL) */
  readonly has: (alias: string, key: string) => string;
  /** the column that makes a record give up the value: the one beside it, else its own; of a list none */
  readonly held?: string | undefined;
  /** the column with the record's `pk` */
  readonly record: string;
  /** the keys are a column of the record's own table */
  readonly own: boolean;
}

/** A field of which only one record may have a value. */
export interface Claim extends KeyPlace {
  readonly field: ImportedField;
}

/** A field whose cells name records. */
export interface StoredReference {
  readonly field: ImportedField;
  readonly refers: Reference;
  readonly table: Table;
  readonly collection: string;
  readonly series: string;
  readonly keys: KeyPlace;
  /** the `pk` of the record that a blank cell names; undefined if it names none */
  readonly usual: number | undefined;
  /** its alias in a plan's statements */
  readonly alias: string;
}

/** A kind of import and how its records are stored. Conditions are SQL about the record `t`; `:kind` is the format's name. */
export interface StoredKind extends Kind {
  readonly name: string;
  readonly thing: Thing;
  readonly table: Table;
  /** the collection whose revision its writes advance */
  readonly collection: string;
  /** the collection that knows the highest number ever given to a record of its table */
  readonly series: string;
  /** the collections of the things that refer to it */
  readonly holders: readonly string[];
  readonly claims: readonly Claim[];
  readonly references: readonly StoredReference[];
  readonly inScope: string;
  readonly isProtected: string;
  readonly isFree: string;
  /** a replacing import deletes it, as the file lacks it */
  readonly isLacking: string;
  /** the column that names it to people */
  readonly namedBy: string;
}

/** What the SQL of a plan is made from. */
export interface PlanSql {
  readonly kind: StoredKind;
  readonly request: PlanRequest;
  readonly staged: StagedFile;
  /** the numbers of the records that the run before kept, as it could not delete them */
  readonly keptBefore?: ReadonlySet<number> | undefined;
}

/** The plan of an import's own kind, and those of records that it writes with these, to which they may refer. */
export type PlansSql = readonly [PlanSql, ...PlanSql[]];

/** The table with the records that a replacing plan keeps although its file lacks them. */
export const UNDELETABLE = "undeletable";

/** A kind as a deletion has it: what was chosen goes, unless it is protected. */
export const deleting = (kind: StoredKind): StoredKind => ({
  ...kind,
  isLacking: `${kind.inScope} and ${kind.isFree} and t.pk in (select target from ${chosenTable(kind.thing)})`,
});

/** Parameters available to every statement of a commit. */
export interface CommitContext extends Omit<CommitMoment, "actor" | "by" | "heldOrgs" | "origin"> {
  /** the new revision of the changed collection */
  readonly revision: number;
}

/** SQL: the value that an upload file has of a field. @param value SQL of it as the plan leaves it */
export type UploadValue = (field: UploadField, value: string) => string;

/** What the value of a field in an upload file depends on. */
export type UploadField = Pick<ImportedField, "field" | "stored" | "merge">;

/** Plans and writes records that cannot be compared one row at a time, such as the nodes of a tree. */
export interface Planner {
  /** Compares the staged rows: fills `s.match`, `s.problem` and `s.invalid`, and keeps the outcome. */
  compare(database: Database, plan: PlanSql): void;
  /** SQL: true if a replacing import deletes the record `t` */
  readonly lacking: string;
  /** Writes the valid rows. Before-values are kept, deletions done, and unique values of changed records released. */
  write(database: Database, plan: PlanSql, context: CommitContext): void;
  /** SQL: the columns that a valid row `r` leaves its record `t` with, and the joins that they read */
  readonly state: { readonly joins: string; readonly column: (name: string) => string };
  /** SQL: joins to the staged row `r` what {@link values} reads */
  readonly join: string;
  /**
   * Registers what the SQL calls on a connection, and returns SQL: a row's resulting values, and the former ones of
   * those it changes, as JSON.
   */
  values(database: Database): { readonly after: string; readonly before: string };
  /** SQL: the usual key that a row leaves its record with, with {@link join} */
  readonly key: string;
  /** SQL: true if the console may have the record of a row, or what it refers to, in another place, with {@link join} */
  moved(kind: StoredKind): { readonly key: string; readonly reference: string };
  /** SQL: what a record is called that has no key. @param pk SQL of its number; @param records of what time; default: today's */
  readonly called: (pk: string, records?: RecordSql) => string;
  /** SQL: true if a row leaves a field blank, with {@link join} */
  readonly blank: Readonly<Record<string, string>>;
}

/** The collection of the tenant's custom fields. */
export const CUSTOM_FIELDS = "fields";

const keyPlace = ({ thing, claims }: Table, name: string): KeyPlace => {
  const { short = name, comparison = "exact" } = thing.fields[name] ?? {};
  const beside = keyColumn({ short, list: false });
  const table = claims?.[name] ?? thing.name;
  const own = table === thing.name;
  const keyed = (key: KeyPlace["key"]): Pick<KeyPlace, "table" | "own" | "key" | "has"> => ({
    table,
    own,
    key,
    has: (alias, value) => `${key(alias)} = ${asExpression(value)}`,
  });
  if (!own) return { ...keyed((alias) => `${alias}.${beside}`), record: thing.name };
  return comparison === "exact"
    ? { ...keyed((alias) => `${alias}.${name}`), held: name, record: "pk" }
    : {
        ...keyed((alias) => keyOrValue(comparison, `${alias}.${beside}`, `${alias}.${name}`)),
        held: beside,
        record: "pk",
      };
};

/** SQL: true if a record is of the scope of the format `:kind`. */
export const inScopeOf = ({ scope }: Thing, record: string): string =>
  scope === undefined ? "true" : `${record}.${scope} = :kind`;

/**
 * A format as a kind of import and how its records are stored. A thing without a table among them lies in one as
 * {@link Table} says.
 *
 * @throws TypeError if a thing that cells name has none
 */
export const storedKind = (format: Format, tables: readonly Table[]): StoredKind => {
  const kind = kindOf(format);
  const { thing, name } = format;
  const tableOf = (wanted: string): Table => {
    const found = tables.find((table) => table.thing.name === wanted);
    if (found === undefined) throw new TypeError(`no table of ${wanted}`);
    return found;
  };
  const collectionOf = ({ thing: { name: own, scope }, collection = `${own}s` }: Table): string =>
    scope === undefined ? collection : `${collection}:${name}`;
  const seriesOf = (of: Table): string => (of.thing.scope === undefined ? collectionOf(of) : of.thing.name);
  const table = tables.find((one) => one.thing === thing) ?? { thing };
  const inScope = inScopeOf(thing, "t");
  const [isProtected, isFree] =
    thing.protects === undefined ? ["false", "true"] : [`t.${thing.protects.by} = 1`, `t.${thing.protects.by} = 0`];
  return {
    ...kind,
    name,
    thing,
    table,
    collection: collectionOf(table),
    series: seriesOf(table),
    holders: (table.heldBy ?? []).map((holder) => collectionOf(tableOf(holder.thing.name))),
    claims: kind.fields.filter(({ unique }) => unique).map((field) => ({ ...keyPlace(table, field.stored), field })),
    references: kind.fields.flatMap((field): StoredReference[] => {
      if (field.refers === undefined) return [];
      const { refers, short } = field;
      const named = tableOf(refers.to);
      const keys = keyPlace(named, refers.by);
      return [
        {
          field,
          refers,
          table: named,
          collection: collectionOf(named),
          series: seriesOf(named),
          keys,
          usual: thing.fields[field.stored]?.nullable === true ? undefined : named.usual,
          alias: `o_${short}`,
        },
      ];
    }),
    inScope,
    isProtected,
    isFree,
    isLacking: table.planner?.lacking ?? `${inScope} and ${isFree} and ${isMissing("t.pk")}`,
    namedBy: thing.namedBy ?? "name",
  };
};
