import { indefinite, joined, same, text, type Text } from "../text/index.ts";
import { nounNamed } from "./problem.ts";

/** Why a record stays as it is when its change is undone. */
export const UNDO_REASONS = [
  "changed",
  "shown",
  "deleted",
  "gone",
  "used",
  "taken",
  "administrator",
  "below",
  "place",
  "account",
  "rule",
  "hidden",
] as const;

export type UndoReason = (typeof UNDO_REASONS)[number];

/** A record that stays as it is when its change is undone. */
export interface BlockedRecord {
  /** name of its thing */
  readonly thing: string;
  /** what people call it; null of one that who asks does not see */
  readonly name: string | null;
  readonly why: UndoReason;
  /** what the rule says that refuses it */
  readonly what?: Text | undefined;
  /** what people call the fields that it is about */
  readonly fields: readonly string[];
  /** the number of the later change that is in the way; null where none is, or who asks does not see it */
  readonly change: number | null;
  /** the record that is in the way */
  readonly other: { readonly thing: string; readonly name: string | null } | null;
}

/** `the user 佐藤`; of one that is not seen only what it is. */
const calledRecord = ({ thing, name }: Pick<BlockedRecord, "thing" | "name">): Text => {
  const { en, ja } = nounNamed(thing);
  return name === null ? text(indefinite(en), ja) : text(`the ${en} ${name}`, `${ja}「${name}」`);
};

/** The wording of each reason. `by` is ` by change 17`, `fields` the fields, `other` the record in the way, `what` what a rule says. */
const REASONS: Readonly<Record<UndoReason, (told: { by: Text; fields: Text; other: Text; what: Text }) => Text>> = {
  changed: ({ by, fields }) => text(`changed${by.en}${fields.en}`, `${by.ja}変更されています${fields.ja}`),
  shown: () =>
    text("an export of the console has decided it since", "その後の管理画面のエクスポートで結果が出ています"),
  deleted: ({ by }) => text(`deleted${by.en}`, `${by.ja}削除されています`),
  gone: ({ by, other }) =>
    text(`${other.en} was deleted or renamed${by.en}`, `${other.ja}が${by.ja}削除または改名されています`),
  used: ({ other }) => text(`${other.en} refers to it`, `${other.ja}が参照しています`),
  taken: ({ fields, other }) =>
    text(`${other.en} uses its value${fields.en}`, `${other.ja}が同じ値を使っています${fields.ja}`),
  administrator: () => text("became an administrator", "管理者になっています"),
  below: () => text("would be below itself", "自分自身の下の組織になります"),
  place: ({ other }) =>
    text(
      `${other.en} has its name and place, and it has no code`,
      `同じ場所に同じ名前の${other.ja}があり、組織コードもありません`,
    ),
  account: ({ other }) =>
    text(
      `its owner uses ${other.en}, and in Fully Managed an account has one device`,
      `所有者が${other.ja}を使っています(Fully Managed では 1 つのアカウントを 2 台に使えません)`,
    ),
  rule: ({ what }) => what,
  hidden: () => text("outside your organisations", "管理対象組織の外にあります"),
};

/** Why a record stays as it is: `the user 佐藤 <sato@example.jp>: changed by change 17 (役職)`. */
export const describeBlocked = (blocked: BlockedRecord): Text => {
  const { why, what = same(""), fields, change, other } = blocked;
  const told = REASONS[why]({
    by: change === null ? same("") : text(` by change ${change}`, `変更 ${change} で`),
    fields: fields.length === 0 ? same("") : text(` (${fields.join(", ")})`, `(${fields.join("、")})`),
    other: other === null ? text("a record", "レコード") : calledRecord(other),
    what,
  });
  return joined([calledRecord(blocked), told], same(": "));
};
