import type { Text } from "../text/index.ts";

export type DisplayText = Text | string;

export interface Document {
  readonly title: Text;
  readonly intro: readonly Block[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: DisplayText;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "paragraph"; readonly words: DisplayText }
  | { readonly kind: "list"; readonly items: readonly DisplayText[] }
  | { readonly kind: "facts"; readonly rows: readonly Fact[] }
  | { readonly kind: "steps"; readonly steps: readonly StepBlock[] };

/** A missing value is shown in red on a page. */
export type Fact = readonly [label: DisplayText, value: DisplayText, isMissing?: boolean];

export interface StepBlock {
  readonly what: Text;
  readonly below: readonly { readonly label: Text; readonly words: Text }[];
}
