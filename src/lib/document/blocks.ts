import { type Text, text } from "../text/index.ts";

export type Level = "ok" | "warning" | "critical" | "expired" | "unknown";

export const LEVEL_NAMES: Readonly<Record<Level, Text>> = {
  ok: text("ok", "余裕あり"),
  warning: text("warning", "期限間近"),
  critical: text("critical", "至急"),
  expired: text("expired", "期限切れ"),
  unknown: text("unknown", "期限不明"),
};

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
