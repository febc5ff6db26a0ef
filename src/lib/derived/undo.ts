import { addArticle, joinTexts, same, text, type Text } from "../text/index.ts";
import { getThingNoun } from "../nouns/index.ts";

export interface BlockedRecord {
  readonly thing: string;
  readonly name: string | null;
  readonly why: UndoBlockReason;
  readonly what?: Text | undefined;
  readonly fields: readonly string[];
  readonly change: number | null;
  readonly other: { readonly thing: string; readonly name: string | null } | null;
}

/** Returns `the user 佐藤`, or `a user` if the acting account cannot see the record. */
const describeRecordName = ({ thing, name }: Pick<BlockedRecord, "thing" | "name">): Text => {
  const { en, ja } = getThingNoun(thing);
  return name === null ? text(addArticle(en), ja) : text(`the ${en} ${name}`, `${ja}「${name}」`);
};

type BlockFacts = Readonly<Record<"by" | "fields" | "other" | "what", Text>>;

const UNDO_BLOCK_TEXTS = {
  changed: ({ by, fields }) => text(`changed later${by.en}${fields.en}`, `${by.ja}変更されています${fields.ja}`),
  deleted: ({ by }) => text(`deleted later${by.en}`, `${by.ja}削除されています`),
  gone: ({ by, other }) =>
    text(`${other.en} was deleted or renamed${by.en}`, `${other.ja}が${by.ja}削除または改名されています`),
  used: ({ other }) => text(`${other.en} refers to this record`, `${other.ja}がこのデータを参照しています`),
  taken: ({ fields, other }) =>
    text(`${other.en} already uses the same value${fields.en}`, `${other.ja}が同じ値を使っています${fields.ja}`),
  administrator: () => text("is an administrator and cannot be changed here", "管理者のため変更できません"),
  below: () => text("the organisation would be below itself", "この組織が自分自身の下位の組織になります"),
  rule: ({ what }) => what,
} as const satisfies Readonly<Record<string, (facts: BlockFacts) => Text>>;

export type UndoBlockReason = keyof typeof UNDO_BLOCK_TEXTS;

/** Returns a text such as `the user 佐藤 <sato@example.jp>: changed later by change 17 (役職)`. */
export const describeBlockedRecord = (blocked: BlockedRecord): Text => {
  const { why, what = same(""), fields, change, other } = blocked;
  const told = UNDO_BLOCK_TEXTS[why]({
    by: change === null ? text("", "後から") : text(` by change ${change}`, `後の変更 ${change} で`),
    fields: fields.length === 0 ? same("") : text(` (${fields.join(", ")})`, `(${fields.join("、")})`),
    other: other === null ? text("another record", "別のデータ") : describeRecordName(other),
    what,
  });
  return joinTexts([describeRecordName(blocked), told], same(": "));
};
