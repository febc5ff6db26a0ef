import type { Cell, Document, Fact, DisplayText } from "../../document/blocks.ts";
import { LEVEL_NAMES, LEVELS } from "../../document/level.ts";
import type { Timeline } from "../../document/timeline.ts";
import { formatTwoFactorPhone, RENEWAL_KINDS } from "../../model/renewal.ts";
import { dayOf } from "../../model/time.ts";
import { joinTexts, same, text, type Text } from "../../text/index.ts";
import { toTimelineMark, type JudgedItem } from "../judge.ts";

/** The content of the page of renewals. */
export interface PageContent {
  readonly items: readonly JudgedItem[];
  readonly timeline: Timeline;
  /** IANA name of the time zone in which days are shown */
  readonly timezone: string;
  /** time when the page was made, formatted for people */
  readonly asOf: string;
  /** names of the contexts whose items are shown */
  readonly contexts: readonly string[];
}

/** Builds a document about the items and their expiry dates: a timeline, and a table with the same information. */
export const buildRenewalsDocument = (content: PageContent): Document => {
  const { items, contexts, timeline, asOf } = content;
  const isOfSeveral = contexts.length > 1;
  const marks = items.map((item) => toTimelineMark(item, isOfSeveral ? `${item.context}: ${item.name}` : item.name));
  return {
    title: text("Renewals", "年次更新・期限"),
    subject: contexts.join(", "),
    asOf,
    isWide: true,
    intro: [{ kind: "paragraph", words: describeLevelCounts(items) }],
    sections:
      items.length === 0
        ? []
        : [
            {
              id: "timeline",
              title: text("Timeline", "タイムライン"),
              blocks: [{ kind: "timeline", marks, timeline }],
            },
            {
              id: "table",
              title: text("Table", "一覧"),
              blocks: [
                {
                  kind: "table",
                  caption: text("~ marks an estimated date", "~ は推定の期限です"),
                  head: TABLE_HEADER,
                  rows: items.map((item) => buildCells(item, { ...content, isOfSeveral })),
                },
              ],
            },
          ],
  };
};

const describeLevelCounts = (items: readonly JudgedItem[]): Text => {
  if (items.length === 0) return text("No items are recorded.", "登録されている項目はありません。");
  const counts = LEVELS.flatMap((level) => {
    const count = items.filter((judged) => judged.level === level).length;
    const { en, ja } = LEVEL_NAMES[level];
    return count === 0 ? [] : [text(`${en} ${count}`, `${ja} ${count}`)];
  });
  return joinTexts(counts, text(", ", "、"));
};

const TABLE_HEADER = [
  text("Item", "項目"),
  text("State", "状態"),
  text("Days left", "残り日数"),
  text("Expires on", "期限"),
  text("Organisation", "組織"),
  text("Owner", "更新担当"),
  text("Account and two-factor phone", "アカウントと認証コードを受け取る電話"),
  text("Notes and identifiers", "メモと識別情報"),
];

/** Splits a text into lines, so that the author's line breaks are kept. */
const splitLines = (words: string | null): readonly DisplayText[] => (words ?? "").split(/\r\n|\n|\r/);

const toOptionalFact = (label: Text, value: string | null): readonly Fact[] => (value === null ? [] : [[label, value]]);

function buildCells(
  item: JudgedItem,
  { timezone, isOfSeveral }: PageContent & { readonly isOfSeveral: boolean },
): readonly Cell[] {
  const { level, daysLeft, expiresOn, certainty, remark, confirmedAt } = item;
  const isEstimated = certainty === "estimated" && expiresOn !== null;
  return [
    {
      lines: splitLines(item.name),
      below: [
        [null, RENEWAL_KINDS[item.kind]],
        ...toOptionalFact(text("tenant", "テナント"), isOfSeveral ? item.context : null),
      ],
    },
    { lines: [LEVEL_NAMES[level]], level },
    String(daysLeft ?? "–"),
    {
      lines: [`${isEstimated ? "~" : ""}${expiresOn ?? "–"}`],
      below: [
        ...(isEstimated ? [[null, text("estimated", "推定")] as const] : []),
        ...(remark === null || remark === undefined ? [] : [[null, remark] as const]),
      ],
    },
    { lines: splitLines(item.organisation) },
    { lines: splitLines(item.owner) },
    { lines: splitLines(item.account), below: toOptionalFact(text("phone", "電話"), formatTwoFactorPhone(item)) },
    {
      lines: splitLines(item.notes),
      below: [
        ...toOptionalFact(text("topic", "トピック"), item.topic),
        ...toOptionalFact(same("SHA-256"), item.fingerprint),
        ...toOptionalFact(text("file", "ファイル"), item.source),
        ...toOptionalFact(text("confirmed on", "確認日"), confirmedAt === null ? null : dayOf(confirmedAt, timezone)),
        ...toOptionalFact(text("confirmed by", "実施者"), item.confirmedBy),
      ],
    },
  ];
}
