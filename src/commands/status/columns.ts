import type { Import, Tenant } from "../../lib/client/index.ts";
import { formatActor } from "../../lib/model/actor.ts";
import { getFormatTitle } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { IMPORT_MODE_NAMES, getDisplayName, getStateName } from "../../lib/model/import.ts";
import {
  NOT_IMPORTED_NOTE,
  findMirrorGaps,
  ADMINISTRATORS_UNCONFIRMED_NOTE,
  type MirrorGaps,
} from "../../lib/model/mirror.ts";
import { RENEWAL_KINDS } from "../../lib/model/renewal.ts";
import { dayOf, countDaysLeft, formatMinute } from "../../lib/model/time.ts";
import { LEVEL_NAMES } from "../../lib/document/level.ts";
import type { JudgedItem } from "../../lib/renewals/judge.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { toTableCellText } from "../../lib/terminal/output.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { formatExpiryDay } from "../renewals/items/columns.ts";
import { describeUnknownUse } from "../renewals/items/expected.ts";
import { describeRun, hasUnconfirmedAdministrators, type TenantStatus } from "./gather.ts";

type Administration = NonNullable<Tenant["administration"]>;

const MAX_SHOWN_RENEWALS = 3;

const MAX_SHOWN_LINES = 5;

const NONE_LABEL = text("none", "なし");

const joinTextsOrNone = (parts: readonly Text[], between: Text = text("; ", "、")): Text =>
  parts.length === 0 ? NONE_LABEL : joinTexts(parts, between);

/** Returns the parts of a field, such as its problems one by one; null if nothing is known. */
type PartsReader = (status: TenantStatus) => readonly Text[] | null;

interface StatusColumn extends Column<TenantStatus> {
  readonly parts?: PartsReader | undefined;
}

/** Wraps a getter so that it returns null if the tenant could not be read. */
const nullIfUnreadable =
  <T>(known: (status: TenantStatus) => T) =>
  (status: TenantStatus): T | null =>
    status.tenant === undefined ? null : known(status);

/** Builds a column with several parts. People see only the first parts. */
const buildPartsColumn = ({
  parts,
  ...column
}: Column<TenantStatus> & { readonly parts: PartsReader }): StatusColumn => {
  const shown: PartsReader = (status) => {
    const all = parts(status);
    const more = (all?.length ?? 0) - MAX_SHOWN_LINES;
    if (all === null || more <= 0) return all;
    return [...all.slice(0, MAX_SHOWN_LINES), text(`and ${more} more`, `ほか ${more} 件`)];
  };
  const name = (status: TenantStatus): Text | null => {
    const all = shown(status);
    return all === null ? null : joinTextsOrNone(all);
  };
  return { ...column, parts: shown, name };
};

const buildCountColumn = (key: "users" | "orgs" | "devices" | "consoleTasks", header: Text): Column<TenantStatus> => ({
  key,
  header,
  value: ({ tenant }) => tenant?.[key],
});

const describeContext = ({ context, used }: TenantStatus): Text => {
  const marks = [
    ...(used ? [text("in use", "使用中")] : []),
    ...(context.protected === true ? [text("protected", "保護")] : []),
  ];
  const { en, ja } = joinTexts(marks, text(", ", "、"));
  return marks.length === 0 ? same(context.name) : text(`${context.name} (${en})`, `${context.name}(${ja})`);
};

const describeLastImport = ({ timezone }: TenantStatus, plan: Import): Text => {
  const { number, state, actor } = plan;
  const { en, ja } = joinTexts(
    [
      getFormatTitle(FORMATS[plan.kind]),
      getDisplayName(IMPORT_MODE_NAMES, plan.mode),
      text(
        `+${plan.create} ~${plan.update} -${plan.delete}`,
        `追加 ${plan.create} 更新 ${plan.update} 削除 ${plan.delete}`,
      ),
      text(`by ${actor}`, `実行者 ${formatActor(actor).ja}`),
      ...(state === "committed" ? [] : [getStateName(plan)]),
    ],
    text(", ", "、"),
  );
  const when = formatMinute(plan.committedAt ?? plan.createdAt, timezone);
  return text(`${number} (${when}): ${en}`, `${number}(${when}): ${ja}`);
};

/** Describes an import by its number, kind and file: `13: users, people.csv`. */
const describeImportFile = ({ number, kind, fileName }: Import): Text => {
  const { en, ja } = getFormatTitle(FORMATS[kind]);
  // an undo does not have a file, and data from stdin does not have a file name
  const isNamed = fileName !== "" && fileName !== "-";
  return isNamed
    ? text(`${number}: ${en}, ${fileName}`, `${number}: ${ja}、${fileName}`)
    : text(`${number}: ${en}`, `${number}: ${ja}`);
};

const toImportFields = ({ number, id, kind, mode, state, committedAt, actor, fileName, ...plan }: Import) => ({
  number,
  id,
  kind,
  mode,
  state,
  fileName,
  committedAt,
  actor,
  create: plan.create,
  update: plan.update,
  delete: plan.delete,
});

/** Describes how many administrators there are, how many are only marked, and who has the support option. */
const describeAdministrators = (
  { total, system, marked, recorded, supported }: Administration,
  isUnconfirmed: boolean,
): Text => {
  const holders = supported.map(({ name }) => name).join(", ");
  const { en, ja } = joinTexts(
    [
      ...(recorded
        ? [
            text(`system administrators: ${system}`, `システム管理者 ${system}`),
            text(`support option: ${holders || NONE_LABEL.en}`, `サポートオプション: ${holders || NONE_LABEL.ja}`),
          ]
        : [text("no roles recorded", "管理者権限の記録なし")]),
      ...(marked > 0 ? [text(`only marked as administrators: ${marked}`, `管理者の指定のみ ${marked}`)] : []),
      ...(isUnconfirmed ? [ADMINISTRATORS_UNCONFIRMED_NOTE] : []),
    ],
    text("; ", "、"),
  );
  return text(`${total} (${en})`, `${total}(${ja})`);
};

const getMirrorAge = ({
  tenant,
  timezone,
  now,
}: TenantStatus): { readonly day: string; readonly days: number } | null => {
  const at = tenant?.mirroredAt ?? null;
  return at === null ? null : { day: dayOf(at, timezone), days: -countDaysLeft(at, now, timezone) };
};

const describeRenewal = ({ kind, name, level, expiresOn, daysLeft: days, certainty }: JudgedItem): Text => {
  const of = (language: "en" | "ja"): string => `${RENEWAL_KINDS[kind][language]} ${name}`;
  const state = LEVEL_NAMES[level];
  const when = expiresOn === null ? "" : ` ${formatExpiryDay(expiresOn, { certainty })}`;
  if (days === null || days < 0) return text(`${of("en")}${when} (${state.en})`, `${of("ja")}${when}(${state.ja})`);
  return text(
    `${of("en")}${when} (${formatCount(days, "day")} left, ${state.en})`,
    `${of("ja")}${when}(残り ${days} 日、${state.ja})`,
  );
};

const canReadSecured = ({ rights }: TenantStatus): boolean => rights?.may("secured.read") !== false;

/**
 * Returns true if a mirror has no records of a kind because none were imported from the console. Returns false for an
 * account that sees only a part of the tenant, because it may merely be unable to see such records.
 */
const isNotImportedYet = ({ tenant, rights }: TenantStatus, what: keyof MirrorGaps): boolean =>
  tenant !== undefined && rights?.isSystem === true && findMirrorGaps(tenant)[what];

export const STATUS_COLUMNS: readonly StatusColumn[] = [
  {
    key: "context",
    header: text("context", "コンテキスト"),
    value: ({ context }) => context.name,
    name: describeContext,
  },
  { key: "used", header: text("in use", "使用中"), value: ({ used }) => used },
  { key: "protected", header: text("protected", "保護"), value: ({ context }) => context.protected === true },
  {
    key: "address",
    header: text("location", "場所"),
    value: ({ context }) => (context.kind === "remote" ? context.url : context.tenantFolder),
  },
  buildCountColumn("users", text("users", "ユーザー")),
  buildCountColumn("orgs", text("organisations", "組織")),
  {
    ...buildCountColumn("devices", text("devices", "デバイス")),
    name: (status) =>
      isNotImportedYet(status, "devices") ? NOT_IMPORTED_NOTE : same(toTableCellText(status.tenant?.devices ?? null)),
  },
  {
    key: "secured",
    header: text("SECURED APPs users", "SECURED APPs のユーザー"),
    value: (status) => (canReadSecured(status) ? (status.tenant?.secured ?? null) : null),
    name: nullIfUnreadable((status) => {
      const { tenant } = status;
      if (!canReadSecured(status)) return text("not shown to this role", "この権限では表示されません");
      if (isNotImportedYet(status, "secured")) return NOT_IMPORTED_NOTE;
      const used = Object.entries(tenant?.secured ?? {}).filter(([, users]) => users > 0);
      return joinTextsOrNone(
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
      tenant?.administration === undefined
        ? null
        : describeAdministrators(tenant.administration, hasUnconfirmedAdministrators(tenant)),
  },
  {
    key: "lastImport",
    header: text("last import", "最後のインポート"),
    value: ({ lastImport }) => (lastImport === undefined ? null : toImportFields(lastImport)),
    name: nullIfUnreadable((status) =>
      status.lastImport === undefined ? NONE_LABEL : describeLastImport(status, status.lastImport),
    ),
  },
  buildPartsColumn({
    key: "plans",
    header: text("open plans", "適用待ちの計画"),
    value: nullIfUnreadable(({ plans }) => plans.map(toImportFields)),
    parts: nullIfUnreadable(({ plans }) => plans.map(describeImportFile)),
  }),
  {
    key: "mirroredAt",
    header: text("last console import", "管理画面からの最終取り込み"),
    value: ({ tenant }) => tenant?.mirroredAt,
    name: nullIfUnreadable((status) => {
      const age = getMirrorAge(status);
      if (age === null) return text("never", "なし");
      if (age.days === 0) return text(`${age.day} (today)`, `${age.day}(今日)`);
      return text(`${age.day} (${formatCount(age.days, "day")} ago)`, `${age.day}(${age.days} 日前)`);
    }),
  },
  buildCountColumn("consoleTasks", text("console tasks", "管理画面での作業")),
  {
    key: "mirrorAgeDays",
    header: text("days since the last console import", "最終取り込みからの日数"),
    value: (status) => getMirrorAge(status)?.days,
  },
  buildPartsColumn({
    key: "renewals",
    header: text("next renewals", "次の年次更新・期限"),
    value: nullIfUnreadable(({ renewals }) =>
      renewals.slice(0, MAX_SHOWN_RENEWALS).map(({ id, kind, name, level, expiresOn, daysLeft: days }) => {
        return { id, kind, name, level, expiresOn, daysLeft: days };
      }),
    ),
    parts: nullIfUnreadable(({ renewals }) => renewals.slice(0, MAX_SHOWN_RENEWALS).map(describeRenewal)),
  }),
  {
    key: "lastRun",
    header: text("daily run", "毎日の自動実行"),
    value: ({ lastRun }) => lastRun ?? null,
    name: ({ lastRun, timezone }) => (lastRun === undefined ? null : describeRun(lastRun, timezone)),
  },
  {
    key: "unsaid",
    header: text("not recorded", "未設定"),
    value: nullIfUnreadable(({ expected }) => expected.unsaid),
    name: ({ expected: { unsaid } }) => (unsaid.length === 0 ? null : describeUnknownUse(unsaid)),
  },
  buildPartsColumn({
    key: "problems",
    advice: true,
    header: text("problems", "問題"),
    value: ({ problems }) => problems.map(({ en }) => en),
    parts: ({ problems }) => problems,
  }),
  buildPartsColumn({
    key: "next",
    advice: true,
    header: text("next steps", "次の操作"),
    value: ({ next }) => next,
    parts: ({ next }) => next.map(same),
  }),
];

/** Keys of the columns that only programs need. For people, other columns show the same information. */
const MACHINE_ONLY_COLUMNS: readonly string[] = ["used", "protected", "mirrorAgeDays"];

interface StatusField {
  readonly key: string;
  readonly header: Text;
  readonly lines: readonly Text[];
}

const buildStatusFields = (status: TenantStatus): readonly StatusField[] =>
  STATUS_COLUMNS.filter(({ key }) => !MACHINE_ONLY_COLUMNS.includes(key)).flatMap(
    ({ key, header, value, name, parts }) => {
      const all = parts?.(status) ?? [];
      const one = name === undefined ? same(toTableCellText(value(status))) : name(status);
      const lines = all.length > 0 ? all : one === null || one.en === "" ? [] : [one];
      return lines.length === 0 ? [] : [{ key, header, lines }];
    },
  );

export const buildLineColumns = (status: TenantStatus): readonly Column<TenantStatus>[] =>
  buildStatusFields(status).flatMap(({ key, header, lines }) =>
    lines.map((line, at) => ({
      key: `${key}${at}`,
      header: at === 0 ? header : same(""),
      advice: true,
      value: () => line.en,
      name: () => line,
    })),
  );
