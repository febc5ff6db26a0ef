import type { Context } from "../../lib/config/context.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";

/** A context as shown by commands. */
export interface ShownContext {
  readonly context: Context;
  /** it is the default for commands */
  readonly used: boolean;
}

const address = ({ context }: ShownContext): string => (context.kind === "remote" ? context.url : context.tenantFolder);

/** The columns of a context in a list. */
export const CONTEXT_COLUMNS: readonly Column<ShownContext>[] = [
  { key: "name", header: text("name", "名前"), value: ({ context }) => context.name },
  { key: "used", header: text("in use", "使用中"), value: ({ used }) => used },
  { key: "kind", header: text("kind", "種類"), value: ({ context }) => context.kind },
  { key: "timezone", header: text("time zone", "タイムゾーン"), value: ({ context }) => context.timezone },
  { key: "address", header: text("location", "場所"), value: address },
];

/** The columns of a single context. */
export const CONTEXT_DETAILS: readonly Column<ShownContext>[] = [
  ...CONTEXT_COLUMNS,
  {
    key: "caFile",
    header: text("CA file", "認証局の証明書"),
    value: ({ context }) => (context.kind === "remote" ? context.caFile : undefined),
  },
  {
    key: "language",
    header: text("language", "言語"),
    value: ({ context }) => (context.kind === "embedded" ? context.language : undefined),
  },
  {
    key: "maps",
    header: text("map files", "対応表ファイル"),
    value: ({ context }) => (context.kind === "embedded" ? [...context.maps].map((pair) => pair.join("=")) : []),
  },
];
