import { isSameContext, type ChosenContext } from "../../lib/config/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Terminal } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Globals } from "./globals.ts";

interface PromptTools {
  readonly terminal: Pick<Terminal, "interactive" | "prompts">;
  readonly globals: Pick<Globals, "confirmContext" | "yes">;
}

/** @throws `usage` if a script must name the context; `input-rejected` if `--confirm-context` names another one */
export function requireNamedContext(
  { globals, terminal }: PromptTools,
  { context, source, among }: ChosenContext,
): void {
  const { name } = context;
  const { confirmContext } = globals;
  if (confirmContext !== undefined && !isSameContext(confirmContext, name))
    throw createContextMismatch(name, confirmContext);
  if (terminal.interactive) return;
  if (source !== "option" && source !== "environment" && among.length > 1) {
    const all = among.join(", ");
    throw new Failure("usage", {
      what: text(
        `there are several contexts (${all}): to change something without a terminal, specify the context`,
        `コンテキストが複数あります(${all})。自動実行などターミナルのない環境で変更するには、コンテキストを指定してください`,
      ),
      hint: text(
        `to use ${name}, add --context ${name} or set CLOMOCTL_CONTEXT=${name}`,
        `${name} でよければ、--context ${name} を付けるか CLOMOCTL_CONTEXT=${name} を設定してください`,
      ),
    });
  }
  if (context.protected === true && confirmContext === undefined)
    throw new Failure("usage", {
      what: text(
        `the context ${name} is protected: confirm its name to make a change`,
        `${name} は保護されています。変更には名前の確認が必要です`,
      ),
      hint: text(`pass --confirm-context ${name}`, `--confirm-context ${name} を指定してください`),
    });
}

export async function confirmChange(
  tools: PromptTools & { readonly tenant: () => Promise<ChosenContext> },
  message: Text,
): Promise<boolean> {
  if (tools.globals.yes) return true;
  requireNamedContext(tools, await tools.tenant());
  return tools.terminal.prompts.confirm({ message, flag: "--yes" });
}

export async function requireChangePermission(tools: PromptTools, chosen: ChosenContext): Promise<void> {
  requireNamedContext(tools, chosen);
  const { name } = chosen.context;
  if (chosen.context.protected === true && tools.globals.confirmContext === undefined) {
    await askContextName(
      tools,
      name,
      text(
        `${name} is protected. Type its name to confirm the change:`,
        `${name} は保護されています。変更するには名前を入力してください:`,
      ),
    );
  }
}

export async function askContextName({ terminal, globals }: PromptTools, name: string, message: Text): Promise<void> {
  const flag = `--confirm-context ${name}`;
  const typed = globals.confirmContext ?? (await terminal.prompts.input({ message, flag }));
  if (!isSameContext(typed.trim(), name)) throw createContextMismatch(name, typed);
}

const createContextMismatch = (name: string, typed: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the context is ${name}, not "${typed}"; nothing was changed`,
      `コンテキストは ${name} で、「${typed}」ではありません。何も変更していません`,
    ),
  });
