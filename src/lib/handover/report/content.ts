import { commandName, line } from "../../advice/index.ts";
import { formatTwoFactorPhone, RENEWAL_KINDS } from "../../model/renewal.ts";
import { toContractItems, isContract, buildProfileRows, buildUsesTable } from "./profile.ts";
import { ADMINISTRATORS_UNCONFIRMED_NOTE } from "../../model/mirror.ts";
import { dayOf, formatMinute } from "../../model/time.ts";
import { LEVEL_NAMES } from "../../document/level.ts";
import {
  compareByExpiry,
  judgeExpiry,
  createDayClock,
  DEFAULT_THRESHOLDS,
  type JudgedItem,
} from "../../renewals/judge.ts";
import { formatCount, joinTexts, same, joinFirstTexts, text, type Text } from "../../text/index.ts";
import { buildChecklist } from "../checklist/index.ts";
import { getSignInDetails } from "../checklist/account.ts";
import { type Renewal } from "../checklist/facts.ts";
import type { ChecklistItem } from "../checklist/item.ts";
import { findPeople, type Person } from "../checklist/people.ts";
import { completePhone } from "../checklist/phone.ts";
import { describeIdentity, hasIdentityQuestion } from "../checklist/which.ts";
import {
  appendText,
  type Block,
  type Document,
  type Fact,
  type Section,
  type DisplayText,
} from "../../document/blocks.ts";
import {
  describeConflictingAnswer,
  describeKnownAnswer,
  getCurrentValue,
  type Question,
} from "../checklist/question.ts";
import { collectConsoleKnowledge } from "../not-known.ts";
import { RESOURCE_TITLES, type ResourceName } from "../resources.ts";
import { buildAdministratorsSection } from "./administrators.ts";
import { resolveReportZone, type ReportData } from "./data.ts";
import { describeMissingConsoleImport, VALUE_NOT_RECORDED } from "./not-taken.ts";

const findLeaver = (data: ReportData): { readonly leaver: Person; readonly leaves: string | undefined } | undefined => {
  const { leaver } = data.manifest;
  if (leaver === undefined) return undefined;
  const { person, leaves } = leaver;
  const [found] = findPeople(data.facts, person);
  return { leaver: found ?? { called: person, id: null, account: null, words: [person] }, leaves: leaves ?? undefined };
};

function buildLeaverRows(data: ReportData): readonly FactRow[] {
  const leaving = findLeaver(data);
  if (leaving === undefined) return [];
  const { leaver, leaves } = leaving;
  return [
    [text("leaver", "退職者"), leaver.called],
    [text("last day", "最終日"), leaves ?? text("not specified", "指定なし")],
  ];
}

const NONE = text("none", "なし");

/** Builds the content of a report, which depends only on the bundle. */
export function buildReportDocument(data: ReportData): Document {
  const { manifest } = data;
  const items = evaluateBundleChecklist(data);
  return {
    title: text("CLOMO tenant handover report", "CLOMO テナント引き継ぎレポート"),
    subject: manifest.tenant.name,
    asOf: manifest.asOf,
    hasContents: true,
    intro: [],
    sections: [
      buildSummarySection(data, items),
      buildContentsSection(data),
      buildChecklistSection(data, items),
      buildAdministratorsSection(data),
      buildRenewalsSection(data, items),
      buildHelpSection(),
      buildSignatureSection(findLeaver(data)?.leaver.called),
    ],
  };
}

export const evaluateBundleChecklist = (data: ReportData): readonly ChecklistItem[] =>
  buildChecklist(data.facts, {
    asOf: data.manifest.asOf,
    timezone: resolveReportZone(data.facts.tenant),
    ...findLeaver(data),
  });

const recordCountOf = ({ manifest, facts }: ReportData, name: string): number =>
  name === "administrators" || name === "renewals"
    ? facts[name].length
    : (manifest.resources.find((one) => one.name === name)?.records ?? 0);

/**
 * Returns the record count of a resource, or the reason why it is unknown. Adds a note to the count if there may be
 * further administrators.
 */
const describeRecordCount = (data: ReportData, name: ResourceName): DisplayText => {
  const absence = describeMissingConsoleImport(data, name);
  if (absence !== undefined) return absence;
  const count = String(recordCountOf(data, name));
  return name === "administrators" && data.administratorsUnasked
    ? text(`${count} (${ADMINISTRATORS_UNCONFIRMED_NOTE.en})`, `${count}(${ADMINISTRATORS_UNCONFIRMED_NOTE.ja})`)
    : same(count);
};

const formatNumber = (count: number): Text => same(String(count));

type FactRow = readonly [DisplayText, DisplayText];

function buildSummarySection(data: ReportData, items: readonly ChecklistItem[]): Section {
  const { manifest } = data;
  const zone = resolveReportZone(data.facts.tenant);
  const gaps = items.flatMap((item) => item.gaps);
  return {
    id: "summary",
    title: text("Summary", "概要"),
    blocks: [
      {
        kind: "paragraph",
        words: text(
          "For the successor: first see what is missing, then go through the checklist from top to bottom with your predecessor, and sign at the end.",
          "後任の方へ: まず不足しているものを確認し、前任の方と一緒に確認リストを上から順に確認して、最後に署名してください。",
        ),
      },
      {
        kind: "facts",
        rows: [
          [text("tenant", "テナント"), manifest.tenant.name],
          ...(manifest.tenant.mirroredAt === null
            ? []
            : [
                [
                  text("mirror of the console, last console import", "管理画面のミラー(最終取り込み)"),
                  formatMinute(manifest.tenant.mirroredAt, zone),
                ] as const,
              ]),
          [text("reference date", "基準日"), manifest.asOf],
          ...buildLeaverRows(data),
          [
            text("last change", "最終更新"),
            manifest.lastUpdatedAt === null ? NONE : formatMinute(manifest.lastUpdatedAt, zone),
          ],
          [text("created with", "作成プログラム"), manifest.program],
          [text("gaps in the checklist", "確認リストの不足"), formatNumber(gaps.length)],
          ...buildUrgentRows(data),
          [text("times", "日時"), text(`in the time zone ${zone}`, `${zone} の時刻`)],
          ...buildProfileRows(data),
        ],
      },
      buildConsoleTopicsTable(data),
      buildCountsTable(data),
      ...buildUsesTable(data),
    ],
  };
}

const buildCountsTable = (data: ReportData): Block => ({
  kind: "table",
  caption: text("Number of records", "件数"),
  head: [text("resource", "項目"), text("records", "件数")],
  rows: (["orgs", "users", "administrators", "devices", "secured-users", "renewals"] as const).map((name) => [
    RESOURCE_TITLES[name],
    describeRecordCount(data, name),
  ]),
});

function buildContentsSection(data: ReportData): Section {
  const { manifest } = data;
  return {
    id: "contents",
    title: text("What the bundle contains, and what it lacks", "含まれるものと含まれないもの"),
    blocks: [
      {
        kind: "paragraph",
        words: text(
          "The bundle contains everything that clomoctl knows about the tenant, except secrets.",
          "clomoctl が把握している内容はすべて含まれています(パスワード・鍵・トークンを除く)。",
        ),
      },
      {
        kind: "table",
        caption: text("Resources", "情報の種類"),
        head: [text("resource", "項目"), text("records", "件数")],
        rows: manifest.resources.map(({ name, records }) => [
          RESOURCE_TITLES[name],
          describeMissingConsoleImport(data, name) ?? formatNumber(records),
        ]),
      },
      {
        kind: "paragraph",
        words: text(
          "A bundle never contains passwords, private keys, tokens or other secrets. Set them again, or hand them over in another way.",
          "パスワード、秘密鍵、トークンなどは含まれません。再設定するか、別の方法で引き継いでください。",
        ),
      },
    ],
  };
}

const CONSOLE_ONLY_TITLE = text("Information that is only in the console", "管理画面にしかない情報");

function buildConsoleTopicsTable(data: ReportData): Block {
  return {
    kind: "table",
    caption: text(
      `${CONSOLE_ONLY_TITLE.en}. Blank cells are not recorded yet: fill them in by hand, with author and date, or record the answers in the tenant: ${line("handover answer", ["console"])}`,
      `${CONSOLE_ONLY_TITLE.ja}。空欄は未登録です。記入者・日付とともに手書きするか、テナントで入力してください: ${line("handover answer", ["console"])}`,
    ),
    head: [
      text("topic", "項目"),
      text("place in the console", "管理画面の場所"),
      text("content", "内容"),
      text("author", "記入者"),
      text("date", "日付"),
    ],
    rows: collectConsoleKnowledge(data.facts).map(({ title, where, answer }) => [
      title,
      where,
      answer?.value ?? "",
      answer?.by ?? "",
      answer === null ? "" : dayOf(answer.at, resolveReportZone(data.facts.tenant)),
    ]),
    blank: true,
  };
}

const describeAnswer = (question: Question): DisplayText => {
  const known = describeKnownAnswer(question);
  // a value from the bundle stays a plain string, so that the direction of the text around it does not affect it
  if (known !== null) return known.en === known.ja ? known.en : known;
  const command = line("handover answer", [question.id]);
  return text(`NOT ANSWERED (${command})`, `未回答(${command})`);
};

const formatAnswerAuthor = ({ answer }: Question, zone: string): string =>
  answer === null ? "" : ` (${answer.by}, ${dayOf(answer.at, zone)})`;

const describeQuestion = (question: Question): Text => {
  const { about, label, wording } = question;
  const words = getCurrentValue(question) === null ? wording : label;
  return about === undefined ? words : text(`${about}: ${words.en}`, `${about}: ${words.ja}`);
};

function buildChecklistSection(data: ReportData, items: readonly ChecklistItem[]): Section {
  return {
    id: "checklist",
    onPaper: "new-sheet",
    title: text("Checklist", "引き継ぎ確認リスト"),
    blocks: items.map((item) => buildItemBlock(item, data)),
  };
}

const isAlreadyShown = ({ known }: ChecklistItem, recorded: string | null): boolean =>
  recorded !== null && known.some(({ value }) => value === recorded);

const buildItemBlock = (item: ChecklistItem, data: ReportData): Block => {
  const { id, title, gaps, notes, applies } = item;
  const lines = buildItemFacts(item, data);
  const details: readonly Block[] = [
    ...(lines.length === 0 ? [] : [{ kind: "facts", rows: lines } as const]),
    ...(notes.length === 0 ? [] : [{ kind: "list", items: notes.map((words) => ({ words })) } as const]),
  ];
  return {
    kind: "part",
    id: `item-${id}`,
    title,
    about: describeItemState(item),
    isAlarm: gaps.length > 0,
    isFaint: applies === false,
    blocks: [
      ...(gaps.length === 0 ? [] : [buildGapList(gaps)]),
      // an item that does not apply needs no details
      ...(applies === false ? [] : details),
    ],
  };
};

const buildGapList = (gaps: ChecklistItem["gaps"]): Block => ({
  kind: "list",
  items: gaps.map(({ code, what, mend }) => ({ id: code, alarm: text("MISSING", "不足"), words: what, about: mend })),
});

const buildItemFacts = (item: ChecklistItem, data: ReportData): readonly Fact[] => [
  ...item.known.map(({ label, value, short }): Fact => [label, short ?? value]),
  // questions without a required answer are already listed as gaps
  ...item.questions
    .filter(({ due, answer, recorded }) => due !== "missing" && !(answer === null && isAlreadyShown(item, recorded)))
    .map((question): Fact => [
      describeQuestion(question),
      appendText(describeAnswer(question), same(formatAnswerAuthor(question, resolveReportZone(data.facts.tenant)))),
    ]),
];

function judgeExpiringItems(data: ReportData) {
  const { facts, manifest } = data;
  const timezone = resolveReportZone(data.facts.tenant);
  const named = new Set(facts.renewals.map(({ name }) => name));
  const contracts = toContractItems(facts.tenant, timezone).filter(({ name }) => !named.has(name));
  return [...facts.renewals, ...contracts]
    .map((item) => judgeExpiry(item, manifest.tenant.name, createDayClock(manifest.asOf, timezone)))
    .toSorted(compareByExpiry);
}

const MAX_URGENT_ITEMS = 10;

const buildUrgentRows = (data: ReportData): readonly (readonly [Text, DisplayText])[] => {
  const urgent = judgeExpiringItems(data).filter(({ level }) => level === "expired" || level === "critical");
  if (urgent.length === 0) return [];
  const { criticalDays } = DEFAULT_THRESHOLDS;
  const label = text(`expired, or expiring within ${criticalDays} days`, `期限切れ・${criticalDays} 日以内に期限`);
  return [[label, joinFirstTexts(urgent.map(describeUrgentItem), MAX_URGENT_ITEMS)]];
};

/** Describes an item's level; for a rejected item with the reason, because the date does not explain the level. */
const describeLevel = ({ level, rejection }: Pick<JudgedItem, "level" | "rejection">): Text => {
  const { en, ja } = LEVEL_NAMES[level];
  return rejection === undefined || level === "expired"
    ? LEVEL_NAMES[level]
    : text(`${en}: ${rejection.what.en}`, `${ja}: ${rejection.what.ja}`);
};

const describeUrgentItem = ({
  name,
  expiresOn,
  ...one
}: Pick<JudgedItem, "name" | "expiresOn" | "level" | "rejection">): Text => {
  const { en, ja } = describeLevel(one);
  return text(`${name} (${expiresOn}, ${en})`, `${name}(${expiresOn}、${ja})`);
};

function buildRenewalsSection(data: ReportData, checklist: readonly ChecklistItem[]): Section {
  const { facts, manifest } = data;
  const items = judgeExpiringItems(data);
  const title = text("Expiry dates", "年次更新・期限");
  if (items.length === 0) {
    const words = text(
      `No renewal items are recorded. Record the expiry dates that the HOME screen of CLOMO PANEL shows: ${commandName("renewals add")}`,
      `登録がありません。CLOMO PANEL の HOME 画面に表示される期限を登録してください: ${commandName("renewals add")}`,
    );
    return { id: "renewals", title, blocks: [{ kind: "paragraph", words }] };
  }
  return {
    id: "renewals",
    title,
    blocks: [
      {
        kind: "table",
        caption: text(
          `Days left are counted from ${manifest.asOf}; ~ marks an estimated date`,
          `残り日数は ${manifest.asOf} 時点。~ は推定の期限`,
        ),
        head: [
          text("name", "名前"),
          text("kind", "種類"),
          text("expires on", "期限"),
          text("days left", "残り日数"),
          text("level", "状態"),
          text("person who renews it", "更新担当"),
          text("account", "アカウント"),
          // a short label, because a header that cannot wrap makes its column wide
          text("phone", "電話"),
          text("identified at Apple by", "Apple 側での識別"),
        ],
        rows: items.map((one): readonly DisplayText[] => [
          one.name,
          isContract(one) ? text("contract", "契約") : RENEWAL_KINDS[one.kind],
          one.expiresOn === null ? VALUE_NOT_RECORDED : `${isEstimated(one) ? "~" : ""}${one.expiresOn}`,
          one.daysLeft === null ? "" : String(one.daysLeft),
          describeLevel(one),
          ...(isContract(one)
            ? ["", "", "", ""]
            : [
                one.owner ?? VALUE_NOT_RECORDED,
                ...buildSignInCells(one, getSignInDetails(checklist, one, { held: facts, all: facts.renewals })),
                describeAppleIdentity(one, checklist),
              ]),
        ]),
      },
      ...(items.some(isContract) ? [CONTRACTS_NOTE] : []),
    ],
  };
}

/** The note that the renewals commands leave contracts out. Contracts are data of the tenant, not renewal items. */
const CONTRACTS_NOTE: Block = {
  kind: "paragraph",
  words: text(
    `Contracts are not renewal items: renewals list and renewals check do not include them. To see them: ${line("tenant show", [])}, or handover checklist.`,
    `契約は年次更新・期限の項目ではないため、renewals list と renewals check の対象には含まれません(確認: ${line("tenant show", [])}、${line("handover checklist", [])})。`,
  ),
};

const isEstimated = ({ certainty, expiresAt }: Pick<Renewal, "certainty" | "expiresAt">): boolean =>
  certainty === "estimated" && expiresAt !== null;

const ACCOUNT_SOURCE_NOTES = {
  renewal: same(""),
  answer: text(" (from the checklist answers)", "(回答による)"),
  held: text(" (recorded with the certificate or token in use)", "(使用中の証明書・トークンに記録)"),
} as const;

/**
 * Builds the cells for the account, with the person who signs in, and for the phone, with its number. The values come
 * from the renewal item, or otherwise from the answers about its account.
 */
const buildSignInCells = (
  renewal: Pick<Renewal, "phone" | "phoneHolder">,
  known: ReturnType<typeof getSignInDetails>,
): readonly [account: DisplayText, phone: DisplayText] => {
  const { account, holder, other } = known;
  const source = account === null ? same("") : ACCOUNT_SOURCE_NOTES[account.source];
  const signsIn = holder === null ? same("") : text(` (${holder} signs in)`, `(サインインする人: ${holder})`);
  const answered = other === null ? same("") : describeConflictingAnswer(other);
  const phones = formatTwoFactorPhone(completePhone(renewal, known));
  return [
    appendText(
      account?.name ?? VALUE_NOT_RECORDED,
      text(source.en + signsIn.en + answered.en, source.ja + signsIn.ja + answered.ja),
    ),
    phones ?? VALUE_NOT_RECORDED,
  ];
};

const describeAppleIdentity = (
  item: Pick<Renewal, "id" | "kind" | "fingerprint">,
  checklist: readonly ChecklistItem[],
): DisplayText => {
  const known = describeIdentity(checklist, item);
  if (known.length > 0) return joinTexts(known, text("; ", "、"));
  return hasIdentityQuestion(item.kind) ? VALUE_NOT_RECORDED : "";
};

/**
 * Builds the section on where to get help. @see seed 002; for enquiries seed 003, 5 and facts 2.1; for contracts seed
 * 003, 3
 */
const buildHelpSection = (): Section => ({
  id: "help",
  onPaper: "undivided",
  title: text("Help from the vendor", "メーカーのサポート"),
  blocks: [
    {
      kind: "note",
      title: text("For new administrators", "新しく管理者になった方へ"),
      lines: [
        text(
          "Questions about CLOMO: contact CLOMO サポートセンター, as a system administrator with the support option (サポートオプション).",
          "CLOMO についての問い合わせ: CLOMO サポートセンター(サポートオプションを有効にしたシステム管理者から)",
        ),
        text("Questions about the contract: contact your dealer (販売代理店).", "契約に関する問い合わせ: 販売代理店"),
        text(
          "CLOMO ステップアップセミナー: a free webinar. For dates and registration, see the page 「CLOMO オンラインセミナー」.",
          "無償セミナー「CLOMO ステップアップセミナー」(ウェビナー形式): 開催日と受付は「CLOMO オンラインセミナー」のページ",
        ),
        text(
          "管理者トレーニング: paid training on how to use CLOMO PANEL. Ask with the form 「製品についてのお問い合わせ」.",
          "管理者トレーニング(有償): CLOMO PANEL の一連の操作手順。「製品についてのお問い合わせ」フォームから",
        ),
        text(
          "CLOMO 運用代行サービス: a paid service that does yearly renewals and device operations for you. Ask with the same form.",
          "CLOMO 運用代行サービス(有償): 年次更新作業や各種デバイス操作の代行。同じフォームから",
        ),
      ],
    },
  ],
});

const buildSignatureSection = (leaver = ""): Section => ({
  id: "signatures",
  onPaper: "undivided",
  title: text("Signatures", "署名"),
  blocks: [
    {
      kind: "table",
      caption: text("Handed over as described above", "上記の内容で引き継ぎました"),
      head: [text("party", "区分"), text("name", "氏名"), text("date", "日付"), text("signature", "署名")],
      rows: [
        [text("predecessor", "前任者"), leaver, "", ""],
        [text("successor", "後任者"), "", "", ""],
      ],
      blank: true,
    },
  ],
});

const describeItemState = ({ applies, why, gaps }: ChecklistItem): Text => {
  if (applies === false) return why ?? text("not applicable", "対象外");
  if (gaps.length === 0) return text("complete", "完了");
  return joinTexts([text(formatCount(gaps.length, "gap"), `不足 ${gaps.length} 件`)]);
};
