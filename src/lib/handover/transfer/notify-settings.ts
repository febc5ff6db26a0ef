import { isMap, isSeq, parseDocument, type Document, type YAMLMap, type YAMLSeq } from "yaml";
import { emailKey } from "../../model/normalise.ts";
import { RENEWAL_KINDS } from "../../model/renewal.ts";
import { replacePerson, type Person } from "../checklist/people.ts";

/** Notification settings in which a successor has replaced the leaver. */
export interface TransferredSettings {
  readonly content: string;
  /** the replaced addresses, as they were written in the settings */
  readonly replaced: readonly string[];
}

/** The leaver, their successor, and the context whose reminders are transferred. */
export interface Succession {
  /** the context whose tenant is handed over; the leaver keeps the other contexts that an entry lists */
  readonly context: string;
  readonly leaver: Person;
  readonly successor: { readonly name: string; readonly address: string };
}

/** The contexts and kinds of items for which an entry receives reminders; undefined means all. */
type ReminderFilter = Readonly<Record<"contexts" | "kinds", readonly string[] | undefined>>;

/** Maximum number of characters in a recipient's name. @see parseNotifySettings */
const MAX_NAME_LENGTH = 100;

/**
 * Returns the text of `notify.yaml` in which the successor replaces the leaver in all email entries that cover the
 * context. Comments are kept. If an entry also lists other contexts, the leaver keeps the entry for these. No address
 * occurs twice: if the successor is already a recipient, their own entry is extended to the contexts and kinds of both
 * entries, including combinations that neither entry covered.
 *
 * @param content valid settings
 */
export function replaceRecipient(content: string, succession: Succession): TransferredSettings {
  const document = parseDocument(content, { schema: "failsafe" });
  const recipients = document.get("recipients");
  if (!isSeq(recipients)) return { content, replaced: [] };
  const { context, leaver, successor } = succession;
  const keys = new Set(leaver.words.filter((word) => word.includes("@")).map(emailKey));
  keys.delete(emailKey(successor.address));
  const replaced: string[] = [];
  for (const entry of recipients.items.filter((item) => isMap(item))) {
    const address = emailAddressOf(entry);
    const { contexts, kinds } = readFilter(entry);
    if (address === undefined || !keys.has(emailKey(address)) || contexts?.includes(context) === false) continue;
    replaced.push(address);
    const others = contexts?.filter((one) => one !== context) ?? [];
    const own = recipients.items.find((item) => isMap(item) && isSameAddress(emailAddressOf(item), successor.address));
    if (isMap(own)) {
      extendEntry(document, own, { contexts: contexts && [context], kinds });
      if (others.length === 0) recipients.items.splice(recipients.items.indexOf(entry), 1);
    } else if (others.length === 0) {
      assignSuccessor(entry, succession);
    } else {
      const json = entry.toJSON() as Record<string, unknown>;
      const copy = document.createNode({ ...json, contexts: [context] }, { flow: entry.flow === true });
      assignSuccessor(copy, succession);
      recipients.items.splice(recipients.items.indexOf(entry) + 1, 0, copy);
    }
    if (others.length > 0) setEntryList(document, entry, "contexts", others);
  }
  return replaced.length === 0 ? { content, replaced } : { content: document.toString({ lineWidth: 0 }), replaced };
}

/** Notification settings without people who leave. */
export interface ReducedSettings {
  readonly content: string;
  /** the addresses that were removed, as they were written in the settings */
  readonly removed: readonly string[];
  /** the addresses that stay, because nobody else would be notified of some of their items */
  readonly kept: readonly string[];
}

/**
 * Returns the text of `notify.yaml` without the mail entries of a person for a context. Comments stay. An entry stays
 * if no other entry covers all its kinds of items in the context, and for other contexts that it lists.
 *
 * @param content valid settings
 */
export function removeRecipient(content: string, { context, leaver }: Omit<Succession, "successor">): ReducedSettings {
  const document = parseDocument(content, { schema: "failsafe" });
  const recipients = document.get("recipients");
  const [removed, kept]: [string[], string[]] = [[], []];
  if (!isSeq(recipients)) return { content, removed, kept };
  const keys = new Set(leaver.words.filter((word) => word.includes("@")).map(emailKey));
  const entries = recipients.items.filter((item) => isMap(item));
  const isOwn = (entry: YAMLMap): boolean => keys.has(emailKey(emailAddressOf(entry) ?? ""));
  const covered = entries.filter((entry) => !isOwn(entry)).map(readFilter);
  for (const entry of entries.filter(isOwn)) {
    const address = emailAddressOf(entry) ?? "";
    const { contexts, kinds = Object.keys(RENEWAL_KINDS) } = readFilter(entry);
    if (contexts?.includes(context) === false) continue;
    // an entry for all contexts stays if others are only for some of them
    const others = covered.filter(
      (one) => one.contexts === undefined || (contexts !== undefined && one.contexts.includes(context)),
    );
    if (!kinds.every((kind) => others.some((one) => one.kinds?.includes(kind) ?? true))) {
      kept.push(address);
      continue;
    }
    removed.push(address);
    const rest = contexts?.filter((one) => one !== context) ?? [];
    if (rest.length > 0) setEntryList(document, entry, "contexts", rest);
    else recipients.items.splice(recipients.items.indexOf(entry), 1);
  }
  return { content: removed.length === 0 ? content : document.toString({ lineWidth: 0 }), removed, kept };
}

const isSameAddress = (one: string | undefined, other: string): boolean =>
  one !== undefined && emailKey(one) === emailKey(other);

/** Returns the address of an entry; undefined if the entry is not for email. */
const emailAddressOf = (entry: YAMLMap): string | undefined => {
  const address = entry.get("address");
  return entry.get("way") === "mail" && typeof address === "string" ? address : undefined;
};

const readTextList = (entry: YAMLMap, key: keyof ReminderFilter): readonly string[] | undefined => {
  const values = entry.get(key);
  return isSeq(values) ? values.toJSON().map(String) : undefined;
};

const readFilter = (entry: YAMLMap): ReminderFilter => ({
  contexts: readTextList(entry, "contexts"),
  kinds: readTextList(entry, "kinds"),
});

/**
 * Sets a list of an entry, or removes the list (undefined: the entry applies to everything). Values that remain keep
 * their comments.
 */
function setEntryList(
  document: Document,
  entry: YAMLMap,
  key: keyof ReminderFilter,
  values: readonly string[] | undefined,
): void {
  const before: unknown = entry.get(key);
  if (values === undefined) entry.delete(key);
  else if (isSeq(before)) replaceSequenceValues(document, before, values);
  else entry.set(key, document.createNode(values, { flow: true }));
}

function replaceSequenceValues(document: Document, before: YAMLSeq, values: readonly string[]): void {
  const kept = before.items.filter((item) => values.includes(String(item)));
  const known = new Set(kept.map(String));
  before.items = [...kept, ...values.filter((value) => !known.has(value)).map((value) => document.createNode(value))];
}

/** Extends an entry so that it also covers the items of another entry. */
function extendEntry(document: Document, entry: YAMLMap, more: ReminderFilter): void {
  const own = readFilter(entry);
  for (const key of ["contexts", "kinds"] as const) {
    const [one, other] = [own[key], more[key]];
    if (one !== undefined) setEntryList(document, entry, key, other && [...new Set([...one, ...other])]);
  }
}

/** Sets the address of an entry to that of the successor, and replaces the leaver's name in it. */
function assignSuccessor(entry: YAMLMap, { leaver, successor }: Succession): void {
  entry.set("address", successor.address);
  const name = String(entry.get("name"));
  const next = replacePerson(leaver, name, successor.name.replaceAll(/\p{Cc}+/gu, " "));
  if (next !== name) entry.set("name", next.slice(0, MAX_NAME_LENGTH).replace(/\p{Cs}$/u, ""));
}
