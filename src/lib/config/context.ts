import { Failure } from "../errors/index.ts";
import { DEFAULT_TIMEZONE, findTimeZone } from "../model/time.ts";
import { text, type Language, type Text } from "../text/index.ts";
import { parseContextName } from "./context-name.ts";

/** A context whose tenant runs in this process and is stored in a folder of the home. */
export interface EmbeddedContext {
  readonly name: string;
  readonly kind: "embedded";
  /** absolute path of the folder that contains the tenant's database and its staging files, and nothing else */
  readonly tenantFolder: string;
  readonly timezone: string;
  /** the language of the CLOMO account, which decides the default encoding of exports */
  readonly language: Language;
  /** true if every change must be confirmed with the name of the context */
  readonly protected?: true | undefined;
}

/** A context whose tenant is on a server. */
export interface RemoteContext {
  readonly name: string;
  readonly kind: "remote";
  readonly url: string;
  readonly timezone: string;
  readonly protected?: true | undefined;
}

export type Context = EmbeddedContext | RemoteContext;

export interface NewEmbeddedContext {
  readonly kind: "embedded";
  readonly timezone?: string | undefined;
  readonly language?: Language | undefined;
  readonly protected?: boolean | undefined;
}

export interface NewRemoteContext {
  readonly kind: "remote";
  readonly url: string;
  readonly timezone?: string | undefined;
  readonly protected?: boolean | undefined;
}

export type NewContext = NewEmbeddedContext | NewRemoteContext;

export interface ContextChange {
  readonly timezone?: string | undefined;
  readonly protected?: boolean | undefined;
}

/** A context as stored in `contexts.json`. The path of a local tenant is derived from the name. */
export type StoredContext =
  | {
      readonly name: string;
      readonly kind: "embedded";
      readonly timezone: string;
      readonly language: Language;
      readonly protected?: true | undefined;
    }
  | RemoteContext;

export function toStoredContext(name: string, requested: NewContext): StoredContext {
  const stored = {
    name: parseContextName(name),
    timezone: requested.timezone === undefined ? DEFAULT_TIMEZONE : parseTimezone(requested.timezone),
    protected: requested.protected === true ? (true as const) : undefined,
  };
  if (requested.kind === "remote") {
    return { kind: "remote", url: parseUrl(requested.url), ...stored };
  }
  return {
    kind: "embedded",
    language: requested.language ?? "ja",
    ...stored,
  };
}

export const applyContextChange = (context: StoredContext, change: ContextChange): StoredContext => ({
  ...context,
  timezone: change.timezone === undefined ? context.timezone : parseTimezone(change.timezone),
  protected: (change.protected ?? context.protected) === true ? true : undefined,
});

function parseTimezone(zone: string): string {
  // checking the default time zone would add a millisecond to every start
  if (zone === DEFAULT_TIMEZONE) return zone;
  const name = findTimeZone(zone);
  if (name !== undefined) return name;
  throw new Failure("usage", {
    what: text(`unknown time zone "${zone}"`, `タイムゾーン「${zone}」はありません`),
    hint: text("use a name like Asia/Tokyo", "Asia/Tokyo のように指定してください"),
  });
}

function parseUrl(address: string): string {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== url.origin + url.pathname) {
    throw new Failure("usage", {
      what: text(
        "the address must begin with http:// or https:// and must not contain a user name, a password, or a part after ? or #",
        "アドレスは http:// か https:// で始め、ユーザー名やパスワード、? や # 以降の部分を含めないでください",
      ),
      where: "--url",
    });
  }
  return url.href;
}

export function readStoredContext(stored: unknown): StoredContext {
  if (!isRecord(stored)) {
    throw new TypeError("a context must be an object");
  }
  const word = (key: string): string | undefined => (typeof stored[key] === "string" ? stored[key] : undefined);
  const name = word("name") ?? "";
  const settings = {
    timezone: parseTimezone(word("timezone") ?? DEFAULT_TIMEZONE),
    protected: stored["protected"] === true ? (true as const) : undefined,
  };
  if (parseContextName(name) !== name) {
    throw new TypeError(`${name} is not kept as NFC`);
  }
  if (stored["kind"] === "embedded") {
    return { name, kind: "embedded", language: word("language") === "en" ? "en" : "ja", ...settings };
  }
  if (stored["kind"] === "remote") {
    return { name, kind: "remote", url: parseUrl(word("url") ?? ""), ...settings };
  }
  throw new TypeError(`the kind of ${name} is unknown`);
}

/** Returns true if an address is on this computer, so that its connections do not travel over a network. */
export const isLoopbackAddress = (address: string): boolean =>
  /^(?:localhost|(?:.*\.)localhost|\[::1\]|127\.[\d.]+)$/.test(new URL(address).hostname);

export const describeMissingEncryption = (address: string): Text | undefined => {
  const { protocol, origin } = new URL(address);
  if (protocol !== "http:" || isLoopbackAddress(address)) return undefined;
  return text(
    `the connection to ${origin} is not encrypted: others on the network can read passwords, tokens and records`,
    `${origin} への接続は暗号化されません。同じネットワークの他人に、パスワード、トークン、データを読まれるおそれがあります`,
  );
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
