import { commandName, line } from "../../advice/index.ts";
import { type DisplayText, type Fact, LEVEL_NAMES } from "../../document/blocks.ts";
import type { Page, PageBlock } from "../../document/page.ts";
import { formatActor } from "../../model/actor.ts";
import { EXPORTED_KINDS, PANEL_KINDS, type PanelKind } from "../../nouns/index.ts";
import {
  findMirrorGaps,
  NOT_IMPORTED_NOTE,
  buildLeaverSteps,
  type MirrorCounts,
  type LeaverRecords,
  ADMINISTRATORS_UNCONFIRMED_NOTE,
} from "../checklist/leaver.ts";
import { QUESTIONS, YES_NO_CHOICES } from "../../derived/question.ts";
import { RENEWAL_KINDS } from "../../nouns/renewal.ts";
import { TENANT, type TenantProfile } from "../../nouns/tenant.ts";
import { dayOf, formatMinute, findTimeZone } from "../../model/time.ts";
import { compareByExpiry, createDayClock, addExpiryStatus } from "../../renewals/expiry-status.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../text/index.ts";
import { buildChecklist, filterGaps, GROUP_TITLES, type ChecklistDay, type ChecklistRow } from "../checklist/index.ts";
import { RESOURCE_TITLES, type ResourceName, type Manifest } from "../bundle/manifest.ts";
import type { HandoverFacts, Administrator, Person } from "../checklist/people.ts";
import { ACCOUNT, ROLES } from "../../nouns/account.ts";
import { ROOT_ORG_NAME } from "../../nouns/organisation.ts";

export interface ReportData {
  readonly manifest: Manifest;
  readonly facts: HandoverFacts;
  readonly shown: MirrorCounts &
    Readonly<Record<"consoleTasks" | PanelKind, number>> & { readonly administratorsKnown: readonly string[] };
  readonly leaver?: { readonly person: Person; readonly records: LeaverRecords } | undefined;
}

const DEFAULT_REPORT_TIMEZONE = "Asia/Tokyo";

export const resolveReportTimezone = ({ consoleTimezone }: Pick<TenantProfile, "consoleTimezone">): string =>
  findTimeZone(consoleTimezone ?? DEFAULT_REPORT_TIMEZONE) ?? DEFAULT_REPORT_TIMEZONE;

type Section = Page["sections"][number];

const NOT_RECORDED = text("not recorded", "未登録");

const getReportDay = ({ manifest: { asOf }, facts }: ReportData): ChecklistDay => ({
  asOf,
  timezone: resolveReportTimezone(facts.tenant),
});

export const buildBundleChecklist = (data: ReportData): readonly ChecklistRow[] =>
  buildChecklist(data.facts, getReportDay(data));

export function buildReport(data: ReportData): Page {
  const rows = buildBundleChecklist(data);
  const { name } = data.manifest.tenant;
  const { companyName } = data.facts.tenant;
  return {
    title: text("CLOMO tenant handover report", "CLOMO テナント引き継ぎレポート"),
    subject: companyName === null ? name : `${companyName} (${name})`,
    asOf: data.manifest.asOf,
    sections: [
      buildFirstDaySection(rows),
      buildGapsSection(filterGaps(rows), data.shown),
      ...buildLeaverSections(data),
      buildSignatureSection(data.leaver?.person.called),
      buildChecklistSection(rows.filter(isItemRow), resolveReportTimezone(data.facts.tenant)),
      buildAdministratorsSection(data),
      buildRenewalsSection(data),
      buildTenantSection(data),
    ],
  };
}

const isItemRow = ({ item }: ChecklistRow): boolean => item !== "first-day";

const buildFirstDaySection = (rows: readonly ChecklistRow[]): Section => {
  const { length } = filterGaps(rows);
  const words = text(
    `${formatCount(length, "gap")} in the whole report. What is missing or contradictory here is red.`,
    `不足はレポート全体で ${length} 件です。未登録や食い違いは赤字で示します。`,
  );
  const facts: PageBlock = {
    kind: "facts",
    rows: rows
      .filter((row) => !isItemRow(row))
      .map(({ what, value, state }): Fact => [what, value ?? NOT_RECORDED, state === "gap"]),
  };
  return { id: "first-day", title: GROUP_TITLES["first-day"], blocks: [{ kind: "paragraph", words }, facts] };
};

const buildGapsSection = (gaps: readonly ChecklistRow[], { consoleTasks }: ReportData["shown"]): Section => ({
  id: "gaps",
  title: text(`What is missing (${gaps.length})`, `不足している項目(${gaps.length} 件)`),
  blocks: [
    {
      kind: "paragraph",
      words:
        gaps.length === 0
          ? text("Nothing is missing.", "不足はありません。")
          : text(
              "For the successor: go through this list with your predecessor, then sign below.",
              "後任の方へ: 前任者と一緒に上から順に確認し、下に署名してください。",
            ),
    },
    { kind: "list", items: gaps.map((row) => ({ ...row, words: getRowTitle(row) })) },
    ...(consoleTasks === 0 ? [] : [{ kind: "paragraph", words: describeConsoleTasks(consoleTasks) } as const]),
  ],
});

export const describeConsoleTasks = (count: number): Text =>
  text(
    `${formatCount(count, "open task")} in the console: ${line("console list", [])}`,
    `管理画面での未完了の作業 ${count} 件: ${line("console list", [])}`,
  );

/** A question already contains the title of its item. */
const getRowTitle = ({ id, item, what, value }: ChecklistRow): Text =>
  joinTexts(
    [...(QUESTIONS.has(id) ? [] : [GROUP_TITLES[item]]), what, ...(value === null ? [] : [same(value)])],
    same(": "),
  );

function buildLeaverSections(data: ReportData): readonly Section[] {
  if (data.leaver === undefined) return [];
  const leaves = data.manifest.leaver?.leaves ?? undefined;
  const steps = buildLeaverSteps(data.facts, { ...getReportDay(data), ...data.leaver, leaves });
  const [en, ja] = leaves === undefined ? ["", ""] : [`, last day ${leaves}`, `、最終日 ${leaves}`];
  const { called } = data.leaver.person;
  return [
    {
      id: "leaver",
      title: text(`What ${called} hands over${en}`, `${called} さんから引き継ぐもの${ja}`),
      blocks: [{ kind: "list", isNumbered: true, items: steps.map((row) => ({ ...row, words: row.what })) }],
    },
  ];
}

const buildSignatureSection = (leaver = ""): Section => ({
  id: "signatures",
  title: text("Signatures", "署名"),
  blocks: [
    {
      kind: "table",
      caption: text("Handed over as described in this report", "このレポートの内容で引き継ぎました"),
      head: [text("party", "区分"), text("name", "氏名"), text("date", "日付"), text("signature", "署名")],
      rows: [
        [text("predecessor", "前任者"), leaver, "", ""],
        [text("successor", "後任者"), "", "", ""],
      ],
      blank: true,
    },
  ],
});

function buildChecklistSection(rows: readonly ChecklistRow[], zone: string): Section {
  const blocks = [...Map.groupBy(rows, ({ item }) => item)].flatMap(([item, own]): readonly PageBlock[] => [
    { kind: "heading", words: GROUP_TITLES[item] },
    {
      kind: "facts",
      rows: own.flatMap(({ id, what, value, by, at }): readonly Fact[] => {
        if (value === null) return [];
        const label = QUESTIONS.get(id)?.choices?.[value] ?? same(value);
        const actor = formatActor(by ?? "");
        const day = at === null ? "" : `, ${dayOf(at, zone)})`;
        return [[what, at === null ? label : text(`${label.en} (${actor.en}${day}`, `${label.ja} (${actor.ja}${day}`)]];
      }),
    },
    ...own
      .filter(({ state }) => state === "note" || state === "not-applicable")
      .map(({ what }) => ({ kind: "paragraph", words: what }) as const),
  ]);
  return { id: "checklist", title: text("Checklist", "引き継ぎ確認リスト"), blocks };
}

function buildRenewalsSection(data: ReportData): Section {
  const { asOf, tenant } = data.manifest;
  const clock = createDayClock(asOf, resolveReportTimezone(data.facts.tenant));
  const items = data.facts.renewals.map((item) => addExpiryStatus(item, tenant.name, clock)).toSorted(compareByExpiry);
  const title = text("Expiry dates", "年次更新・期限");
  if (items.length === 0) {
    const words = text(
      `No renewal items are recorded. To add one: ${commandName("renewals add")}`,
      `年次更新・期限の登録がありません。登録するには: ${commandName("renewals add")}`,
    );
    return { id: "renewals", title, blocks: [{ kind: "paragraph", words }] };
  }
  const table: PageBlock = {
    kind: "table",
    caption: text(
      `Days left are counted from ${asOf}; ~ marks an estimated date`,
      `残り日数は ${asOf} 時点。~ は推定の期限`,
    ),
    head: [
      text("name", "名前"),
      text("kind", "種類"),
      text("expires on", "期限"),
      text("days left", "残り日数"),
      text("level", "状態"),
      text("person who renews it", "更新担当"),
    ],
    rows: items.map((one): readonly DisplayText[] => {
      const { [one.level]: level } = LEVEL_NAMES;
      const { rejection } = one;
      return [
        one.name,
        RENEWAL_KINDS[one.kind],
        one.expiresOn === null ? NOT_RECORDED : `${one.certainty === "estimated" ? "~" : ""}${one.expiresOn}`,
        one.daysLeft === null ? "" : String(one.daysLeft),
        rejection === undefined || one.level === "expired"
          ? level
          : text(`${level.en}: ${rejection.what.en}`, `${level.ja}: ${rejection.what.ja}`),
        one.owner ?? NOT_RECORDED,
      ];
    }),
  };
  return { id: "renewals", title, blocks: [table] };
}

function buildTenantSection(data: ReportData): Section {
  const { manifest, shown } = data;
  const { tenant } = data.facts;
  const isMirror = shown.mirroredAt !== null;
  const ofApps = Object.values(shown.secured).reduce((sum, count) => sum + count, 0);
  const counts: readonly (readonly [ResourceName, number, isMissing: boolean])[] = [
    ...PANEL_KINDS.map(
      (kind) => [kind, shown[kind], isMirror && shown[kind] === 0 && EXPORTED_KINDS.includes(kind)] as const,
    ),
    ["secured-users", ofApps, findMirrorGaps(shown).secured],
  ];
  const zone = resolveReportTimezone(data.facts.tenant);
  const { contracts } = TENANT.fields;
  const ends = tenant.contracts.map(({ name, licences, until }) => {
    const [en, ja] =
      licences === null ? ["", ""] : [`, ${formatCount(licences, "licence")}`, `、${licences} ライセンス`];
    return until === null
      ? text(name + en, name + ja)
      : text(`${name}${en}, until ${until}`, `${name}${ja}、${until} まで`);
  });
  const facts: readonly (readonly [Text, DisplayText | null | undefined])[] = [
    [contracts.label, ends.length === 0 ? null : joinTexts(ends)],
    [text("last change", "最終更新"), manifest.lastUpdatedAt && formatMinute(manifest.lastUpdatedAt, zone)],
    [
      text("last console import", "管理画面からの最終取り込み"),
      manifest.tenant.mirroredAt && formatMinute(manifest.tenant.mirroredAt, zone),
    ],
    [text("created with", "作成プログラム"), manifest.program],
    [text("times", "日時"), text(`in the time zone ${zone}`, `${zone} の時刻`)],
  ];
  return {
    id: "tenant",
    title: text("Tenant", "テナント"),
    blocks: [
      { kind: "facts", rows: facts.map(([label, value]) => [label, value ?? NOT_RECORDED]) },
      {
        kind: "table",
        caption: text("Number of records", "件数"),
        head: [text("record type", "データの種類"), text("records", "件数")],
        rows: counts.map(([name, count, isMissing]) => [
          RESOURCE_TITLES[name],
          isMissing ? NOT_IMPORTED_NOTE : String(count),
        ]),
      },
      {
        kind: "paragraph",
        words: text(
          "A bundle never contains passwords, private keys or tokens: set them again, or hand them over in another way.",
          "パスワード、秘密鍵、トークンは含まれません。再設定するか、別の方法で引き継いでください。",
        ),
      },
    ],
  };
}

/** @see facts 2.3 */
const PASSWORD_RESET_IN_CONSOLE = text(
  "to reset a password, click 「パスワードを忘れた場合はこちら」 on the login page of CLOMO PANEL",
  "パスワードの再設定: CLOMO PANEL のログイン画面の「パスワードを忘れた場合はこちら」",
);

const { fields } = ACCOUNT;

const describeScope = ({ role, managesAll, managedOrgs, org }: Administrator): DisplayText => {
  if (role === "system" || managesAll) return text("all", "すべて");
  return (role === "operator" ? [org] : managedOrgs).map(({ path }) => path || ROOT_ORG_NAME).join(", ");
};

const describeRole = ({ marked, role, scheme }: Administrator): Text => {
  const { [role]: name } = ROLES;
  if (marked) return fields.marked.label;
  return scheme === null ? name : text(`${name.en}: ${scheme.name}`, `${name.ja}: ${scheme.name}`);
};

function buildAdministratorsSection(data: ReportData): Page["sections"][number] {
  const { administrators } = data.facts;
  const command = commandName("clomo-account reset-password");
  const reset =
    data.manifest.tenant.mirroredAt === null
      ? text(`to reset a password, run ${command}`, `パスワードの再設定: ${command}`)
      : PASSWORD_RESET_IN_CONSOLE;
  const table: PageBlock = {
    kind: "table",
    caption: text(
      `${formatCount(administrators.length, "administrator")}; ${reset.en}`,
      `管理者 ${administrators.length} 人(${reset.ja})`,
    ),
    head: ["name", "user", "emails", "role", "managedOrgs", "supportOption", "noticeMail"].map(
      (name) => fields[name as keyof typeof fields].label,
    ),
    rows: administrators.map((one) => [
      one.name ?? "",
      one.user,
      one.emails[0] ?? "",
      describeRole(one),
      describeScope(one),
      YES_NO_CHOICES[one.supportOption ? "yes" : "no"],
      YES_NO_CHOICES[one.noticeMail ? "yes" : "no"],
    ]),
  };
  const title = text("Administrators", "管理者");
  return { id: "administrators", title, blocks: [table, ...buildUnconfirmedNote(data)] };
}

const buildUnconfirmedNote = ({ shown }: ReportData): readonly PageBlock[] => {
  if (shown.mirroredAt === null || shown.administratorsKnown.includes("users")) return [];
  const command = line("users edit", ["USER"], { administrator: "yes" });
  const words = text(
    `Administrators: ${ADMINISTRATORS_UNCONFIRMED_NOTE.en} (console exports do not show administrators). Check Users/Org in CLOMO PANEL; to mark a user as an administrator: ${command}`,
    `管理者: ${ADMINISTRATORS_UNCONFIRMED_NOTE.ja}(管理画面のエクスポートからはわかりません)。CLOMO PANEL の Users/Org で確認してください。管理者を指定するには: ${command}`,
  );
  return [{ kind: "paragraph", words }];
};
