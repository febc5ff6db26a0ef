import type { Import } from "../../lib/client/index.ts";
import { titleOf } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES, IMPORT_STATE_NAMES, nameIn } from "../../lib/model/import.ts";
import { RENEWAL_KINDS } from "../../lib/model/renewal.ts";
import { dayOf, daysLeft, minuteIn } from "../../lib/model/time.ts";
import { LEVEL_NAMES, type Judged } from "../../lib/renewals/judge.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import type { Status } from "./gather.ts";

/** At most so many renewals are told. */
const FIRST = 3;

const NONE = text("none", "なし");

const allOf = (parts: readonly Text[], between: Text = text("; ", "、")): Text =>
  parts.length === 0 ? NONE : joined(parts, between);

const countOf = (key: "users" | "orgs" | "devices", header: Text): Column<Status> => ({
  key,
  header,
  value: ({ tenant }) => tenant?.[key] ?? null,
});

const contextName = ({ context, used }: Status): Text => {
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

/** Imports by what people type for them: `13: users; 14: devices`. */
const importNumbers = (imports: readonly Import[]): Text =>
  allOf(
    imports.map(({ number, kind }) => {
      const { en, ja } = titleOf(FORMATS[kind]);
      return text(`${number}: ${en}`, `${number}: ${ja}`);
    }),
  );

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

const mirrorAge = ({ tenant, timezone, now }: Status): { readonly day: string; readonly days: number } | null => {
  const at = tenant?.mirroredAt ?? null;
  return at === null ? null : { day: dayOf(at, timezone), days: -daysLeft(at, now, timezone) };
};

const renewalName = ({ kind, name, level, expiresOn, daysLeft: days }: Judged): Text => {
  const of = (language: "en" | "ja"): string => `${RENEWAL_KINDS[kind][language]} ${name}`;
  const state = LEVEL_NAMES[level];
  const when = expiresOn === null ? "" : ` ${expiresOn}`;
  if (days === null || days < 0) return text(`${of("en")}${when} (${state.en})`, `${of("ja")}${when}(${state.ja})`);
  return text(
    `${of("en")}${when} (${counted(days, "day")}, ${state.en})`,
    `${of("ja")}${when}(残り ${days} 日、${state.ja})`,
  );
};

/** How a tenant stands, field by field. */
export const STATUS_COLUMNS: readonly Column<Status>[] = [
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
  countOf("devices", text("devices", "デバイス")),
  {
    key: "secured",
    header: text("SECURED APPs users", "SECURED APPs のユーザー"),
    value: ({ tenant }) => tenant?.secured ?? null,
    name: ({ tenant }) => {
      const used = Object.entries(tenant?.secured ?? {}).filter(([, users]) => users > 0);
      return allOf(
        used.map(([app, users]) => same(`${app} ${users}`)),
        same(", "),
      );
    },
  },
  {
    key: "lastImport",
    header: text("last import", "最後のインポート"),
    value: ({ lastImport }) => (lastImport === undefined ? null : importOf(lastImport)),
    name: (status) => (status.lastImport === undefined ? NONE : importName(status, status.lastImport)),
  },
  {
    key: "waiting",
    header: text("waiting for the console", "管理画面の照合待ち"),
    value: ({ waiting }) => waiting.map(importOf),
    name: ({ waiting }) => importNumbers(waiting),
  },
  {
    key: "plans",
    header: text("plans kept", "確定待ちの計画"),
    value: ({ plans }) => plans.map(importOf),
    name: ({ plans }) => importNumbers(plans),
  },
  {
    key: "mirroredAt",
    header: text("last from the console", "管理画面からの最終取り込み"),
    value: ({ tenant }) => tenant?.mirroredAt ?? null,
    name: (status) => {
      const age = mirrorAge(status);
      if (age === null) return text("never", "なし");
      return text(`${age.day} (${counted(age.days, "day")} ago)`, `${age.day}(${age.days} 日前)`);
    },
  },
  {
    key: "mirrorAgeDays",
    header: text("days since then", "最終取り込みからの日数"),
    value: (status) => mirrorAge(status)?.days ?? null,
  },
  {
    key: "renewals",
    header: text("next renewals", "次の更新期限"),
    value: ({ renewals }) =>
      renewals.slice(0, FIRST).map(({ id, kind, name, level, expiresOn, daysLeft: days }) => {
        return { id, kind, name, level, expiresOn, daysLeft: days };
      }),
    name: ({ renewals }) => allOf(renewals.slice(0, FIRST).map(renewalName)),
  },
  {
    key: "problems",
    header: text("wrong", "問題"),
    value: ({ problems }) => problems.map(({ en }) => en),
    name: ({ problems }) => allOf(problems),
  },
  {
    key: "next",
    header: text("next", "次の操作"),
    value: ({ next }) => next,
    name: ({ next }) => allOf(next.map(same), same(" / ")),
  },
];

/** Keys of the columns that only programs read: people read them in others. */
const FOR_PROGRAMS: readonly string[] = ["used", "protected", "mirrorAgeDays"];

/** What people are shown. */
export const SHOWN_COLUMNS = STATUS_COLUMNS.filter(({ key }) => !FOR_PROGRAMS.includes(key));
