import { text, type Text } from "../text/index.ts";
import type { Level } from "./level.ts";
import type { Mark, Timeline } from "./timeline.ts";

/** Our own words in both languages, or a value from outside. */
export type Words = Text | string;

/** What people read. Text, Markdown and the HTML page show the same blocks in the same order. */
export interface Document {
  readonly title: Text;
  /** the tenant or tenants that it describes */
  readonly subject?: string | undefined;
  /** the day or minute that it describes, as people read it */
  readonly asOf?: string | undefined;
  /** between the title and the sections */
  readonly intro: readonly Block[];
  readonly sections: readonly Section[];
  /** below everything, small */
  readonly footer?: Text | undefined;
  /** a page begins with the titles of the sections */
  readonly hasContents?: true | undefined;
  /** lies across on paper, for wide tables */
  readonly isWide?: true | undefined;
}

export interface Section {
  readonly id: string;
  readonly title: Words;
  readonly blocks: readonly Block[];
  /** on paper it begins a sheet, or is never divided */
  readonly onPaper?: "new-sheet" | "undivided" | undefined;
}

/** A piece of a document. */
export type Block =
  | { readonly kind: "paragraph"; readonly words: Words; readonly level?: Level | undefined }
  | { readonly kind: "facts"; readonly rows: readonly Fact[] }
  | {
      readonly kind: "table";
      readonly caption: Text;
      readonly head: readonly Text[];
      /** an empty text is a cell to fill in by hand, where `blank` says so */
      readonly rows: readonly (readonly Cell[])[];
      readonly blank?: true | undefined;
    }
  | { readonly kind: "list"; readonly items: readonly ListItem[] }
  | { readonly kind: "steps"; readonly steps: readonly StepBlock[] }
  | { readonly kind: "tree"; readonly nodes: readonly TreeNode[] }
  | { readonly kind: "bars"; readonly id: string; readonly title: Text; readonly bars: readonly Bar[] }
  /** a bar as long as a share of a whole, from 0 to 1; words beside it say the same to those who do not see it */
  | { readonly kind: "share"; readonly share: number; readonly level: Level }
  | { readonly kind: "timeline"; readonly marks: readonly Mark[]; readonly timeline: Timeline }
  | { readonly kind: "note"; readonly title: Text; readonly lines: readonly Text[] }
  | PartBlock;

/** Blocks under a heading within a section. */
interface PartBlock {
  readonly kind: "part";
  readonly id: string;
  readonly title: Words;
  /** behind the title */
  readonly about?: Text | undefined;
  /** of what is behind the title */
  readonly level?: Level | undefined;
  readonly isFaint?: boolean | undefined;
  readonly blocks: readonly Block[];
}

/** A label and its value, on one line or several. `command`: it is to be typed. */
export type Fact = readonly [
  label: Words | null,
  value: Words | readonly Words[],
  look?: Level | "command" | undefined,
];

/** A cell of a table: words, or lines with facts below them. */
export type Cell =
  | Words
  | { readonly lines: readonly Words[]; readonly below?: readonly Fact[]; readonly level?: Level | undefined };

/** The lines of a cell, with what is below them. */
export const cellOf = (cell: Cell): Exclude<Cell, Words> =>
  typeof cell === "object" && "lines" in cell ? cell : { lines: [cell] };

/** The lines of a value. */
export const linesOf = (value: Fact[1]): readonly Words[] => [value].flat();

export interface ListItem {
  readonly words: Words;
  /** for programs that look for it */
  readonly id?: string | undefined;
  /** in front of the words, in the colour of what is expired */
  readonly alarm?: Text | undefined;
  /** below it */
  readonly about?: Words | undefined;
}

/** A step, numbered for itself in its section. */
export interface StepBlock {
  readonly id: string;
  readonly what: Text;
  readonly below: readonly { readonly label: Text; readonly words: Text; readonly isTrap?: true | undefined }[];
}

/** A node of a tree. */
export interface TreeNode {
  readonly name: string;
  /** behind the name; may be empty */
  readonly about: Text;
  /** what is below and not shown */
  readonly hidden?: Text | undefined;
  readonly children: readonly TreeNode[];
}

/** A bar of a chart. */
export interface Bar {
  readonly label: Words;
  readonly value: number;
}

/** A value with something of ours behind it. */
export const withBehind = (words: Words, behind: Text): Words =>
  typeof words === "string"
    ? behind.en === behind.ja
      ? `${words}${behind.en}`
      : text(`${words}${behind.en}`, `${words}${behind.ja}`)
    : text(`${words.en}${behind.en}`, `${words.ja}${behind.ja}`);
