import { Failure } from "../../lib/errors/index.ts";
import { instantOf, type TypedDate } from "../../lib/model/typed-date.ts";
import { text } from "../../lib/text/index.ts";
import type { Fields, InputOf } from "../field.ts";

/** The options that narrow records of the audit. */
export const AUDIT_FILTERS = {
  since: {
    kind: "date",
    value: "DATE",
    about: text(
      "from this day (2026-04-01) or time (2026-04-01T09:00+09:00)",
      "この日(2026-04-01)、または日時(2026-04-01T09:00+09:00)以降",
    ),
  },
  until: {
    kind: "date",
    value: "DATE",
    about: text("up to the end of this day, or up to this time", "この日の終わり、または日時まで"),
  },
  actor: {
    kind: "string",
    value: "TEXT",
    about: text("part of who did it, or acted as that account", "実行者、または --as で操作した人の名前の一部"),
  },
  action: {
    kind: "string",
    value: "TEXT",
    about: text(
      "part of the action: users, edit, users.edit; create, update and delete find imports too that did so, delete also removals",
      "操作の一部(users、edit、users.edit など)。create・update・delete では、それを行ったインポートも、delete では remove も探す",
    ),
  },
  object: {
    kind: "string",
    value: "NAME",
    names: "users",
    about: text(
      "what it was done to, also if it is deleted or its name was given to another: name, mail address, code, account, path, serial number, ID",
      "対象(削除済み、別の人が使用中も可): 氏名、メールアドレス、コード、アカウント名、組織のパス、シリアルナンバー、ID など",
    ),
  },
} as const satisfies Fields;

const DAY_MS = 24 * 60 * 60 * 1000;
const SECOND_MS = 1000;

/** The first instant of a typed date: of a day the one after the last of the day before. */
const firstOf = (date: TypedDate, zone: string): string => {
  if ("instant" in date) return date.instant;
  const day = new Date(Date.parse(`${date.day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, "2027-03-01".length);
  return afterLast({ day }, zone, SECOND_MS);
};

/** The instant after the last one of a typed date. @param stepMs of a day the last one is its last second */
const afterLast = (date: TypedDate, zone: string, stepMs: number): string =>
  new Date(Date.parse(instantOf(date, zone)) + stepMs).toISOString();

/** What the tenant is asked for. @param zone in which days are counted @throws `usage` where the end is before the beginning */
export const auditQuery = (
  { since, until, actor, action, object }: InputOf<typeof AUDIT_FILTERS>,
  zone: string,
): Readonly<Record<keyof typeof AUDIT_FILTERS, string | undefined>> => {
  const first = since && firstOf(since, zone);
  const last = until && afterLast(until, zone, "day" in until ? SECOND_MS : 1);
  if (first !== undefined && last !== undefined && first >= last) throw TURNED;
  return { since: first, until: last, actor, action, object };
};

const TURNED = new Failure("usage", {
  what: text("--since is after --until", "--since が --until より後になっています"),
  where: "--since",
  hint: text("give the earlier date as --since", "早い方の日付を --since に指定してください"),
});
