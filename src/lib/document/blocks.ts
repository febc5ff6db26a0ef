import { text, type Text } from "../text/index.ts";

/** A text of clomoctl in both languages, or a value from outside. */
export type DisplayText = Text | string;

/** A document for people to read. The text, Markdown and HTML versions show the same blocks in the same order. */
export interface Document {
  readonly title: Text;
  /** the tenant or tenants that the document describes */
  readonly subject?: string | undefined;
  /** the day or minute that the document describes, formatted for people */
  readonly asOf?: string | undefined;
  /** blocks between the title and the sections */
  readonly intro: readonly Block[];
  readonly sections: readonly Section[];
  /** text at the end of the document, in small type */
  readonly footer?: Text | undefined;
  /** the HTML page begins with a table of contents */
  readonly hasContents?: true | undefined;
}

export interface Section {
  readonly id: string;
  readonly title: DisplayText;
  readonly blocks: readonly Block[];
  /** in print, the section starts on a new sheet or is never split across sheets */
  readonly onPaper?: "new-sheet" | "undivided" | undefined;
}

export type Block =
  | { readonly kind: "paragraph"; readonly words: DisplayText }
  | { readonly kind: "facts"; readonly rows: readonly Fact[] }
  | {
      readonly kind: "table";
      readonly caption: Text;
      readonly head: readonly Text[];
      /** with `blank`, an empty text is a cell to fill in by hand */
      readonly rows: readonly (readonly DisplayText[])[];
      readonly blank?: true | undefined;
    }
  | { readonly kind: "list"; readonly items: readonly ListItem[] }
  | { readonly kind: "steps"; readonly steps: readonly StepBlock[] }
  | { readonly kind: "note"; readonly title: Text; readonly lines: readonly Text[] }
  | PartBlock;

interface PartBlock {
  readonly kind: "part";
  readonly id: string;
  readonly title: DisplayText;
  /** text after the title */
  readonly about?: Text | undefined;
  /** true if the text after the title is in the colour of an alarm */
  readonly isAlarm?: boolean | undefined;
  readonly isFaint?: boolean | undefined;
  readonly blocks: readonly Block[];
}

export type Fact = readonly [label: DisplayText, value: DisplayText];

export interface ListItem {
  readonly words: DisplayText;
  /** identifier, for programs that search for the item */
  readonly id?: string | undefined;
  /** text before the item, in the colour of an alarm */
  readonly alarm?: Text | undefined;
  /** text below the item */
  readonly about?: DisplayText | undefined;
}

/** A numbered step. The numbers start at 1 in each list of steps. */
export interface StepBlock {
  readonly id: string;
  readonly what: Text;
  readonly below: readonly { readonly label: Text; readonly words: Text; readonly isTrap?: true | undefined }[];
}

export const appendText = (words: DisplayText, behind: Text): DisplayText =>
  typeof words === "string"
    ? behind.en === behind.ja
      ? `${words}${behind.en}`
      : text(`${words}${behind.en}`, `${words}${behind.ja}`)
    : text(`${words.en}${behind.en}`, `${words.ja}${behind.ja}`);
