import type { FormatName } from "../../model/console-files.ts";
import type { ConsoleChange } from "../../model/console-task.ts";
import { ORG, ROOT_ORG_NAME } from "../../model/organisation.ts";
import { handFields, type Field, type HandWork, type Thing } from "../../model/thing.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import { insertHandTask, isImportedSince, openHandTask, updateHandTask, visibleTask } from "../store/console.ts";
import type { Reader, Writer } from "../store/store.ts";
import { isMirror } from "../store/tenant.ts";

/** What people read of a record instead of a field's id; null of a record without one. */
type ReadAs = (reader: Reader, record: Readonly<Record<string, unknown>>) => Promise<string | null>;

/** A record that was written by hand. */
export interface HandChange {
  readonly noun: {
    readonly list: { readonly thing: Thing };
    /** the kind of its files */
    readonly kind: FormatName;
    readonly readAs?: Readonly<Record<string, ReadAs>> | undefined;
  };
  readonly work: Exclude<HandWork, "delete">;
  readonly pk: number;
  /** as the tenant API has it; null of a new one */
  readonly before: object | null;
  readonly after: object;
  /** the fields of the secrets that were set */
  readonly secrets?: readonly string[] | undefined;
}

type Values = Readonly<Record<string, unknown>>;

/** What people read of a record that a field names: names are not unique, so that its code or address tells it apart. */
const toldReference = (field: Field, value: Values): string => {
  const [[, member] = ["", ""]] = "of" in field ? (field.columns ?? []) : [];
  const { [member]: called, code, email } = value;
  if (called === "" && field.refers?.to === ORG.name) return ROOT_ORG_NAME;
  if (typeof called !== "string") return "";
  if (typeof email === "string") return `${called} <${email}>`;
  return typeof code === "string" ? withCode(called, code) : called;
};

/** What people read of an organisation. */
export const withCode = (path: string, code: string | null): string => (code === null ? path : `${path} (${code})`);

/** A field's value as people read it; null where there is none. */
const toldValue = (record: Values, name: string, field: Field): ConsoleChange["after"] => {
  if (field.within !== undefined) {
    const among = (record[field.within] ?? []) as readonly { readonly field: string; readonly value: string }[];
    return among.find((one) => one.field === name)?.value ?? null;
  }
  const value = record[field.shownAs ?? name] ?? null;
  if (Array.isArray(value)) return value.length === 0 ? null : (value as readonly string[]);
  if (value === null) return null;
  if (typeof value === "string") return value;
  // as files have it, where no is what a record has from the start
  if (typeof value === "boolean") return value ? "TRUE" : null;
  return typeof value === "object" ? toldReference(field, value as Values) : JSON.stringify(value);
};

/** The id of the record that a field names; null of none, undefined of a field that names none by its id. */
const referredId = (record: Values, name: string, field: Field | undefined): string | null | undefined => {
  if (field?.refers === undefined || (field.type !== "object" && field.refers.by !== "id")) return undefined;
  const { [name]: value = null } = record;
  const id = typeof value === "object" ? (value as Values | null)?.["id"] : value;
  return typeof id === "string" ? id : null;
};

/** Each custom field for itself, under `custom:` and its name. */
const customValues = (record: Values): ReadonlyMap<string, string> =>
  new Map(
    ((record["custom"] ?? []) as readonly { readonly name: string; readonly value: string }[]).map(
      ({ name, value }) => [`custom:${name}`, value],
    ),
  );

/** A field of a record as people read it, and which record it names, if it does. */
interface ToldField {
  readonly told: ConsoleChange["after"];
  /** as `referredId` has it */
  readonly id: string | null | undefined;
}

/** A field of a record as people read it, named as tasks name it. */
export const toldField = async (
  reader: Reader,
  { list: { thing }, readAs }: HandChange["noun"],
  record: object,
  name: string,
): Promise<ToldField> => {
  const [{ [name]: own }, { [name]: field }, values] = [readAs ?? {}, thing.fields, record as Values];
  const id = referredId(values, name, field);
  if (own !== undefined) return { told: await own(reader, values), id };
  if (field === undefined) return { told: customValues(values).get(name) ?? null, id };
  return { told: toldValue(values, name, field), id };
};

/** What differs between two versions of a field; undefined if nothing does. */
const changeOf = (field: string, was: ToldField | undefined, is: ToldField): ConsoleChange | undefined => {
  const [before, after] = [was?.told ?? null, is.told];
  // what a record is called may change while it is the same one, and two may be called the same
  if (is.id !== undefined) {
    const ids = { before: was?.id ?? null, after: is.id };
    return ids.before === ids.after ? undefined : { field, before, after, ids };
  }
  return JSON.stringify(before) === JSON.stringify(after) ? undefined : { field, before, after };
};

/** What differs between two versions of a record, field by field, as people read it. */
const changesOf = async (
  reader: Reader,
  { noun, work, before, after, secrets = [] }: Omit<HandChange, "pk">,
): Promise<readonly ConsoleChange[]> => {
  const { thing } = noun.list;
  const custom = [before ?? {}, after].flatMap((record) => [...customValues(record as Values).keys()]);
  const names = handFields(thing.fields).flatMap(([name]) => (name === "custom" ? [] : [name]));
  const changes: ConsoleChange[] = [];
  for (const name of new Set([...names, ...custom])) {
    const was = before === null ? undefined : await toldField(reader, noun, before, name);
    const change = changeOf(name, was, await toldField(reader, noun, after, name));
    if (change !== undefined) changes.push(change);
  }
  // what the console wants of every new record is no change to be seen to
  const set = secrets.filter((name) => work !== "create" || thing.fields[name]?.column?.required === undefined);
  return [...changes, ...set.map((field) => ({ field, before: null, after: null }))];
};

/** Later values of the same fields in place of the earlier; what the console had stays what it had. */
const merged = (earlier: readonly ConsoleChange[], later: readonly ConsoleChange[]): readonly ConsoleChange[] => {
  const all = new Map(earlier.map((change) => [change.field, change]));
  for (const change of later) {
    const known = all.get(change.field);
    all.set(change.field, known === undefined ? change : overtaken(known, change));
  }
  return [...all.values()];
};

const overtaken = (known: ConsoleChange, { after, ids }: ConsoleChange): ConsoleChange => {
  if (ids === undefined || known.ids === undefined) return { field: known.field, before: known.before, after };
  const both = { before: known.ids.before, after: ids.after };
  // the record that the console has there, by the name that it has there
  return { ...known, after: both.before === both.after ? known.before : after, ids: both };
};

/**
 * Opens a task for what was written by hand in a mirror, as the console does not know it; the open one of the same record
 * takes it up, unless an import has changed the record since.
 *
 * @returns its number; null if the tenant is not a mirror, or the asker does not see the task
 */
export const askConsole = async (session: Session, writer: Writer, change: HandChange): Promise<number | null> => {
  if (!(await isMirror(writer))) return null;
  const { noun, work, pk, after } = change;
  const { thing } = noun.list;
  const { [thing.fields[thing.namedBy ?? "name"]?.shownAs ?? thing.namedBy ?? "name"]: called, id } = after as Values;
  const changes = await changesOf(writer, change);
  const revision = await writer.revision();
  const of = ofFiles(thing);
  const open = await openHandTask(writer, noun.kind, { thing: of, target: pk });
  // the tasks of one record are done in their order: what an import changed comes before what was written after it
  if (open !== undefined && !(await isImportedSince(writer, thing, { target: pk, revision: open.revision }))) {
    const stays = open.work === "create" || open.work === work;
    await updateHandTask(writer, open.number, {
      work: stays ? open.work : "edit",
      called: String(called),
      changes: merged(open.changes, changes),
      revision,
    });
    return visibleTask(writer, open.number);
  }
  const at = instant(session.surroundings);
  const object = { id: String(id), called: String(called), target: pk, thing: of };
  const task = { work, kind: noun.kind, object, changes, revision, at, actor: session.actor };
  return visibleTask(writer, await insertHandTask(writer, task));
};

/** The name of a thing that no file has; null of one that its kind's files have. */
export const ofFiles = ({ name, formats }: Thing): string | null => (Object.keys(formats).length === 0 ? name : null);

/**
 * Opens a task for what was deleted by hand in a mirror; an open one of the same record takes it up, also one that had
 * added it: it may have been added meanwhile.
 *
 * @returns its number; null if the tenant is not a mirror, or the asker does not see the task
 */
export const askDeletion = async (
  session: Session,
  writer: Writer,
  { noun, pk, before }: Pick<HandChange, "noun" | "pk"> & { readonly before: object },
): Promise<number | null> => {
  if (!(await isMirror(writer))) return null;
  const { thing } = noun.list;
  const { namedBy = "name" } = thing;
  const { [thing.fields[namedBy]?.shownAs ?? namedBy]: called, id } = before as Values;
  const revision = await writer.revision();
  const open = await openHandTask(writer, noun.kind, { thing: ofFiles(thing), target: pk });
  if (open === undefined) {
    const at = instant(session.surroundings);
    const object = { id: String(id), called: String(called), target: pk, thing: ofFiles(thing) };
    const task = { work: "delete", kind: noun.kind, object, changes: [], revision, at, actor: session.actor } as const;
    return visibleTask(writer, await insertHandTask(writer, task));
  }
  // the console has it by its former name
  const former = open.changes.find(({ field }) => field === namedBy)?.before ?? called;
  await updateHandTask(writer, open.number, { work: "delete", called: String(former), changes: [], revision });
  return visibleTask(writer, open.number);
};
