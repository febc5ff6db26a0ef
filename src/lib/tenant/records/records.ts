import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ROOT_ORG_ID } from "../../model/organisation.ts";
import { comparisonKey, type Comparison } from "../../model/normalise.ts";
import { nounNamed } from "../../model/problem.ts";
import { canonicalValue } from "../../model/rules.ts";
import { handFields, type Field, type Fields, type HandValues, type RecordOf, type Thing } from "../../model/thing.ts";
import { CUSTOM_VALUE, valueRuleOf } from "../../model/value-rule.ts";
import { refusalOf } from "../../model/value.ts";
import { valueCheckOf } from "../../rules/values.ts";
import { same, text, type Text } from "../../text/index.ts";
import { shownWord } from "../../text/shell-word.ts";
import { instant, newId } from "../ids.ts";
import type { ChangedObject, Session, TaskOf } from "../session.ts";
import { advance } from "../store/collections.ts";
import { findRecords, recordsWith, type List } from "../store/lists.ts";
import { holderOf, insertRecord, numberOf, updateRecord, type StoredValue, type StoredValues } from "./record-rows.ts";
import type { KeptRequest } from "../store/idempotency.ts";
import type { Reader, Value, Writer } from "../store/store.ts";
import { mergeCustom } from "./custom-field-rows.ts";

/** A thing whose records are written by hand, one at a time. */
export interface HandNoun<F extends Fields = Fields> {
  /** its records, as they are found and shown */
  readonly list: List<F>;
  /** the collection whose revision a change advances, and the one that knows the highest number of its table */
  readonly collection: string;
  readonly series: string;
  /** begins its actions in the audit: `users` */
  readonly actions: string;
  /** values of a new record where none are given */
  readonly usual?: HandValues | undefined;
  /** the scope of its records, and its column */
  readonly scope?: { readonly column: string; readonly value: string } | undefined;
  /** the ids of the organisations in which one of its records lies; undefined of those that are no organisation's */
  readonly orgs?: ((reader: Reader, record: object) => readonly string[] | Promise<readonly string[]>) | undefined;
  /** the fields that its records have, where they are not all of the thing's */
  readonly fields?: readonly string[] | undefined;
  /**
   * What a request means, as of the record that it is about.
   *
   * @param before undefined of a new record
   * @throws Failure `input-rejected`
   */
  readonly reading?:
    | ((writer: Writer, given: HandValues, before: object | undefined) => Promise<RecordDraft>)
    | undefined;
  /** What its own rules say, before it is written. @throws Failure `input-rejected` */
  readonly check?: ((writer: Writer, change: CheckedChange) => Promise<void>) | undefined;
  /** Changes what follows from a record, once it was edited. @returns what else was changed */
  readonly follow?: ((writer: Writer, edited: EditResult) => Promise<readonly ChangedObject[]>) | undefined;
}

/** What a request means. */
export interface RecordDraft {
  readonly values: HandValues;
  /** the secrets that it sets, which are kept nowhere: by field */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  /** what else was made for it */
  readonly objects?: readonly ChangedObject[] | undefined;
}

/** A record that was edited. */
export interface EditResult {
  readonly before: object;
  readonly values: StoredValues;
  /** of the change, a UTC instant */
  readonly at: string;
}

/** A change that is about to be written. */
export interface CheckedChange {
  /** undefined of a new record */
  readonly pk: number | undefined;
  readonly values: StoredValues;
}

/** What was written, as the tenant API has it. */
export interface ChangeResult<R> {
  readonly before: R | null;
  readonly after: R;
  readonly consoleTask: number | null;
  readonly dryRun: boolean;
}

/** The values of a request that writes; see `newRecord` and `recordChange` of the contract. */
export type HandBody = HandValues & { readonly dryRun?: boolean | undefined };

/** @throws Failure `input-rejected` where a field's rule says no, or a value is taken; `not-found` */
export const createRecord = <F extends Fields>(
  session: Session,
  noun: HandNoun<F>,
  { dryRun = false, ...given }: HandBody,
  once: KeptRequest | undefined,
): Promise<ChangeResult<RecordOf<F>>> => {
  const { list, collection } = noun;
  const answer = async (after: RecordOf<F>, taskOf: TaskOf): Promise<ChangeResult<RecordOf<F>>> => ({
    before: null,
    after,
    consoleTask: await taskOf(objectOf(noun, after)),
    dryRun,
  });
  const replay = async (reader: Reader, id: string, taskOf: TaskOf): Promise<ChangeResult<RecordOf<F>>> =>
    answer(await recordOf(reader, list, id), taskOf);
  const change = { action: `${noun.actions}.create`, locks: [collection], dryRun, once: once && { ...once, replay } };
  return session.change(change, async (writer) => {
    const { after, objects } = await addRecord(session, writer, noun, given);
    const result = (taskOf: TaskOf): Promise<ChangeResult<RecordOf<F>>> => answer(after, taskOf);
    return { result, objects, orgs: await noun.orgs?.(writer, after), after };
  });
};

/** A record that a change made, and what else it made for it. */
interface CreatedRecord<R> {
  readonly after: R;
  /** the record first */
  readonly objects: readonly ChangedObject[];
}

/** Adds a record within a change that has its collection locked. @throws Failure as {@link createRecord} */
export const addRecord = async <F extends Fields>(
  session: Session,
  writer: Writer,
  noun: HandNoun<F>,
  given: HandValues,
): Promise<CreatedRecord<RecordOf<F>>> => {
  const { list, collection, series, scope } = noun;
  const wanted = { ...noun.usual, ...definedOf(given) };
  const { values: meant, secrets = {}, objects = [] } = await meaningOf(writer, noun, wanted, undefined);
  const values = await storedOf(writer, noun, meant, undefined);
  await noun.check?.(writer, { pk: undefined, values });
  const at = instant(session.surroundings);
  const id = newId(session.surroundings);
  const scoped = scope === undefined ? {} : { [scope.column]: scope.value };
  const columns = { ...scoped, ...secretColumns(noun, undefined, { secrets, at }) };
  await insertRecord(writer, list.thing, { id, values, at, columns, series });
  await advance(writer, [collection]);
  const after = await writtenOf(writer, list, id);
  return { after, objects: [objectOf(noun, after), ...objects] };
};

/**
 * Changes a record, or moves it; what is as it was already changes nothing.
 *
 * @throws Failure as {@link createRecord}
 */
export const editRecord = async <F extends Fields>(
  session: Session,
  noun: HandNoun<F>,
  id: string,
  { dryRun = false, ...values }: HandBody,
  verb: "edit" | "move" = "edit",
): Promise<ChangeResult<RecordOf<F>>> => {
  const [written] = await editRecords(session, noun, [id], { dryRun, ...values }, { verb });
  if (written === undefined) throw new TypeError("an edit gives what it wrote");
  return written;
};

/** A record before and after an edit; the same object if nothing was changed. */
export type EditedRecord<R> = Readonly<Record<"before" | "after", R>>;

/** How several records are changed. */
interface EditOptions<R> {
  /** ends its action in the audit */
  readonly verb: string;
  /** values that depend on what a record has */
  readonly each?: ((before: R) => HandValues) | undefined;
  /** looks at all that is changed, before it is kept. @throws Failure where it may not be */
  readonly whole?: ((changed: readonly EditedRecord<R>[]) => void) | undefined;
  /** see `ChangeOf` */
  readonly seen?: number | undefined;
  readonly once?: KeptRequest | undefined;
}

/** Changes several records alike, all of them or none. @throws Failure as {@link createRecord} */
export const editRecords = <F extends Fields>(
  session: Session,
  noun: HandNoun<F>,
  ids: readonly string[],
  { dryRun = false, ...given }: HandBody,
  { verb, each, whole, seen, once }: EditOptions<RecordOf<F>>,
): Promise<ChangeResult<RecordOf<F>>[]> => {
  const { list, collection, actions } = noun;
  const replay = (reader: Reader, _: string, taskOf: TaskOf): Promise<ChangeResult<RecordOf<F>>[]> =>
    Promise.all(
      ids.map(async (id) => {
        const after = await recordOf(reader, list, id);
        return { before: after, after, consoleTask: await taskOf(objectOf(noun, after)), dryRun };
      }),
    );
  const kept = once && { ...once, replay };
  const change = { action: `${actions}.${verb}`, locks: [collection], dryRun, seen, once: kept };
  return session.change(change, async (writer) => {
    const all: EditedRecord<RecordOf<F>>[] = [];
    const made: ChangedObject[] = [];
    const orgs: string[] = [];
    for (const id of new Set(ids)) {
      const { edited, ...others } = await editOne(session, writer, noun, { id, given: definedOf(given), each });
      all.push(edited);
      made.push(...others.objects);
      orgs.push(...others.orgs);
    }
    const changed = all.filter(({ before, after }) => before !== after);
    const [first] = changed;
    const isOne = changed.length === 1;
    const result = (taskOf: TaskOf): Promise<ChangeResult<RecordOf<F>>[]> => {
      // last: what a rule refuses is not worth a question
      whole?.(changed);
      return Promise.all(
        all.map(async ({ before, after }) => {
          const consoleTask = before === after ? null : await taskOf(objectOf(noun, after));
          return { before, after, consoleTask, dryRun };
        }),
      );
    };
    return {
      result,
      objects: [...changed.map(({ after }) => objectOf(noun, after)), ...made],
      orgs: noun.orgs && orgs,
      before: isOne ? first?.before : { records: changed.map(({ before }) => before) },
      after: isOne ? first?.after : { records: changed.map(({ after }) => after) },
    };
  });
};

const editOne = async <F extends Fields>(
  session: Session,
  writer: Writer,
  noun: HandNoun<F>,
  asked: {
    readonly id: string;
    readonly given: HandValues;
    readonly each: EditOptions<RecordOf<F>>["each"];
  },
): Promise<{
  readonly edited: EditedRecord<RecordOf<F>>;
  readonly objects: readonly ChangedObject[];
  /** the organisations that it lay in before, and lies in after it */
  readonly orgs: readonly string[];
}> => {
  const { list } = noun;
  const { id, given, each } = asked;
  const pk = await numberOf(writer, list.thing.name, id);
  if (pk === undefined) throw unknownRecord(list.thing, id);
  const before = await recordOf(writer, list, id);
  const {
    values: meant,
    secrets = {},
    objects = [],
  } = await meaningOf(writer, noun, { ...given, ...each?.(before) }, before);
  const values = await storedOf(writer, noun, meant, { pk, before });
  await noun.check?.(writer, { pk, values });
  const at = instant(session.surroundings);
  const columns = secretColumns(noun, before, { secrets, at });
  const wasIn = (await noun.orgs?.(writer, before)) ?? [];
  if (!(await updateRecord(writer, list.thing, { pk, values, at, columns })))
    return { edited: { before, after: before }, objects, orgs: [] };
  const followed = (await noun.follow?.(writer, { before, values, at })) ?? [];
  // what follows from the whole collection, such as the place in a tree, is read anew
  await advance(writer, [noun.collection]);
  const after = await writtenOf(writer, list, id);
  const isIn = (await noun.orgs?.(writer, after)) ?? [];
  return { edited: { before, after }, objects: [...objects, ...followed], orgs: [...wasIn, ...isIn] };
};

const meaningOf = async (
  writer: Writer,
  noun: HandNoun,
  given: HandValues,
  before: object | undefined,
): Promise<RecordDraft> => (noun.reading === undefined ? { values: given } : noun.reading(writer, given, before));

/** The column with the times when a record's secrets were set. @throws Failure `input-rejected` where a rule says no */
const secretColumns = (
  { list: { thing } }: HandNoun,
  before: object | undefined,
  { secrets, at }: { readonly secrets: Readonly<Record<string, string>>; readonly at: string },
): Readonly<Record<string, Value>> => {
  const names = Object.entries(secrets).map(([name, value]) => {
    const { [name]: field } = thing.fields;
    if (field?.secret !== true) throw new TypeError(`${name} is no secret of ${thing.name}`);
    checkSecret(name, field, value);
    return name;
  });
  if (names.length === 0) return {};
  const known = (before === undefined ? [] : valueOf(before, "secretsSet")) as readonly SecretSet[];
  const times = new Map([
    ...known.map((set) => [set.field, set.at] as const),
    ...names.map((name) => [name, at] as const),
  ]);
  return { secrets: JSON.stringify(Object.fromEntries(times)) };
};

interface SecretSet {
  readonly field: string;
  readonly at: string;
}

/** @throws Failure `input-rejected` where the rule says no, without the value */
const checkSecret = (name: string, field: Field, value: string): void => {
  if (value === "") throw refused(labelOf(name, field), text("must not be blank", "空にできません"));
  const reason = refusalOf(valueRuleOf(field), value);
  if (reason !== undefined) throw refused(labelOf(name, field), reason);
};

const definedOf = (values: HandValues): HandValues =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** A record as the tenant API has it. @throws Failure `not-found` */
export const recordOf = async <F extends Fields>(reader: Reader, list: List<F>, id: string): Promise<RecordOf<F>> => {
  const found = (await findRecords(reader, list, id)).find((record) => valueOf(record, "id") === id);
  if (found === undefined) throw unknownRecord(list.thing, id);
  return found;
};

/** A record that was written. @throws Failure `not-found` where it lies outside the asker's organisations now */
const writtenOf = async <F extends Fields>(reader: Reader, list: List<F>, id: string): Promise<RecordOf<F>> => {
  const [found] = await recordsWith(reader, list, [id]);
  if (found === undefined) throw outside(list.thing.name);
  return found;
};

/** A record, or an organisation that is named, would not be the asker's. */
const outside = (thing: string): Failure => {
  const noun = nounNamed(thing);
  return new Failure("not-found", {
    what: text(
      `the ${noun.en} would lie outside your organisations; nothing was changed`,
      `${noun.ja}が対象の組織の外になるため、何も変更していません`,
    ),
    hint: step("name one of yours", "対象の組織を指定してください", line("whoami", [])),
  });
};

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const valueOf = (record: object, name: string): unknown => (record as Readonly<Record<string, unknown>>)[name];

export const objectOf = ({ list: { thing } }: Pick<HandNoun, "list">, record: object): ChangedObject => ({
  thing: thing.name,
  id: textOf(valueOf(record, "id")),
  name: calledOf(thing, record),
});

/** Returns the tasks that records are in, each once. */
export const tasksOf = async (taskOf: TaskOf, records: readonly ChangedObject[]): Promise<number[]> => {
  const tasks = await Promise.all(records.map(taskOf));
  return [...new Set(tasks.filter((task) => task !== null))];
};

/** What people call a record of the tenant API. */
const calledOf = ({ fields, namedBy = "name" }: Thing, record: object): string => {
  const { [namedBy]: field } = fields;
  return textOf(valueOf(record, field?.shownAs ?? namedBy));
};

/** What a change says of the record that it is about. */
interface ChangedRecord {
  readonly pk: number;
  readonly before: object;
}

/** The values as the table has them. @param about undefined of a new record */
const storedOf = async (
  writer: Writer,
  noun: HandNoun,
  given: HandValues,
  about: ChangedRecord | undefined,
): Promise<StoredValues> => {
  const { fields } = noun.list.thing;
  const stored = new Map<string, StoredValue>();
  for (const [name, field] of handFields(fields)) {
    const { [name]: value } = given;
    if (value !== undefined && noun.fields?.includes(name) === false) throw notOf(noun, name, field);
    if (value === undefined) {
      if (about === undefined && field.type === "texts") stored.set(name, []);
      continue;
    }
    if (typeof value === "boolean") stored.set(name, value ? 1 : 0);
    else if (field.refers !== undefined && field.type !== "texts")
      stored.set(name, await referred(writer, noun.list, [name, field], value));
    else if (field.type === "objects")
      stored.set(name, await mergeCustom(writer, checkedCustom(value as CustomValues), about?.pk));
    else if (Array.isArray(value)) stored.set(name, checkedList(name, field, value as readonly string[]));
    else stored.set(name, checkedText(name, field, value as string | null));
  }
  await checkTaken(writer, noun, stored, about?.pk);
  return stored;
};

type CustomValues = readonly { readonly name: string; readonly value: string | null }[];

const REFERRED: Readonly<Record<string, string>> = { org: "orgs", user: "users" };

/** The number of the record that a reference names by its id; null for none. @throws Failure `not-found`, `input-rejected` */
const referred = async (
  writer: Writer,
  { thing }: HandNoun["list"],
  [name, field]: readonly [string, Field],
  value: unknown,
): Promise<Value> => {
  const { to = "" } = field.refers ?? {};
  if (value === null || value === "") {
    if (field.clearable !== false) return null;
    throw refused(labelOf(name, field), text("must not be blank (the top is 全社)", "空にできません(最上位は全社)"));
  }
  await writer.lock([REFERRED[to] ?? to]);
  const pk = await numberOf(writer, to, textOf(value));
  // only who does not see it misses the root
  if (pk === undefined && value === ROOT_ORG_ID) throw outside(thing.name);
  if (pk === undefined) throw unknownOf(to, textOf(value));
  return pk;
};

const labelOf = (name: string, { label, column }: Field): Text => label ?? same(column?.header ?? name);

/** A field of the thing that records of this scope do not have. */
const notOf = ({ scope }: HandNoun, name: string, field: Field): Failure => {
  const { value = "" } = scope ?? {};
  return refused(labelOf(name, field), text(`${value} has no such field`, `${value} にはこの項目がありません`));
};

const refused = (label: Text, reason: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what: text(`${label.en}: ${reason.en}`, `${label.ja}: ${reason.ja}`), hint });

/**
 * A typed value of a field, as it is kept.
 *
 * @throws Failure `input-rejected` where the field's rule says no
 */
export const checkValue = (name: string, field: Field, value: string): string => {
  const of = valueRuleOf(field);
  const reason = refusalOf(of, value);
  if (reason !== undefined) throw refused(labelOf(name, field), reason);
  return canonicalValue(of.rule, value) ?? value;
};

/** What a value of the tenant's own fields may be. */
const checkedCustom = (values: CustomValues): CustomValues =>
  values.map(({ name, value }) => {
    const reason = value === null ? undefined : refusalOf(CUSTOM_VALUE, value);
    if (reason !== undefined) throw refused(same(name), reason);
    return { name, value: value === "" ? null : value };
  });

/** @throws Failure `input-rejected` where a rule of the field says no */
export const checkField = (name: string, field: Field, value: unknown): void => {
  const reason = valueCheckOf(field)?.(value);
  if (reason !== undefined) throw refused(labelOf(name, field), reason);
};

const checkedText = (name: string, field: Field, value: string | null): string | null => {
  checkField(name, field, value);
  return value === null || value.trim() === "" ? null : (canonicalValue(valueRuleOf(field).rule, value) ?? value);
};

const checkedList = (name: string, field: Field, values: readonly string[]): readonly string[] => {
  const { comparison = "exact" } = field;
  checkField(name, field, values);
  return field.type === "texts" && field.set === true ? values.toSorted(byKey(comparison)) : values;
};

/** The order in which a set is stored. */
const byKey =
  (comparison: Comparison) =>
  (a: string, b: string): number =>
    comparisonKey(comparison, a) < comparisonKey(comparison, b) ? -1 : 1;

/** All that is told of a value which a record outside the asker's organisations has. */
export const unusable = (label: Text, value: string): Failure =>
  refused(
    label,
    text(`${value} cannot be used`, `「${value}」は使えません`),
    text("choose another, or ask a system administrator", "別の値にするか、システム管理者に依頼してください"),
  );

/** @throws Failure `input-rejected` where another record has a value that only one may have */
const checkTaken = async (
  writer: Writer,
  { list: { thing }, scope }: HandNoun,
  stored: StoredValues,
  own: number | undefined,
): Promise<void> => {
  for (const [name, value] of stored) {
    const { [name]: field } = thing.fields;
    if (field?.unique !== true || value === null) continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) {
      const holder = await holderOf(writer, thing, { field: name, value: one }, scope?.value);
      if (holder === undefined || holder.pk === own) continue;
      if (holder.called === null) throw unusable(labelOf(name, field), one);
      const noun = nounNamed(thing.name);
      throw refused(
        labelOf(name, field),
        text(
          `${one} is already that of the ${noun.en} ${holder.called}`,
          `「${one}」は${noun.ja}「${holder.called}」が使っています`,
        ),
        hintOf(thing.name, `show ${shownWord(one)}${scope === undefined ? "" : ` --app ${scope.value}`}`),
      );
    }
  }
};

const unknownOf = (thing: string, id: string): Failure => {
  const noun = nounNamed(thing);
  return new Failure("not-found", {
    what: text(`no ${noun.en} ${id}`, `${noun.ja} ${id} はありません`),
    hint: thing === "secured_user" ? undefined : hintOf(thing, "list"),
  });
};

/** The commands that show records of a thing. */
const COMMANDS: Readonly<Record<string, string>> = {
  org: "orgs",
  user: "users",
  device: "devices",
  secured_user: "secured users",
  scheme: "roles schemes",
};

/** The command to look records up by; undefined of a thing without one. */
const hintOf = (thing: string, verb: string): Text | undefined => {
  const { [thing]: noun } = COMMANDS;
  return noun === undefined ? undefined : text(`see clomoctl ${noun} ${verb}`, `確認: clomoctl ${noun} ${verb}`);
};

const unknownRecord = ({ name }: Thing, id: string): Failure => unknownOf(name, id);
