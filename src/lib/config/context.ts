import { Failure } from "../errors/index.ts";
import { isLoopback } from "../model/address.ts";
import type { Given } from "../model/thing.ts";
import { DEFAULT_TIMEZONE, findTimeZone } from "../model/time.ts";
import { text, type Language, type Text } from "../text/index.ts";

interface ContextSettings {
  readonly name: string;
  readonly timezone: string;
  readonly protected?: true | undefined;
  /** false if the daily run sends nothing about this tenant */
  readonly notify?: false | undefined;
}

export interface EmbeddedContext extends ContextSettings {
  readonly kind: "embedded";
  readonly tenantFolder: string;
  /** language of the CLOMO account, which decides the default encoding of exports */
  readonly language: Language;
}

export interface RemoteContext extends ContextSettings {
  readonly kind: "remote";
  readonly url: string;
}

export type Context = EmbeddedContext | RemoteContext;

/** The path of a local tenant is not stored, because it follows from the context's name. */
export type StoredContext = Omit<EmbeddedContext, "tenantFolder"> | RemoteContext;

export type ContextChange = Given<{ timezone: string; protected: boolean; notify: boolean }>;

export type NewContext = ContextChange &
  (
    | { readonly kind: "embedded"; readonly language?: Language | undefined }
    | { readonly kind: "remote"; readonly url: string }
  );

export function toStoredContext(name: string, { timezone, ...requested }: NewContext): StoredContext {
  const stored = {
    name: parseContextName(name),
    timezone: parseTimezone(timezone ?? DEFAULT_TIMEZONE),
    protected: requested.protected === true ? (true as const) : undefined,
    notify: requested.notify === false ? (false as const) : undefined,
  };
  return requested.kind === "remote"
    ? { kind: "remote", url: parseUrl(requested.url), ...stored }
    : { kind: "embedded", language: requested.language ?? "ja", ...stored };
}

export const applyContextChange = (context: StoredContext, change: ContextChange): StoredContext => ({
  ...context,
  timezone: change.timezone === undefined ? context.timezone : parseTimezone(change.timezone),
  protected: (change.protected ?? context.protected) === true ? true : undefined,
  notify: (change.notify ?? context.notify) === false ? false : undefined,
});

function parseTimezone(zone: string): string {
  // a check of the default time zone would add a millisecond to every start
  const name = zone === DEFAULT_TIMEZONE ? zone : findTimeZone(zone);
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
  if (typeof stored !== "object" || stored === null) throw new TypeError("a context must be an object");
  const values = new Map<string, unknown>(Object.entries(stored));
  const word = (key: string): string | undefined =>
    typeof values.get(key) === "string" ? String(values.get(key)) : undefined;
  const kind = word("kind");
  if (kind !== "embedded" && kind !== "remote") throw new TypeError("a context must be embedded or remote");
  const context = toStoredContext(word("name") ?? "", {
    ...(kind === "remote"
      ? { kind, url: word("url") ?? "" }
      : { kind, language: word("language") === "en" ? "en" : "ja" }),
    timezone: word("timezone"),
    protected: values.get("protected") === true,
    notify: values.get("notify") !== false,
  });
  if (context.name !== word("name")) throw new TypeError(`${context.name} is not kept as NFC`);
  return context;
}

export const describeMissingEncryption = (address: string): Text | undefined => {
  const { protocol, hostname, origin } = new URL(address);
  if (protocol !== "http:" || isLoopback(hostname)) return undefined;
  return text(
    `the connection to ${origin} is not encrypted: others on the network can read passwords, tokens and records`,
    `${origin} への接続は暗号化されません。同じネットワークの他人に、パスワード、トークン、データを読まれるおそれがあります`,
  );
};

const MAX_NAME_LENGTH = 64;
/** File systems limit names to 255 bytes, including suffixes. */
const MAX_NAME_BYTES = 200;

/** Reserved device names. @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions */
const WINDOWS_DEVICE_NAMES = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)/i;

/** Returns the name in NFC, as it is stored. @throws `usage` if the name is not safe as a file name */
export function parseContextName(requested: string): string {
  const name = requested.normalize("NFC");
  const wrong = describeNameFault(name);
  if (wrong !== undefined) throw new Failure("usage", { what: wrong, where: requested });
  return name;
}

function describeNameFault(name: string): Text | undefined {
  if ([...name].length > MAX_NAME_LENGTH || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return text(
      `a context name can have at most ${MAX_NAME_LENGTH} characters`,
      `コンテキスト名は ${MAX_NAME_LENGTH} 文字までです`,
    );
  }
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(name) || name.endsWith(".")) {
    return text(
      "a context name may contain letters, digits, '.', '_' and '-'; it must begin with a letter or digit and must not end with a dot",
      "コンテキスト名に使えるのは文字、数字、「.」「_」「-」です。文字か数字で始め、ドットで終わらないようにしてください",
    );
  }
  return WINDOWS_DEVICE_NAMES.test(name)
    ? text("this name is reserved by Windows", "この名前は Windows で予約されています")
    : undefined;
}
