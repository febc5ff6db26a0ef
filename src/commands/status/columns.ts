import type { Import, Tenant } from "../../lib/client/index.ts";
import { titleOf } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES, IMPORT_STATE_NAMES, nameIn } from "../../lib/model/import.ts";
import { NOT_TAKEN, notTakenIn, UNASKED, type MirrorGaps } from "../../lib/model/mirror.ts";
import { RENEWAL_KINDS } from "../../lib/model/renewal.ts";
import { dayOf, daysLeft, minuteIn } from "../../lib/model/time.ts";
import { LEVEL_NAMES } from "../../lib/document/level.ts";
import type { JudgedItem } from "../../lib/renewals/judge.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { tableCellOf } from "../../lib/terminal/table/cells.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { shownDay } from "../renewals/items/columns.ts";
import { unsaidName } from "../renewals/items/expected.ts";
import { isUnasked, type Status } from "./gather.ts";

type Administration = NonNullable<Tenant["administration"]>;

/** At most so many renewals are told. */
const FIRST = 3;

/** At most so many lines of a field are shown. */
const MOST = 5;

const NONE = text("none", "なし");

const allOf = (parts: readonly Text[], between: Text = text("; ", "、")): Text =>
  parts.length === 0 ? NONE : joined(parts, between);

/** What there is of several things, one by one; null where nothing is known. */
type Parts = (status: Status) => readonly Text[] | null;

/** A field of the status, and what people are shown of it. */
interface StatusColumn extends Column<Status> {
  /** each is a line of its own */
  readonly parts?: Parts | undefined;
}

/** What is known of a tenant that could be read; null of another one. */
const read =
  <T>(known: (status: Status) => T) =>
  (status: Status): T | null =>
    status.tenant === undefined ? null : known(status);

/** A field of several things, of which people are shown the first ones. */
const parted = ({ parts, ...column }: Column<Status> & { readonly parts: Parts }): StatusColumn => {
  const shown: Parts = (status) => {
    const all = parts(status);
    const more = (all?.length ?? 0) - MOST;
    if (all === null || more <= 0) return all;
    return [...all.slice(0, MOST), text(`and ${more} more`, `ほか ${more} 件`)];
  };
  const name = (status: Status): Text | null => {
    const all = shown(status);
    return all === null ? null : allOf(all);
  };
  return { ...column, parts: shown, name };
};

const countOf = (key: "users" | "orgs" | "devices" | "consoleTasks", header: Text): Column<Status> => ({
  key,
  header,
  value: ({ tenant }) => tenant?.[key],
});

/** A context by its name, whether it is in use, and whether it is protected. */
export const contextName = ({ context, used }: Status): Text => {
  const marks = [
    ...(used ? [text("in use", "使用中")] : []),
    ...(context.protected === true ? [text("protected", "保護")] : []),
  ];
  const { en, ja } = joined(marks, text(", ", "、"));
  return marks.length === 0 ? same(context.name) : text(`${context.name} (${en})`, `${context.name}(${ja})`);
};

const importName = ({ timezone }: Status, plan: Import): Text => {
  const { number, state, actor } = plan;
  const { en, ja } = joined(
    [
      titleOf(FORMATS[plan.kind]),
      nameIn(IMPORT_MODE_NAMES, plan.mode),
      text(
        `+${plan.create} ~${plan.update} -${plan.delete}`,
        `追加 ${plan.create} 更新 ${plan.update} 削除 ${plan.delete}`,
      ),
      text(`by ${actor}`, `実行者 ${actor}`),
      ...(state === "committed" ? [] : [nameIn(IMPORT_STATE_NAMES, state)]),
    ],
    text(", ", "、"),
  );
  const when = minuteIn(plan.committedAt ?? plan.createdAt, timezone);
  return text(`${number} (${when}): ${en}`, `${number}(${when}): ${ja}`);
};

/** An import by what people type for it, with its file: `13: users, people.csv`. */
const importLine = ({ number, kind, fileName }: Import): Text => {
  const { en, ja } = titleOf(FORMATS[kind]);
  // an undo has no file, and one that was piped no name
  const isNamed = fileName !== "" && fileName !== "-";
  return isNamed
    ? text(`${number}: ${en}, ${fileName}`, `${number}: ${ja}、${fileName}`)
    : text(`${number}: ${en}`, `${number}: ${ja}`);
};

const importOf = ({ number, id, kind, mode, state, committedAt, emittedAt, actor, fileName, ...plan }: Import) => ({
  number,
  id,
  kind,
  mode,
  state,
  fileName,
  committedAt,
  emittedAt,
  actor,
  create: plan.create,
  update: plan.update,
  delete: plan.delete,
});

/** How many administrators there are, how many of them are only marked, and who holds the support option. */
const administratorsName = (
  { total, system, marked, recorded, supported }: Administration,
  isUnsaid: boolean,
): Text => {
  const holders = supported.map(({ name }) => name).join(", ");
  const { en, ja } = joined(
    [
      ...(recorded
        ? [
            text(`${system} system`, `システム管理者 ${system}`),
            text(`support option: ${holders || NONE.en}`, `サポートオプション: ${holders || NONE.ja}`),
          ]
        : [text("no role is recorded", "管理者権限の記録なし")]),
      ...(marked > 0 ? [text(`${marked} on a mark alone`, `管理者の指定のみ ${marked}`)] : []),
      ...(isUnsaid ? [UNASKED] : []),
    ],
    text("; ", "、"),
  );
  return text(`${total} (${en})`, `${total}(${ja})`);
};

const mirrorAge = ({ tenant, timezone, now }: Status): { readonly day: string; readonly days: number } | null => {
  const at = tenant?.mirroredAt ?? null;
  return at === null ? null : { day: dayOf(at, timezone), days: -daysLeft(at, now, timezone) };
};

const renewalName = ({ kind, name, level, expiresOn, daysLeft: days, certainty }: JudgedItem): Text => {
  const of = (language: "en" | "ja"): string => `${RENEWAL_KINDS[kind][language]} ${name}`;
  const state = LEVEL_NAMES[level];
  const when = expiresOn === null ? "" : ` ${shownDay(expiresOn, { certainty })}`;
  if (days === null || days < 0) return text(`${of("en")}${when} (${state.en})`, `${of("ja")}${when}(${state.ja})`);
  return text(
    `${of("en")}${when} (${counted(days, "day")}, ${state.en})`,
    `${of("ja")}${when}(残り ${days} 日、${state.ja})`,
  );
};

/** SECURED APPs lie in no organisation: to whom only some are visible, none of their users is. */
const seesSecured = ({ rights }: Status): boolean => rights?.may("secured.read") !== false;

/** Whether a mirror has none of something, as nothing of it was taken in; who sees a part has none of it for other reasons. */
const lacks = ({ tenant, rights }: Status, what: keyof MirrorGaps): boolean =>
  tenant !== undefined && rights?.isSystem === true && notTakenIn(tenant)[what];

/** How a tenant stands, field by field. */
export const STATUS_COLUMNS: readonly StatusColumn[] = [
  { key: "context", header: text("context", "コンテキスト"), value: ({ context }) => context.name, name: contextName },
  { key: "used", header: text("in use", "使用中"), value: ({ used }) => used },
  { key: "protected", header: text("protected", "保護"), value: ({ context }) => context.protected === true },
  {
    key: "address",
    header: text("location", "場所"),
    value: ({ context }) => (context.kind === "remote" ? context.url : context.tenantFolder),
  },
  countOf("users", text("users", "ユーザー")),
  countOf("orgs", text("organisations", "組織")),
  {
    ...countOf("devices", text("devices", "デバイス")),
    name: (status) => (lacks(status, "devices") ? NOT_TAKEN : same(tableCellOf(status.tenant?.devices ?? null))),
  },
  {
    key: "secured",
    header: text("SECURED APPs users", "SECURED APPs のユーザー"),
    value: (status) => (seesSecured(status) ? (status.tenant?.secured ?? null) : null),
    name: read((status) => {
      const { tenant } = status;
      if (!seesSecured(status)) return text("not shown to this role", "この権限では表示されません");
      if (lacks(status, "secured")) return NOT_TAKEN;
      const used = Object.entries(tenant?.secured ?? {}).filter(([, users]) => users > 0);
      return allOf(
        used.map(([app, users]) => same(`${app} ${users}`)),
        same(", "),
      );
    }),
  },
  {
    key: "administrators",
    header: text("administrators", "管理者"),
    value: ({ tenant }) => tenant?.administration,
    name: ({ tenant }) =>
      tenant?.administration === undefined ? null : administratorsName(tenant.administration, isUnasked(tenant)),
  },
  {
    key: "lastImport",
    header: text("last import", "最後のインポート"),
    value: ({ lastImport }) => (lastImport === undefined ? null : importOf(lastImport)),
    name: read((status) => (status.lastImport === undefined ? NONE : importName(status, status.lastImport))),
  },
  parted({
    key: "waiting",
    header: text("waiting for the console", "管理画面の照合待ち"),
    value: read(({ waiting }) => waiting.map(importOf)),
    parts: read(({ waiting }) => waiting.map(importLine)),
  }),
  parted({
    key: "plans",
    header: text("plans kept", "確定待ちの計画"),
    value: read(({ plans }) => plans.map(importOf)),
    parts: read(({ plans }) => plans.map(importLine)),
  }),
  {
    key: "mirroredAt",
    header: text("last from the console", "管理画面からの最終取り込み"),
    value: ({ tenant }) => tenant?.mirroredAt,
    name: read((status) => {
      const age = mirrorAge(status);
      if (age === null) return text("never", "なし");
      if (age.days === 0) return text(`${age.day} (today)`, `${age.day}(今日)`);
      return text(`${age.day} (${counted(age.days, "day")} ago)`, `${age.day}(${age.days} 日前)`);
    }),
  },
  countOf("consoleTasks", text("to do in the console", "管理画面での作業")),
  {
    key: "mirrorAgeDays",
    header: text("days since then", "最終取り込みからの日数"),
    value: (status) => mirrorAge(status)?.days,
  },
  parted({
    key: "renewals",
    header: text("next renewals", "次の更新期限"),
    value: read(({ renewals }) =>
      renewals.slice(0, FIRST).map(({ id, kind, name, level, expiresOn, daysLeft: days }) => {
        return { id, kind, name, level, expiresOn, daysLeft: days };
      }),
    ),
    parts: read(({ renewals }) => renewals.slice(0, FIRST).map(renewalName)),
  }),
  {
    key: "unsaid",
    header: text("not said", "未設定"),
    value: read(({ expected }) => expected.unsaid),
    name: ({ expected: { unsaid } }) => (unsaid.length === 0 ? null : unsaidName(unsaid)),
  },
  parted({
    key: "problems",
    header: text("wrong", "問題"),
    value: ({ problems }) => problems.map(({ en }) => en),
    parts: ({ problems }) => problems,
  }),
  parted({
    key: "next",
    header: text("next", "次の操作"),
    value: ({ next }) => next,
    parts: ({ next }) => next.map(same),
  }),
];

/** Keys of the columns that only programs read: people read them in others. */
const FOR_PROGRAMS: readonly string[] = ["used", "protected", "mirrorAgeDays"];

/** A field as people are shown it. */
interface ShownField {
  readonly key: string;
  readonly header: Text;
  /** at least one */
  readonly lines: readonly Text[];
}

/** What people are shown of a tenant, field by field: what is known. */
export const shownFields = (status: Status): readonly ShownField[] =>
  STATUS_COLUMNS.filter(({ key }) => !FOR_PROGRAMS.includes(key)).flatMap(({ key, header, value, name, parts }) => {
    const all = parts?.(status) ?? [];
    const one = name === undefined ? same(tableCellOf(value(status))) : name(status);
    const lines = all.length > 0 ? all : one === null || one.en === "" ? [] : [one];
    return lines.length === 0 ? [] : [{ key, header, lines }];
  });

/** The same as the columns of a table: one a line. */
export const shownColumns = (status: Status): readonly Column<Status>[] =>
  shownFields(status).flatMap(({ key, header, lines }) =>
    lines.map((line, at) => ({
      key: `${key}${at}`,
      header: at === 0 ? header : same(""),
      value: () => line.en,
      name: () => line,
    })),
  );
