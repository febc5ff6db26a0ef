import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { createKeyComparator } from "../../model/normalise.ts";
import { getActionPrefix, getCollection, getCollectionOf, getThingNoun, RECORD_TYPES } from "../../nouns/index.ts";
import { toStoredValue } from "../../model/rules.ts";
import {
  getCommandNoun,
  listEditableFields,
  type Field,
  type Fields,
  type ManualValues,
  type RecordType,
  type RecordOf,
  CUSTOM_VALUE_RULE,
  valueRuleOf,
} from "../../model/thing.ts";
import { describeRefusal } from "../../model/value.ts";
import { createValueCheck, hasFieldType, throwFirstProblem } from "../../rules/values.ts";
import { same, text, type Text } from "../../text/index.ts";
import { quoteShellWord } from "../../text/shell-word.ts";
import { getCurrentInstant, createId } from "../store/ids.ts";
import type { ChangedObject, Session } from "./session.ts";
import { advanceCollections } from "./rows.ts";
import { describeUnknownKeys } from "./rules.ts";
import { buildKeysInScopeSql, KEY_LISTS } from "./versions.ts";
import { findRecords, readRecordsById, type RecordList } from "./lists.ts";
import {
  findValueHolder,
  insertRecord,
  mergeCustomValues,
  findRecordNumberById,
  updateRecord,
  type StoredValue,
  type StoredValues,
} from "./record-rows.ts";
import type { Reader, SqlValue, Writer } from "../store/types.ts";

export interface EditableRecordType<F extends Fields = Fields> {
  readonly list: RecordList<F>;
  readonly usual?: ManualValues | undefined;
  readonly scope?: string | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly reading?:
    | ((writer: Writer, given: ManualValues, before: object | undefined) => Promise<RecordDraft>)
    | undefined;
  readonly check?: ((writer: Writer, change: CheckedChange) => Promise<void>) | undefined;
}

export interface RecordDraft {
  readonly values: ManualValues;
  /** the secrets that the request sets, by field; secrets are never stored */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  readonly objects?: readonly ChangedObject[] | undefined;
}

export interface CheckedChange {
  readonly pk: number | undefined;
  readonly values: StoredValues;
}

export interface ChangeResult<R> {
  readonly before: R | null;
  readonly after: R;
  readonly consoleTask: number | null;
  readonly dryRun: boolean;
}

export type ManualRequestBody = ManualValues & { readonly dryRun?: boolean | undefined };

const describeChange = ({ list: { thing }, scope }: EditableRecordType, verb: string) => ({
  action: `${getActionPrefix(thing)}.${verb}`,
  locks: [getCollection(thing, scope)],
});

/** @throws Failure `input-rejected` for values that violate a rule; `not-found` for a missing reference */
export const createRecord = <F extends Fields>(
  session: Session,
  noun: EditableRecordType<F>,
  { dryRun = false, ...given }: ManualRequestBody,
): Promise<ChangeResult<RecordOf<F>>> => {
  const change = { ...describeChange(noun, "create"), dryRun, once: true } as const;
  return session.change(change, async (writer) => {
    const { after, objects } = await addRecord(session, writer, noun, given);
    return { result: (consoleTask) => ({ before: null, after, consoleTask, dryRun }), objects, after };
  });
};

export const addRecord = async <F extends Fields>(
  session: Session,
  writer: Writer,
  noun: EditableRecordType<F>,
  given: ManualValues,
): Promise<{ readonly after: RecordOf<F>; readonly objects: readonly ChangedObject[] }> => {
  const { list, scope } = noun;
  const wanted = { ...noun.usual, ...omitUndefined(given) };
  const draft: RecordDraft = (await noun.reading?.(writer, wanted, undefined)) ?? { values: wanted };
  const { values: meant, secrets = {}, objects = [] } = draft;
  const values = await resolveStoredValues(writer, noun, meant, undefined);
  await noun.check?.(writer, { pk: undefined, values });
  const at = getCurrentInstant(session.surroundings);
  const id = createId(session.surroundings);
  const scoped = scope === undefined ? {} : { [list.thing.scope ?? ""]: scope };
  const columns = { ...scoped, ...buildSecretsColumn(noun, undefined, { secrets, at }) };
  await insertRecord(writer, list.thing, { id, values, at, columns });
  await advanceCollections(writer, [getCollection(list.thing, scope)]);
  const after = await getWrittenRecord(writer, list, id);
  return { after, objects: [toChangedObject(noun, after), ...objects] };
};

/** Writes nothing if no value changes. @throws Failure as {@link createRecord} */
export const editRecord = async <F extends Fields>(
  session: Session,
  noun: EditableRecordType<F>,
  id: string,
  { dryRun = false, ...values }: ManualRequestBody,
  verb: "edit" | "move" = "edit",
): Promise<ChangeResult<RecordOf<F>>> => {
  const [written] = await editRecords(session, noun, [id], { dryRun, ...values }, { verb });
  if (written === undefined) throw new TypeError("an edit must return the record that it wrote");
  return written;
};

export type EditedRecord<R> = Readonly<Record<"before" | "after", R>>;

interface EditOptions<R> {
  readonly verb: string;
  readonly each?: ((before: R) => ManualValues) | undefined;
  readonly whole?: ((changed: readonly EditedRecord<R>[]) => void) | undefined;
  /** keeps what was answered about the list of the records */
  readonly keep?: ((writer: Writer) => Promise<object | undefined>) | undefined;
}

/** Edits all records or none. @throws Failure as {@link createRecord} */
export const editRecords = <F extends Fields>(
  session: Session,
  noun: EditableRecordType<F>,
  ids: readonly string[],
  { dryRun = false, ...given }: ManualRequestBody,
  { verb, each, whole, keep }: EditOptions<RecordOf<F>>,
): Promise<ChangeResult<RecordOf<F>>[]> => {
  const change = { ...describeChange(noun, verb), dryRun, once: true } as const;
  return session.change(change, async (writer) => {
    const all: EditedRecord<RecordOf<F>>[] = [];
    const made: ChangedObject[] = [];
    const values = omitUndefined(given);
    for (const id of new Set(ids)) {
      const { edited, objects } = await editSingleRecord(session, writer, noun, { id, given: values, each });
      all.push(edited);
      made.push(...objects);
    }
    const changed = all.filter(({ before, after }) => before !== after);
    const [first] = changed;
    const isOne = changed.length === 1;
    const result = (task: number | null): ChangeResult<RecordOf<F>>[] => {
      // runs after the rules, so that users need not confirm a change that a rule rejects
      whole?.(changed);
      return all.map((one) => ({ ...one, consoleTask: one.before === one.after ? null : task, dryRun }));
    };
    return {
      result,
      objects: [...changed.map(({ after }) => toChangedObject(noun, after)), ...made],
      before: isOne ? first?.before : { records: changed.map(({ before }) => before) },
      after: isOne ? first?.after : { records: changed.map(({ after }) => after) },
      detail: first && (await keep?.(writer)),
    };
  });
};

export const editSingleRecord = async <F extends Fields>(
  session: Session,
  writer: Writer,
  noun: EditableRecordType<F>,
  { id, given, each }: Pick<EditOptions<RecordOf<F>>, "each"> & { readonly id: string; readonly given: ManualValues },
): Promise<{ readonly edited: EditedRecord<RecordOf<F>>; readonly objects: readonly ChangedObject[] }> => {
  const { list } = noun;
  const pk = await findRecordNumberById(writer, list.thing.name, id);
  if (pk === undefined) throw createUnknownIdFailure(list.thing.name, id);
  const before = await getRecordById(writer, list, id);
  const wanted = { ...given, ...each?.(before) };
  const draft: RecordDraft = (await noun.reading?.(writer, wanted, before)) ?? { values: wanted };
  const { values: meant, secrets = {}, objects = [] } = draft;
  const values = await resolveStoredValues(writer, noun, meant, pk);
  await noun.check?.(writer, { pk, values });
  const at = getCurrentInstant(session.surroundings);
  const columns = buildSecretsColumn(noun, before, { secrets, at });
  if (!(await updateRecord(writer, list.thing, { pk, values, at, columns })))
    return { edited: { before, after: before }, objects };
  // the next read updates data that is derived from the whole collection, such as positions in the tree
  await advanceCollections(writer, [getCollection(list.thing, noun.scope)]);
  const after = await getWrittenRecord(writer, list, id);
  return { edited: { before, after }, objects };
};

const buildSecretsColumn = (
  { list: { thing } }: EditableRecordType,
  before: object | undefined,
  { secrets, at }: { readonly secrets: Readonly<Record<string, string>>; readonly at: string },
): Readonly<Record<string, SqlValue>> => {
  const names = Object.entries(secrets).map(([name, value]) => {
    const { [name]: field } = thing.fields;
    if (field?.secret !== true) throw new TypeError(`${name} is not a secret of ${thing.name}`);
    if (value === "") throw createFieldFailure(getFieldLabel(name, field), text("must not be blank", "空にできません"));
    validateFieldValue(name, field, value);
    return name;
  });
  if (names.length === 0) return {};
  const known = (before === undefined ? [] : getRecordValue(before, "secretsSet")) as readonly {
    field: string;
    at: string;
  }[];
  const times = new Map([
    ...known.map((set) => [set.field, set.at] as const),
    ...names.map((name) => [name, at] as const),
  ]);
  return { secrets: JSON.stringify(Object.fromEntries(times)) };
};

export const omitUndefined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

export const getRecordById = async <F extends Fields>(
  reader: Reader,
  list: RecordList<F>,
  id: string,
): Promise<RecordOf<F>> => {
  const found = (await findRecords(reader, list, id)).find((record) => getRecordValue(record, "id") === id);
  if (found === undefined) throw createUnknownIdFailure(list.thing.name, id);
  return found;
};

const getWrittenRecord = async <F extends Fields>(
  reader: Reader,
  list: RecordList<F>,
  id: string,
): Promise<RecordOf<F>> => {
  const [found] = await readRecordsById(reader, list, [id]);
  if (found !== undefined) return found;
  const noun = getThingNoun(list.thing.name);
  throw new Failure("not-found", {
    what: text(
      `the ${noun.en} would be outside your organisations; nothing was changed`,
      `${noun.ja}が管理対象組織から外れるため、何も変更していません`,
    ),
    hint: step(
      "specify one of your organisations; to list them",
      "操作できる組織を指定してください。確認するには",
      line("whoami", []),
    ),
  });
};

const toTextOrEmpty = (value: unknown): string => (typeof value === "string" ? value : "");

const getRecordValue = (record: object, name: string): unknown => (record as Readonly<Record<string, unknown>>)[name];

export const toChangedObject = ({ list }: Pick<EditableRecordType, "list">, record: object): ChangedObject => {
  const { name: thing, fields, namedBy = "name" } = list.thing;
  const name = toTextOrEmpty(getRecordValue(record, fields[namedBy]?.shownAs ?? namedBy));
  return { thing, id: toTextOrEmpty(getRecordValue(record, "id")), name };
};

export const requireIds = (ids: readonly string[]): void => {
  if (ids.length > 0) return;
  throw new Failure("input-rejected", {
    what: text("no record is specified", "対象が指定されていません"),
    where: "json.ids",
  });
};

const resolveStoredValues = async (
  writer: Writer,
  noun: EditableRecordType,
  given: ManualValues,
  own: number | undefined,
): Promise<StoredValues> => {
  const { fields } = noun.list.thing;
  const stored = new Map<string, StoredValue>();
  for (const [name, field] of listEditableFields(fields)) {
    const { [name]: value } = given;
    if (value !== undefined && noun.fields?.includes(name) === false) {
      const reason = text(`${noun.scope} lacks this field`, `${noun.scope} にはこの項目がありません`);
      throw createFieldFailure(getFieldLabel(name, field), reason);
    }
    if (value === undefined) {
      if (own === undefined && field.type === "texts") stored.set(name, []);
      continue;
    }
    if (typeof value === "number") checkFieldValue(name, field, value);
    if (typeof value === "boolean" || typeof value === "number") stored.set(name, Number(value));
    else if (field.refers !== undefined && field.type !== "texts")
      stored.set(name, await resolveReference(writer, [name, field], value));
    else if (field.type === "objects")
      stored.set(name, await mergeCustomValues(writer, validateCustomValues(value as CustomValues), own));
    else if (Array.isArray(value)) {
      const keys = await addHiddenKeys(writer, [noun.list.thing, name], { keys: value as readonly string[], own });
      stored.set(name, validateListValue(name, field, keys));
    } else stored.set(name, validateTextValue(name, field, value as string | null));
  }
  await checkUniqueValues(writer, noun, stored, own);
  return stored;
};

/** Adds the keys of a stored list that the account does not see. @throws Failure `input-rejected` for others like them */
const addHiddenKeys = async (
  writer: Writer,
  [{ name: thing }, name]: readonly [RecordType, string],
  { keys, own = null }: { readonly keys: readonly string[]; readonly own: number | null | undefined },
): Promise<readonly string[]> => {
  const of = KEY_LISTS.find(({ from, list }) => from.name === thing && list === name);
  if (of === undefined || !writer.isPartial) return keys;
  const sql = `select ${buildKeysInScopeSql(of, ":keys")} as seen, ${buildKeysInScopeSql(of, `t.${name}`, "not in")} as hidden
    from (select 1) left join main.${thing} t on t.pk = :own`;
  const row = await writer.get(sql, { keys: JSON.stringify(keys), own });
  const [seen = [], hidden = []] = [row?.["seen"], row?.["hidden"]].map((list) => JSON.parse(String(list)) as string[]);
  const unknown = keys.filter((key) => !seen.includes(key));
  if (unknown.length > 0) throwFirstProblem([{ field: name, what: describeUnknownKeys(of.to, unknown.join(", ")) }]);
  return [...keys, ...hidden];
};

type CustomValues = readonly { readonly name: string; readonly value: string | null }[];

const resolveReference = async (writer: Writer, [name, field]: readonly [string, Field], value: unknown) => {
  const { to = "" } = field.refers ?? {};
  if (value === null || value === "") {
    if (field.clearable !== false) return null;
    throw createFieldFailure(
      getFieldLabel(name, field),
      text("must not be blank (the top-level organisation is 全社)", "空にできません(最上位の組織は「全社」です)"),
    );
  }
  await writer.lock([getCollectionOf(to)]);
  const pk = await findRecordNumberById(writer, to, toTextOrEmpty(value));
  if (pk === undefined) throw createUnknownIdFailure(to, toTextOrEmpty(value));
  return pk;
};

const getFieldLabel = (name: string, { label, column }: Field): Text => label ?? same(column?.header ?? name);

export const createFieldFailure = (label: Text, reason: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what: text(`${label.en}: ${reason.en}`, `${label.ja}: ${reason.ja}`), hint });

export const validateFieldValue = (name: string, field: Field, value: string): string => {
  const of = valueRuleOf(field);
  const reason = describeRefusal(of, value);
  if (reason !== undefined) throw createFieldFailure(getFieldLabel(name, field), reason);
  return toStoredValue(of.rule, value) ?? value;
};

const validateCustomValues = (values: CustomValues): CustomValues =>
  values.map(({ name, value }) => {
    const reason = value === null ? undefined : describeRefusal(CUSTOM_VALUE_RULE, value);
    if (reason !== undefined) throw createFieldFailure(same(name), reason);
    return { name, value: value === "" ? null : value };
  });

const WRONG_TYPE = text("the value has the wrong type for this field", "値の型がこの項目に合いません");

/** @throws Failure `input-rejected` if the value violates a rule or has the wrong type */
export const checkFieldValue = (name: string, field: Field, value: unknown): void => {
  const reason = hasFieldType(field, value)
    ? createValueCheck(field)?.(value)
    : (describeRefusal(valueRuleOf(field), String(value)) ?? WRONG_TYPE);
  if (reason !== undefined) throw createFieldFailure(getFieldLabel(name, field), reason);
};

export const checkValues = (fields: Fields, values: object): void => {
  for (const [name, value] of Object.entries(values) as readonly [string, unknown][]) {
    const { [name]: field } = fields;
    if (field === undefined)
      throw new Failure("input-rejected", {
        what: text(`there is no field named "${name}"`, `「${name}」という項目はありません`),
      });
    if (value !== undefined) checkFieldValue(name, field, value);
  }
};

export const validateTextValue = (name: string, field: Field, value: string | null): string | null => {
  checkFieldValue(name, field, value);
  return value === null || value.trim() === "" ? null : (toStoredValue(valueRuleOf(field).rule, value) ?? value);
};

const validateListValue = (name: string, field: Field, values: readonly string[]): readonly string[] => {
  const { comparison = "exact" } = field;
  checkFieldValue(name, field, values);
  return field.type === "texts" && field.set === true ? values.toSorted(createKeyComparator(comparison)) : values;
};

const checkUniqueValues = async (
  writer: Writer,
  { list: { thing }, scope }: EditableRecordType,
  stored: StoredValues,
  own: number | undefined,
): Promise<void> => {
  for (const [name, value] of stored) {
    const { [name]: field } = thing.fields;
    if (field?.unique !== true || value === null) continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) {
      const holder = await findValueHolder(writer, thing, { field: name, value: one }, scope);
      if (holder === undefined || holder === own) continue;
      throw createFieldFailure(
        getFieldLabel(name, field),
        text(`"${one}" is already used`, `「${one}」はすでに使われています`),
        createLookupHint(thing.name, `show ${quoteShellWord(one)}${scope === undefined ? "" : ` --app ${scope}`}`),
      );
    }
  }
};

export const createUnknownIdFailure = (thing: string, id: string): Failure => {
  const noun = getThingNoun(thing);
  return new Failure("not-found", {
    what: text(`no ${noun.en} has the ID "${id}"`, `ID が「${id}」の${noun.ja}はありません`),
    hint: thing === "secured_user" ? undefined : createLookupHint(thing, "list"),
  });
};

const createLookupHint = (name: string, verb: string): Text | undefined => {
  const thing = RECORD_TYPES.get(name);
  if (thing === undefined || (thing.command === undefined && thing.formats === undefined)) return undefined;
  const line = `clomoctl ${getCommandNoun(thing)} ${verb}`;
  return text(`run: \`${line}\``, `確認: \`${line}\``);
};
