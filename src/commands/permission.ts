import { isSameContext, type ChosenContext } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import type { Terminal } from "../lib/terminal/index.ts";
import { text, type Text } from "../lib/text/index.ts";
import type { Globals } from "./globals.ts";

interface PromptTools {
  readonly terminal: Pick<Terminal, "interactive" | "prompts">;
  readonly globals: Pick<Globals, "confirmContext" | "yes">;
}

/**
 * Checks, without asking, that a tenant may be changed. If there are several contexts and no terminal where somebody
 * sees which one is in use, the command must name it: the choice of `context use` is not enough. For a protected
 * context, `--confirm-context` must repeat the name.
 *
 * @throws `usage` with the missing option, `input-rejected` if `--confirm-context` names another context
 */
export function requireNamedContext(
  { terminal, globals }: PromptTools,
  { context, source, among }: ChosenContext,
): void {
  const { name } = context;
  const named = source === "option" || source === "environment";
  if (!named && !terminal.interactive && among.length > 1) {
    const all = among.join(", ");
    throw new Failure("usage", {
      what: text(
        `there are several contexts (${all}): without a terminal, a command that changes something must name one`,
        `コンテキストが複数あるため(${all})、ターミナルなしで変更するにはコンテキストの指定が必要です`,
      ),
      hint: text(
        `for ${name}, add --context ${name} or set CLOMOCTL_CONTEXT=${name}`,
        `${name} でよければ、--context ${name} を付けるか CLOMOCTL_CONTEXT=${name} を設定してください`,
      ),
    });
  }
  const { confirmContext } = globals;
  if (confirmContext !== undefined && !isSameContext(confirmContext, name))
    throw createContextMismatch(name, confirmContext);
  if (context.protected !== true || confirmContext !== undefined || terminal.interactive) return;
  throw new Failure("usage", {
    what: text(
      `the context ${name} is protected: confirm its name to make a change`,
      `${name} は保護されています。変更には名前の確認が必要です`,
    ),
    hint: text(`pass --confirm-context ${name}`, `--confirm-context ${name} を指定してください`),
  });
}

/**
 * Like {@link requireNamedContext}, and asks for a protected context's name.
 *
 * @throws also `input-rejected` for another
 */
export async function permitChange(asked: PromptTools, chosen: ChosenContext): Promise<void> {
  requireNamedContext(asked, chosen);
  const { name } = chosen.context;
  if (chosen.context.protected === true && asked.globals.confirmContext === undefined) {
    await askContextName(
      asked,
      name,
      text(
        `${name} is protected. Type its name to confirm the change:`,
        `${name} は保護されています。変更するには名前を入力してください:`,
      ),
    );
  }
}

/**
 * Asks for the name of a context, unless `--confirm-context` gives it.
 *
 * @throws `usage` if nobody can be asked, `input-rejected` for another name
 */
export async function askContextName({ terminal, globals }: PromptTools, name: string, message: Text): Promise<void> {
  const flag = `--confirm-context ${name}`;
  const typed = globals.confirmContext ?? (await terminal.prompts.input({ message, flag }));
  if (!isSameContext(typed.trim(), name)) throw createContextMismatch(name, typed);
}

/** Checks that a command that deletes without asking names its remote tenant.  @throws `usage` if it does not */
export function requireNamedContextForDeletion({ context, source }: Pick<ChosenContext, "context" | "source">): void {
  if (context.kind !== "remote" || source === "option") return;
  throw new Failure("usage", {
    what: text(
      "to delete records on a remote tenant, the command must name its context",
      "リモートのテナントで削除するには、コマンドでコンテキストを指定する必要があります",
    ),
    hint: text(`pass --context ${context.name}`, `--context ${context.name} を指定してください`),
  });
}

const createContextMismatch = (name: string, typed: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the context is ${name}, not "${typed}"; nothing was changed`,
      `コンテキストは ${name} で、「${typed}」ではありません。何も変更していません`,
    ),
  });
