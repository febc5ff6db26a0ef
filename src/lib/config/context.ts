import { Failure } from "../errors/index.ts";
import { UNDELETABLE_CHOICES, type UndeletableChoice } from "../model/import.ts";
import { zoneNamed } from "../model/time.ts";
import { text, type Language } from "../text/index.ts";
import { parseContextName } from "./context-name.ts";

/** A tenant in this process, stored in a folder of the home. */
export interface EmbeddedContext {
  readonly name: string;
  readonly kind: "embedded";
  /** absolute path of the folder that holds the tenant's database, its staging and nothing else */
  readonly tenantFolder: string;
  /** IANA name of the zone in which days are counted */
  readonly timezone: string;
  /** the language of the CLOMO account, which decides the default encoding of exports */
  readonly language: Language;
  /** map file by format: which headers mean which fields */
  readonly maps: ReadonlyMap<string, string>;
  /** its name is wanted for every change */
  readonly protected?: true | undefined;
  /** what replacing imports do with records that they cannot delete, unless they say it */
  readonly undeletable?: UndeletableChoice | undefined;
}

/** A tenant on a server. */
export interface RemoteContext {
  readonly name: string;
  readonly kind: "remote";
  readonly url: string;
  /** a certificate authority to trust in addition to the platform's; absolute path of a PEM file */
  readonly caFile?: string | undefined;
  /** IANA name of the zone in which days are counted */
  readonly timezone: string;
  /** its name is wanted for every change */
  readonly protected?: true | undefined;
  /** what replacing imports do with records that they cannot delete, unless they say it */
  readonly undeletable?: UndeletableChoice | undefined;
}

export type Context = EmbeddedContext | RemoteContext;

/** The options of `context add NAME --embedded`. */
export interface NewEmbedded {
  readonly kind: "embedded";
  readonly timezone?: string | undefined;
  readonly language?: Language | undefined;
  readonly maps?: ReadonlyMap<string, string> | undefined;
  readonly protected?: boolean | undefined;
  readonly undeletable?: UndeletableChoice | undefined;
}

/** The options of `context add NAME --url`. */
export interface NewRemote {
  readonly kind: "remote";
  readonly url: string;
  readonly caFile?: string | undefined;
  readonly timezone?: string | undefined;
  readonly protected?: boolean | undefined;
  readonly undeletable?: UndeletableChoice | undefined;
}

export type NewContext = NewEmbedded | NewRemote;

/** What may be changed of a context; a missing value stays. */
export interface ContextChange {
  readonly timezone?: string | undefined;
  readonly protected?: boolean | undefined;
  /** null: none */
  readonly undeletable?: UndeletableChoice | null | undefined;
}

/** A context as stored in `contexts.json`; a tenant's path follows from the name. */
export type StoredContext =
  | {
      readonly name: string;
      readonly kind: "embedded";
      readonly timezone: string;
      readonly language: Language;
      readonly maps: readonly (readonly [format: string, file: string])[];
      readonly protected?: true | undefined;
      readonly undeletable?: UndeletableChoice | undefined;
    }
  | RemoteContext;

/** The zone of a context that was given none. */
export const DEFAULT_TIMEZONE = "Asia/Tokyo";

/** The stored form of a new context. @throws `usage` when its time zone or address is invalid */
export function storeContext(name: string, requested: NewContext): StoredContext {
  const settings = {
    timezone: requested.timezone === undefined ? DEFAULT_TIMEZONE : parseTimezone(requested.timezone),
    protected: requested.protected === true ? (true as const) : undefined,
    undeletable: requested.undeletable,
  };
  if (requested.kind === "remote") {
    const { url, caFile } = requested;
    return { name, kind: "remote", url: parseUrl(url), caFile, ...settings };
  }
  return {
    name,
    kind: "embedded",
    language: requested.language ?? "ja",
    maps: [...(requested.maps ?? [])],
    ...settings,
  };
}

/** A context with some of its settings changed. @throws `usage` when the time zone is invalid */
export const changeContext = (context: StoredContext, change: ContextChange): StoredContext => ({
  ...context,
  timezone: change.timezone === undefined ? context.timezone : parseTimezone(change.timezone),
  protected: (change.protected ?? context.protected) === true ? true : undefined,
  undeletable: change.undeletable === undefined ? context.undeletable : (change.undeletable ?? undefined),
});

/** @throws `usage` when the time zone does not exist */
function parseTimezone(zone: string): string {
  // looking the zone up would add a millisecond to each start
  if (zone === DEFAULT_TIMEZONE) return zone;
  const name = zoneNamed(zone);
  if (name !== undefined) return name;
  throw new Failure("usage", {
    what: text(`unknown time zone ${zone}`, `タイムゾーン ${zone} は不明です`),
    hint: text("use a name like Asia/Tokyo", "Asia/Tokyo のように指定してください"),
  });
}

function parseUrl(address: string): string {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new Failure("usage", {
      what: text(
        "the address must be http or https, without a user name or password",
        "アドレスは http か https で、ユーザー名やパスワードを含めないでください",
      ),
      where: "--url",
    });
  }
  return url.href;
}

/** Reads a stored context. @throws TypeError when it is not a context */
export function readStoredContext(stored: unknown): StoredContext {
  if (!isRecord(stored)) {
    throw new TypeError("a context must be an object");
  }
  const word = (key: string): string | undefined => (typeof stored[key] === "string" ? stored[key] : undefined);
  const name = word("name") ?? "";
  const settings = {
    timezone: parseTimezone(word("timezone") ?? DEFAULT_TIMEZONE),
    protected: stored["protected"] === true ? (true as const) : undefined,
    undeletable: UNDELETABLE_CHOICES.find((choice) => choice === stored["undeletable"]),
  };
  if (parseContextName(name) !== name) {
    throw new TypeError(`${name} is not kept as NFC`);
  }
  if (stored["kind"] === "embedded") {
    const maps = Array.isArray(stored["maps"]) ? stored["maps"].filter(isPair) : [];
    return { name, kind: "embedded", language: word("language") === "en" ? "en" : "ja", maps, ...settings };
  }
  if (stored["kind"] === "remote") {
    return { name, kind: "remote", url: parseUrl(word("url") ?? ""), caFile: word("caFile"), ...settings };
  }
  throw new TypeError(`the kind of ${name} is unknown`);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isPair = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");
