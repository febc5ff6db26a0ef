import { isMap, isSeq, parseDocument, type Document, type YAMLMap, type YAMLSeq } from "yaml";
import { emailKey } from "../../model/normalise.ts";
import { succeeded, type Person } from "../checklist/people.ts";

/** Settings in which somebody has taken another's place. */
export interface SucceededSettings {
  readonly content: string;
  /** the addresses that were replaced, as they stood there */
  readonly replaced: readonly string[];
}

/** Who takes whose place, and for what. */
export interface Succession {
  /** the context whose tenant is handed over: what is for others stays */
  readonly context: string;
  readonly leaver: Person;
  readonly successor: { readonly name: string; readonly address: string };
}

/** What an entry is for: items of these contexts and kinds; undefined: of all. */
type Scope = Readonly<Record<"contexts" | "kinds", readonly string[] | undefined>>;

/** The most characters of a recipient's name. @see parseNotifySettings */
const LONGEST_NAME = 100;

/**
 * The text of `notify.yaml` with another person in somebody's place, wherever that one is notified by mail of a context;
 * comments stay. What an entry has for other contexts stays with who leaves. An address stands there once: a successor who is a
 * recipient already is, from now on, notified of what either was, and of what those contexts and kinds together are.
 *
 * @param content settings that can be read
 */
export function withSuccessor(content: string, succession: Succession): SucceededSettings {
  const document = parseDocument(content, { schema: "failsafe" });
  const recipients = document.get("recipients");
  if (!isSeq(recipients)) return { content, replaced: [] };
  const { context, leaver, successor } = succession;
  const keys = new Set(leaver.words.filter((word) => word.includes("@")).map(emailKey));
  keys.delete(emailKey(successor.address));
  const replaced: string[] = [];
  for (const entry of recipients.items.filter((item) => isMap(item))) {
    const address = addressIn(entry);
    const { contexts, kinds } = scopeOf(entry);
    if (address === undefined || !keys.has(emailKey(address)) || contexts?.includes(context) === false) continue;
    replaced.push(address);
    const others = contexts?.filter((one) => one !== context) ?? [];
    const own = recipients.items.find((item) => isMap(item) && isSame(addressIn(item), successor.address));
    if (isMap(own)) {
      widen(document, own, { contexts: contexts && [context], kinds });
      if (others.length === 0) recipients.items.splice(recipients.items.indexOf(entry), 1);
    } else if (others.length === 0) {
      rename(entry, succession);
    } else {
      const json = entry.toJSON() as Record<string, unknown>;
      const copy = document.createNode({ ...json, contexts: [context] }, { flow: entry.flow === true });
      rename(copy, succession);
      recipients.items.splice(recipients.items.indexOf(entry) + 1, 0, copy);
    }
    if (others.length > 0) list(document, entry, "contexts", others);
  }
  return replaced.length === 0 ? { content, replaced } : { content: document.toString({ lineWidth: 0 }), replaced };
}

const isSame = (one: string | undefined, other: string): boolean =>
  one !== undefined && emailKey(one) === emailKey(other);

/** Undefined of an entry that is no mail. */
const addressIn = (entry: YAMLMap): string | undefined => {
  const address = entry.get("address");
  return entry.get("way") === "mail" && typeof address === "string" ? address : undefined;
};

const listIn = (entry: YAMLMap, key: keyof Scope): readonly string[] | undefined => {
  const values = entry.get(key);
  return isSeq(values) ? values.toJSON().map(String) : undefined;
};

const scopeOf = (entry: YAMLMap): Scope => ({ contexts: listIn(entry, "contexts"), kinds: listIn(entry, "kinds") });

/** Gives an entry a list; undefined: none, so that it is for all. Values that stay keep their comments. */
function list(document: Document, entry: YAMLMap, key: keyof Scope, values: readonly string[] | undefined): void {
  const before: unknown = entry.get(key);
  if (values === undefined) entry.delete(key);
  else if (isSeq(before)) fill(document, before, values);
  else entry.set(key, document.createNode(values, { flow: true }));
}

function fill(document: Document, before: YAMLSeq, values: readonly string[]): void {
  const kept = before.items.filter((item) => values.includes(String(item)));
  const known = new Set(kept.map(String));
  before.items = [...kept, ...values.filter((value) => !known.has(value)).map((value) => document.createNode(value))];
}

/** Has an entry notify of what another one does, too. */
function widen(document: Document, entry: YAMLMap, more: Scope): void {
  const own = scopeOf(entry);
  for (const key of ["contexts", "kinds"] as const) {
    const [one, other] = [own[key], more[key]];
    if (one !== undefined) list(document, entry, key, other && [...new Set([...one, ...other])]);
  }
}

/** Gives an entry the successor's address, and name where it is the leaver's. */
function rename(entry: YAMLMap, { leaver, successor }: Succession): void {
  entry.set("address", successor.address);
  const name = String(entry.get("name"));
  const next = succeeded(leaver, name, successor.name.replaceAll(/\p{Cc}+/gu, " "));
  if (next !== name) entry.set("name", next.slice(0, LONGEST_NAME).replace(/\p{Cs}$/u, ""));
}
