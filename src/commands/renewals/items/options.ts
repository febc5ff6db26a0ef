import type { RenewalChange } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { RENEWAL_KINDS, type RenewalKind } from "../../../lib/model/renewal.ts";
import { dayOf, yearAfter } from "../../../lib/model/time.ts";
import { readTypedDate } from "../../../lib/model/typed-date.ts";
import { text } from "../../../lib/text/index.ts";
import type { Fields, InputOf } from "../../field.ts";
import type { Tools } from "../../tools.ts";
import { readItem } from "./from-file.ts";
import { KEY_OPTION } from "./own-keys.ts";

const KINDS = Object.keys(RENEWAL_KINDS) as readonly RenewalKind[];

/** What can be said of an item; nobody can say a password. */
export const ITEM_OPTIONS = {
  kind: {
    kind: "choice",
    choices: KINDS,
    value: "KIND",
    about: text(`what it is: ${KINDS.join(", ")}`, `種類: ${KINDS.join(", ")}`),
  },
  expires: {
    kind: "string",
    value: "DATE",
    about: text(
      "the day it expires on (to its end, in the tenant's zone), or an instant",
      "期限の日(テナントのタイムゾーンでその日の終わりまで)か日時",
    ),
  },
  file: {
    kind: "file",
    value: "FILE",
    about: text(
      "the certificate, token or profile itself: date, fingerprint, topic and organisation come from it",
      "証明書・トークン・プロファイルのファイル(期限、フィンガープリント、トピック、組織を読み取る)",
    ),
  },
  ...KEY_OPTION,
  fingerprint: {
    kind: "string",
    value: "START",
    about: text("with --file: which of several in it", "--file に複数あるとき: どれかを示すフィンガープリントの先頭"),
  },
  lastLogin: {
    kind: "string",
    value: "DATE",
    about: text(
      "for android-owner: when somebody last signed in; a year is counted from it",
      "android-owner のとき: 最後にログインした日(そこから 1 年と見積もる)",
    ),
  },
  organisation: {
    kind: "string",
    value: "NAME",
    about: text("the organisation or customer it is for", "対象の組織・顧客"),
  },
  owner: {
    kind: "string",
    value: "WHO",
    about: text("who renews it; a mail address is sent notices", "更新の担当者(メールアドレスなら通知の宛先になる)"),
  },
  account: {
    kind: "string",
    value: "NAME",
    about: text("the Apple or Google account, by name", "Apple・Google のアカウント名"),
  },
  phone: {
    kind: "string",
    value: "WHERE",
    about: text("where the phone of its second factor is", "2 要素認証の電話の所在"),
  },
  notes: { kind: "string", value: "TEXT", about: text("anything else; no password", "メモ(パスワードは書かない)") },
} as const satisfies Fields;

/** What was said of an item. */
export type ItemOptions = InputOf<typeof ITEM_OPTIONS>;

/**
 * What the options say, as the tenant takes it: what was not said is missing, a blank is nothing.
 *
 * @param kind the kind the item has or is to have, where it is known
 * @throws Failure `usage` for dates that are none or exclude each other; and see {@link readItem}
 */
export async function readOptions(
  tools: Pick<Tools, "stdin" | "workingFolder" | "clock">,
  { options, kind, timezone }: { options: ItemOptions; kind: RenewalKind | undefined; timezone: string },
): Promise<RenewalChange> {
  refuseMisfit(options, kind);
  const { file, fingerprint, key } = options;
  return {
    ...(file === undefined ? {} : await readItem(tools, { file, kind, fingerprint, key })),
    ...(options.kind === undefined ? {} : { kind: options.kind }),
    ...dateOf(options, tools.clock.now(), timezone),
    ...words(options),
  };
}

/** Words a person gives; each is kept as it was said. */
const WORDS = ["organisation", "owner", "account", "phone", "notes"] as const;

const words = (options: ItemOptions): RenewalChange =>
  Object.fromEntries(
    WORDS.flatMap((key) => {
      const said = options[key];
      return said === undefined ? [] : [[key, said.trim() === "" ? null : said]];
    }),
  );

function dateOf({ expires, lastLogin }: ItemOptions, now: Date, timezone: string): RenewalChange {
  if (lastLogin !== undefined) {
    const at = readPast(lastLogin, { now, timezone, where: "--last-login" });
    return { expiresAt: yearAfter(at), certainty: "estimated" };
  }
  if (expires === undefined) return {};
  if (expires.trim() === "") return { expiresAt: null, certainty: "typed" };
  return { expiresAt: readTypedDate(expires, timezone, "--expires"), certainty: "typed" };
}

/**
 * When something was done, as typed: the end of a day, which is this moment where the day is today.
 *
 * @returns a UTC instant
 * @throws Failure `usage` when it is no date, or in the future
 */
export function readPast(
  typed: string,
  { now, timezone, where }: { readonly now: Date; readonly timezone: string; readonly where: string },
): string {
  const at = readTypedDate(typed, timezone, where);
  if (Date.parse(at) <= now.getTime()) return at;
  const isDay = !typed.includes("T");
  if (isDay && at === readTypedDate(dayOf(now, timezone), timezone, where)) return now.toISOString();
  throw new Failure("usage", { what: text(`${typed} is still to come`, `${typed} は未来の日付です`), where });
}

function refuseMisfit(
  { expires, file, fingerprint, key, lastLogin }: ItemOptions,
  kind: RenewalKind | undefined,
): void {
  const dates = [
    ["--expires", expires],
    ["--file", file],
    ["--last-login", lastLogin],
  ].flatMap(([option, value]) => (value === undefined ? [] : [option]));
  if (dates.length > 1) {
    const all = dates.join(" ");
    throw misfit(text(`only one of these can say the date: ${all}`, `期限を決められるのは 1 つだけです: ${all}`));
  }
  if (fingerprint !== undefined && file === undefined) {
    throw misfit(text("--fingerprint needs --file", "--fingerprint には --file が必要です"));
  }
  if (key.length > 0 && file === undefined) {
    throw misfit(text("--key needs --file", "--key には --file が必要です"));
  }
  if (lastLogin !== undefined && kind !== "android-owner") {
    throw misfit(
      text("--last-login is for the kind android-owner", "--last-login は種類が android-owner のときだけ使えます"),
    );
  }
}

const misfit = (what: ReturnType<typeof text>): Failure => new Failure("usage", { what });
