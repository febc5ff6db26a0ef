import type { Cell, Document, Fact, Words } from "../../document/blocks.ts";
import { LEVEL_NAMES, LEVELS } from "../../document/level.ts";
import type { Timeline } from "../../document/timeline.ts";
import { phoneWords, RENEWAL_KINDS } from "../../model/renewal.ts";
import { dayOf } from "../../model/time.ts";
import { joined, same, text, type Text } from "../../text/index.ts";
import { markOf, type JudgedItem } from "../judge.ts";

/** What a page shows. */
export interface PageContent {
  readonly items: readonly JudgedItem[];
  readonly timeline: Timeline;
  /** an IANA name; days are told in it */
  readonly timezone: string;
  /** when the page was made, as people read it */
  readonly asOf: string;
  /** whose things they are: the context's name, or several */
  readonly contexts: readonly string[];
}

/** What expires, as a document: a time line, and a table that says the same. */
export const renewalsDocument = (content: PageContent): Document => {
  const { items, contexts, timeline, asOf } = content;
  const isOfSeveral = contexts.length > 1;
  const marks = items.map((item) => markOf(item, isOfSeveral ? `${item.context}: ${item.name}` : item.name));
  return {
    title: text("Renewals", "期限のあるもの"),
    subject: contexts.join(", "),
    asOf,
    isWide: true,
    intro: [{ kind: "paragraph", words: summary(items) }],
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
                  caption: text("~ marks an estimate", "~ は推定の期限です"),
                  head: HEAD,
                  rows: items.map((item) => cellsOf(item, { ...content, isOfSeveral })),
                },
              ],
            },
          ],
  };
};

const summary = (items: readonly JudgedItem[]): Text => {
  if (items.length === 0) return text("No items are recorded.", "登録がありません。");
  const counts = LEVELS.flatMap((level) => {
    const count = items.filter((judged) => judged.level === level).length;
    const { en, ja } = LEVEL_NAMES[level];
    return count === 0 ? [] : [text(`${en} ${count}`, `${ja} ${count}`)];
  });
  return joined(counts, text(", ", "、"));
};

const HEAD = [
  text("Item", "項目"),
  text("State", "状態"),
  text("Days left", "残り日数"),
  text("Expires on", "期限"),
  text("Organisation", "組織"),
  text("Owner", "更新担当"),
  text("Account and 2-factor phone", "アカウントと認証コードを受け取る電話"),
  text("Notes and identifiers", "メモと識別情報"),
];

/** A person's line breaks stay. */
const linesIn = (words: string | null): readonly Words[] => (words ?? "").split(/\r\n|\n|\r/);

const fact = (label: Text, value: string | null): readonly Fact[] => (value === null ? [] : [[label, value]]);

function cellsOf(
  item: JudgedItem,
  { timezone, isOfSeveral }: PageContent & { readonly isOfSeveral: boolean },
): readonly Cell[] {
  const { level, daysLeft, expiresOn, certainty, remark, confirmedAt } = item;
  const isEstimated = certainty === "estimated" && expiresOn !== null;
  return [
    {
      lines: linesIn(item.name),
      below: [[null, RENEWAL_KINDS[item.kind]], ...fact(text("tenant", "テナント"), isOfSeveral ? item.context : null)],
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
    { lines: linesIn(item.organisation) },
    { lines: linesIn(item.owner) },
    { lines: linesIn(item.account), below: fact(text("phone", "電話"), phoneWords(item)) },
    {
      lines: linesIn(item.notes),
      below: [
        ...fact(text("topic", "トピック"), item.topic),
        ...fact(same("SHA-256"), item.fingerprint),
        ...fact(text("file", "ファイル"), item.source),
        ...fact(text("confirmed", "確認"), confirmedAt === null ? null : dayOf(confirmedAt, timezone)),
        ...fact(text("by", "実施者"), item.confirmedBy),
      ],
    },
  ];
}
