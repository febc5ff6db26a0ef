import { line, step } from "../../lib/advice/index.ts";
import type { Context } from "../../lib/config/context.ts";
import { UNDELETABLE_CHOICES } from "../../lib/model/import.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Field } from "../field.ts";
import type { Tools } from "../tools.ts";

/** A context as shown by commands. */
export interface ShownContext {
  readonly context: Context;
  /** commands work on it where nothing else is said */
  readonly used: boolean;
}

const address = ({ context }: ShownContext): string => (context.kind === "remote" ? context.url : context.tenantFolder);

/** The switch of a context that wants its name. */
export const PROTECTED = {
  kind: "boolean",
  about: text(
    "every change of its tenant must repeat its name (typed, or --confirm-context)",
    "テナントを変更するたびに名前の確認を求める(入力、または --confirm-context)",
  ),
} as const satisfies Field;

/** What replacing imports do with records that they cannot delete, unless they say it. */
export const UNDELETABLE_DEFAULT = {
  kind: "choice",
  choices: UNDELETABLE_CHOICES,
  about: text(
    "default of --undeletable in replacing imports: keep or release what cannot be deleted",
    "全件更新のインポートで --undeletable を省いたときの扱い",
  ),
} as const satisfies Field;

/** What to type to work on a context. */
export const useIt = (name: string): Text =>
  text(
    `to work on ${name}: ${line("context use", [name])}, or --context ${name} in a command`,
    `${name} を操作するには ${line("context use", [name])}、またはコマンドに --context ${name} を付けてください`,
  );

/** Says which context is in use after a change of them, and what to type where it is none. */
export async function tellInUse(tools: Pick<Tools, "terminal" | "contexts" | "environment">): Promise<void> {
  const { terminal, contexts } = tools;
  const inUse = await contexts.inEffect(undefined, {});
  await terminal.note(
    inUse === undefined
      ? step(
          "no context is in use now; choose one",
          "使用中のコンテキストはありません。選んでください",
          line("context use", ["NAME"]),
        )
      : text(`in use: ${inUse.context.name}`, `使用中: ${inUse.context.name}`),
  );
  await tellVariable(tools);
}

/** Says that CLOMOCTL_CONTEXT goes before what is in use. */
export async function tellVariable({ terminal, environment }: Pick<Tools, "terminal" | "environment">): Promise<void> {
  const variable = environment["CLOMOCTL_CONTEXT"] ?? "";
  if (variable === "") return;
  await terminal.note(
    text(
      `CLOMOCTL_CONTEXT is set: in this shell commands work on ${variable}`,
      `CLOMOCTL_CONTEXT が設定されているため、このシェルのコマンドは ${variable} を操作します`,
    ),
  );
}

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
    key: "protected",
    header: text("protected", "保護"),
    value: ({ context }) => context.protected === true,
  },
  {
    key: "undeletable",
    header: text("undeletable records", "削除できないもの"),
    value: ({ context }) => context.undeletable ?? null,
  },
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
