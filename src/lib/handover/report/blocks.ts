import type { Judged } from "../../renewals/judge.ts";
import type { Timeline } from "../../renewals/timeline.ts";
import { text, type Text } from "../../text/index.ts";
import type { Item } from "../checklist/item.ts";
import type { OrgNode } from "./org-tree.ts";

/** Words of ours in both languages, or a value out of the bundle. */
export type Words = Text | string;

/** A bar of a chart. */
export interface Bar {
  readonly label: Words;
  readonly value: number;
}

/** A piece of a section. */
export type Block =
  | { readonly kind: "paragraph"; readonly words: Text }
  | { readonly kind: "facts"; readonly rows: readonly (readonly [label: Text, value: Words])[] }
  | {
      readonly kind: "table";
      readonly caption: Text;
      readonly head: readonly Text[];
      /** an empty text is a cell to fill in by hand, where `blank` says so */
      readonly rows: readonly (readonly Words[])[];
      readonly blank?: true | undefined;
    }
  | { readonly kind: "item"; readonly item: Item; readonly lines: readonly (readonly [label: Words, value: Words])[] }
  | { readonly kind: "tree"; readonly nodes: readonly OrgNode[] }
  | { readonly kind: "bars"; readonly id: string; readonly title: Text; readonly bars: readonly Bar[] }
  | { readonly kind: "timeline"; readonly items: readonly Judged[]; readonly timeline: Timeline }
  | { readonly kind: "box"; readonly title: Text; readonly lines: readonly Text[] };

export interface Section {
  readonly id: string;
  readonly title: Text;
  readonly blocks: readonly Block[];
}

/** All that a report says, in its order. */
export interface ReportContent {
  readonly title: Text;
  readonly tenant: string;
  readonly asOf: string;
  readonly sections: readonly Section[];
}

/** What nobody has recorded. */
export const UNKNOWN = text("not recorded", "未登録");

/** A value with something of ours behind it. */
export const withBehind = (words: Words, behind: Text): Words =>
  typeof words === "string"
    ? behind.en === behind.ja
      ? `${words}${behind.en}`
      : text(`${words}${behind.en}`, `${words}${behind.ja}`)
    : text(`${words.en}${behind.en}`, `${words.ja}${behind.ja}`);
