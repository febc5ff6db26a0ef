import type { Context } from "../../lib/config/context.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineSwitch, type Field } from "../kit/field.ts";
import type { Tools } from "../kit/tools.ts";

export interface ContextRow {
  readonly context: Context;
  readonly used: boolean;
}

export const CONTEXT_ARGUMENT = {
  kind: "string",
  required: true,
  names: "contexts",
  about: text("context name", "コンテキスト名"),
} as const satisfies Field;

export const PROTECTED_OPTION = defineSwitch(
  "before every change to the tenant, ask for the context's name (typed, or --confirm-context)",
  "テナントを変更するたびにコンテキスト名の確認を求める(入力、または --confirm-context)",
);

export async function noteContextVariable({
  terminal,
  environment,
}: Pick<Tools, "terminal" | "environment">): Promise<void> {
  const variable = environment["CLOMOCTL_CONTEXT"] ?? "";
  if (variable === "") return;
  await terminal.note(
    text(
      `CLOMOCTL_CONTEXT is set: commands in this shell use the context ${variable}`,
      `CLOMOCTL_CONTEXT が設定されているため、このシェルのコマンドは ${variable} を操作します`,
    ),
  );
}

const CONTEXT_KIND_NAMES: Readonly<Record<Context["kind"], Text>> = {
  embedded: text("local tenant", "このコンピューターのテナント"),
  remote: text("remote tenant", "リモートのテナント"),
};

export const DEFAULT_CONTEXT_COLUMNS = ["name", "used", "kind", "timezone", "address"] as const;

export const CONTEXT_COLUMNS: readonly Column<ContextRow>[] = [
  { key: "name", header: text("name", "名前"), value: ({ context }) => context.name },
  { key: "used", header: text("in use", "使用中"), value: ({ used }) => used },
  {
    key: "kind",
    header: text("kind", "種類"),
    value: ({ context }) => context.kind,
    name: ({ context }) => CONTEXT_KIND_NAMES[context.kind],
  },
  { key: "timezone", header: text("time zone", "タイムゾーン"), value: ({ context }) => context.timezone },
  {
    key: "address",
    header: text("location", "場所"),
    value: ({ context }) => (context.kind === "remote" ? context.url : context.tenantFolder),
  },
  { key: "protected", header: text("protected", "保護"), value: ({ context }) => context.protected === true },
  { key: "notify", header: text("reminders", "通知"), value: ({ context }) => context.notify !== false },
  {
    key: "language",
    header: text("language", "言語"),
    value: ({ context }) => (context.kind === "embedded" ? context.language : undefined),
  },
];
