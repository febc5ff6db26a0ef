import { Failure } from "../../lib/errors/index.ts";
import { toUtcInstant, type TypedDate } from "../../lib/model/time.ts";
import { text } from "../../lib/text/index.ts";
import type { Fields, InputOf } from "../kit/field.ts";

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
    about: text("up to the end of this day, or up to this time", "この日の終わりまで、またはこの日時まで"),
  },
  actor: {
    kind: "string",
    value: "TEXT",
    about: text(
      "part of the actor's name, or of the name of the person who used --as",
      "実行者の名前の一部(--as を使った人の名前も可)",
    ),
  },
  action: {
    kind: "string",
    value: "TEXT",
    about: text(
      "part of the action's name, such as users, edit or users.edit; create, update and delete also find imports with such changes; delete also finds remove actions",
      "操作名の一部(users、edit、users.edit など)。create・update・delete では、作成・更新・削除を行ったインポートも探す。delete では remove の操作も探す",
    ),
  },
} as const satisfies Fields;

const DAY_MS = 24 * 60 * 60 * 1000;
const SECOND_MS = 1000;

const getFirstInstant = (date: TypedDate, zone: string): string => {
  if ("instant" in date) return date.instant;
  const day = new Date(Date.parse(`${date.day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, "2027-03-01".length);
  return getInstantAfter({ day }, zone, SECOND_MS);
};

const getInstantAfter = (date: TypedDate, zone: string, stepMs: number): string =>
  new Date(Date.parse(toUtcInstant(date, zone)) + stepMs).toISOString();

export const buildAuditQuery = (
  { since, until, actor, action }: InputOf<typeof AUDIT_FILTERS>,
  zone: string,
): Readonly<Record<keyof typeof AUDIT_FILTERS, string | undefined>> => {
  const first = since && getFirstInstant(since, zone);
  const last = until && getInstantAfter(until, zone, "day" in until ? SECOND_MS : 1);
  if (first !== undefined && last !== undefined && first >= last) throw REVERSED_PERIOD_FAILURE;
  return { since: first, until: last, actor, action };
};

const REVERSED_PERIOD_FAILURE = new Failure("usage", {
  what: text("--since is after --until", "--since が --until より後になっています"),
  where: "--since",
  hint: text("specify the earlier date as --since", "早い方の日付を --since に指定してください"),
});
