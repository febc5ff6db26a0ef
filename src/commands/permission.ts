import { sameContext, type ChosenContext } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import type { Terminal } from "../lib/terminal/index.ts";
import { text, type Text } from "../lib/text/index.ts";
import type { Globals } from "./globals.ts";

interface PromptTools {
  readonly terminal: Pick<Terminal, "interactive" | "prompts">;
  readonly globals: Pick<Globals, "confirmContext" | "yes">;
}

/**
 * Checks, without a question, that a tenant may be changed: that of several contexts one was named, not only chosen by
 * `context use`, where nobody sees which it is, and that `--confirm-context` names a protected one.
 *
 * @throws `usage` naming the option that is missing, `input-rejected` when it names another context
 */
export function requireNamed({ terminal, globals }: PromptTools, { context, source, among }: ChosenContext): void {
  const { name } = context;
  const named = source === "option" || source === "environment";
  if (!named && !terminal.interactive && among.length > 1) {
    const all = among.join(", ");
    throw new Failure("usage", {
      what: text(
        `without a terminal, a change must name one of several contexts: ${all}`,
        `コンテキストが複数あるため(${all})、ターミナルなしで変更するにはコンテキストの指定が必要です`,
      ),
      hint: text(
        `add --context ${name}, or set CLOMOCTL_CONTEXT=${name}, if ${name} is meant`,
        `${name} でよければ、--context ${name} を付けるか CLOMOCTL_CONTEXT=${name} を設定してください`,
      ),
    });
  }
  const { confirmContext } = globals;
  if (confirmContext !== undefined && !sameContext(confirmContext, name)) throw notTheName(name, confirmContext);
  if (context.protected !== true || confirmContext !== undefined || terminal.interactive) return;
  throw new Failure("usage", {
    what: text(
      `${name} is protected: a change must repeat its name`,
      `${name} は保護されています。変更には名前の確認が必要です`,
    ),
    hint: text(`pass --confirm-context ${name}`, `--confirm-context ${name} を指定してください`),
  });
}

/** As {@link requireNamed}; and asks for the name of a protected context. @throws also `input-rejected` for another name */
export async function permitChange(asked: PromptTools, chosen: ChosenContext): Promise<void> {
  requireNamed(asked, chosen);
  const { name } = chosen.context;
  if (chosen.context.protected === true && asked.globals.confirmContext === undefined) {
    await typeName(
      asked,
      name,
      text(
        `${name} is protected. Type its name to change it:`,
        `${name} は保護されています。変更するには名前を入力してください:`,
      ),
    );
  }
}

/**
 * Has the name of a context typed, unless `--confirm-context` says it.
 *
 * @throws `usage` when it is not possible to ask, `input-rejected` for another name
 */
export async function typeName({ terminal, globals }: PromptTools, name: string, message: Text): Promise<void> {
  const flag = `--confirm-context ${name}`;
  const typed = globals.confirmContext ?? (await terminal.prompts.input({ message, flag }));
  if (!sameContext(typed.trim(), name)) throw notTheName(name, typed);
}

/** @throws `usage` for deletions on a remote tenant that nobody is asked about, unless the command names the tenant */
export function requireNamedForDeletion({ context, source }: Pick<ChosenContext, "context" | "source">): void {
  if (context.kind !== "remote" || source === "option") return;
  throw new Failure("usage", {
    what: text(
      "deletions on a remote tenant require naming its context in the command",
      "リモートのテナントで削除するには、コマンドでコンテキストを指定する必要があります",
    ),
    hint: text(`pass --context ${context.name}`, `--context ${context.name} を指定してください`),
  });
}

const notTheName = (name: string, typed: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the context is ${name}, not "${typed}"; nothing was changed`,
      `コンテキストは ${name} で、「${typed}」ではありません。何も変更していません`,
    ),
  });
