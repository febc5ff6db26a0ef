import type { FormatName } from "../../model/console-files.ts";
import type { ConsoleChange } from "../../model/console-task.ts";
import { ORG, ROOT_ORG_NAME } from "../../model/organisation.ts";
import { handFields, type Field, type HandWork, type Thing } from "../../model/thing.ts";
import { instant } from "../ids.ts";
import type { Session } from "../session.ts";
import { insertHandTask, isImportedSince, isMirror, openHandTask, updateHandTask } from "../store/console.ts";
import type { Writer } from "../store/store.ts";

/** What people read of a record instead of a field's value; null of a record without one. */
type ReadAs = (record: Readonly<Record<string, unknown>>) => string | null;

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
  if (typeof value !== "object") return JSON.stringify(value);
  const [[, member] = ["", ""]] = "of" in field ? (field.columns ?? []) : [];
  const { [member]: told } = value as Values;
  if (told === "" && field.refers?.to === ORG.name) return ROOT_ORG_NAME;
  return typeof told === "string" ? told : "";
};

/** Each custom field for itself, under `custom:` and its name. */
const customValues = (record: Values): ReadonlyMap<string, string> =>
  new Map(
    ((record["custom"] ?? []) as readonly { readonly name: string; readonly value: string }[]).map(
      ({ name, value }) => [`custom:${name}`, value],
    ),
  );

/** A field of a record as people read it, named as tasks name it; null where there is none. */
export const toldField = (
  { list: { thing }, readAs }: HandChange["noun"],
  record: object,
  name: string,
): ConsoleChange["after"] => {
  const { [name]: own } = readAs ?? {};
  if (own !== undefined) return own(record as Values);
  const { [name]: field } = thing.fields;
  return field === undefined
    ? (customValues(record as Values).get(name) ?? null)
    : toldValue(record as Values, name, field);
};

/** What differs between two versions of a record, field by field, as people read it. */
const changesOf = ({ noun, work, before, after, secrets = [] }: Omit<HandChange, "pk">): ConsoleChange[] => {
  const [was, is] = [(before ?? {}) as Values, after as Values];
  const { thing } = noun.list;
  const told = handFields(thing.fields)
    .filter(([name]) => name !== "custom")
    .map(([name, field]): ConsoleChange => {
      const { [name]: readAs } = noun.readAs ?? {};
      // an ancestor that was renamed meanwhile is no change of this record
      const isSame = before !== null && was[name] === is[name];
      const told = (record: Values) => (readAs === undefined ? toldValue(record, name, field) : readAs(record));
      if (readAs !== undefined && isSame) return { field: name, before: null, after: null };
      return { field: name, before: before === null ? null : told(was), after: told(is) };
    });
  const [customWas, customIs] = [customValues(was), customValues(is)];
  const custom = [...new Set([...customWas.keys(), ...customIs.keys()])].map((field): ConsoleChange => ({
    field,
    before: customWas.get(field) ?? null,
    after: customIs.get(field) ?? null,
  }));
  // what the console wants of every new record is no change to be seen to
  const set = secrets.filter((name) => work !== "create" || thing.fields[name]?.column?.required === undefined);
  return [
    ...[...told, ...custom].filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after)),
    ...set.map((field) => ({ field, before: null, after: null })),
  ];
};

/** Later values of the same fields in place of the earlier; what the console had stays what it had. */
const merged = (earlier: readonly ConsoleChange[], later: readonly ConsoleChange[]): readonly ConsoleChange[] => {
  const all = new Map(earlier.map((change) => [change.field, change]));
  for (const change of later) {
    const known = all.get(change.field);
    all.set(change.field, known === undefined ? change : { ...known, after: change.after });
  }
  return [...all.values()];
};

/**
 * Opens a task for what was written by hand in a mirror, as the console does not know it; the open one of the same record
 * takes it up, unless an import has changed the record since.
 *
 * @returns its number; null where the tenant is no mirror
 */
export const askConsole = async (session: Session, writer: Writer, change: HandChange): Promise<number | null> => {
  if (!(await isMirror(writer))) return null;
  const { noun, work, pk, after } = change;
  const { thing } = noun.list;
  const { [thing.fields[thing.namedBy ?? "name"]?.shownAs ?? thing.namedBy ?? "name"]: called, id } = after as Values;
  const changes = changesOf(change);
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
    return open.number;
  }
  const at = instant(session.surroundings);
  const object = { id: String(id), called: String(called), target: pk, thing: of };
  return insertHandTask(writer, { work, kind: noun.kind, object, changes, revision, at, actor: session.actor });
};

/** The name of a thing that no file has; null of one that its kind's files have. */
const ofFiles = ({ name, formats }: Thing): string | null => (Object.keys(formats).length === 0 ? name : null);

/**
 * Opens a task for what was deleted by hand in a mirror; an open one of the same record takes it up, also one that had
 * added it: it may have been added meanwhile.
 *
 * @returns its number; null where the tenant is no mirror
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
    return insertHandTask(writer, {
      work: "delete",
      kind: noun.kind,
      object,
      changes: [],
      revision,
      at,
      actor: session.actor,
    });
  }
  // the console has it by its former name
  const former = open.changes.find(({ field }) => field === namedBy)?.before ?? called;
  await updateHandTask(writer, open.number, { work: "delete", called: String(former), changes: [], revision });
  return open.number;
};
