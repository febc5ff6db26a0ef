import { isSameContext, type ChosenContext } from "../lib/config/index.ts";
import { Failure } from "../lib/errors/index.ts";
import type { ConfirmOptions } from "../lib/plan/confirm.ts";
import type { Terminal } from "../lib/terminal/index.ts";
import { addSpaceAfterLatin, joinTexts, same, text, type Text } from "../lib/text/index.ts";
import type { Globals } from "./globals.ts";

interface PromptTools {
  readonly terminal: Pick<Terminal, "interactive" | "prompts">;
  readonly globals: Pick<Globals, "confirmContext" | "yes">;
}

/**
 * Options that answer the questions about a change. A question that the command never asks is not a property. Without
 * any question about a number, `--yes` confirms the change.
 */
interface ChangeAnswers extends Pick<ConfirmOptions, "confirmDeletions" | "confirmWipes" | "maxDeletions"> {
  readonly confirmDevices?: number | undefined;
  /** `append`: the command deletes nothing, unless a map sets another mode */
  readonly mode?: "append" | "replace" | undefined;
}

/** Why a run without a terminal cannot make a change, and the option to add. */
interface MissingOption {
  readonly why: Text;
  readonly remedy: Text;
}

/** Returns the options that a change without a terminal lacks to name its context. */
function* listMissingContextOptions(
  { globals }: PromptTools,
  { context, source, among }: ChosenContext,
): Generator<MissingOption> {
  const { name } = context;
  if (source !== "option" && source !== "environment" && among.length > 1) {
    const all = among.join(", ");
    yield {
      why: text(
        `there are several contexts (${all}): without a terminal, a command that changes something must name one`,
        `コンテキストが複数あります(${all})。ターミナルなしで変更するには、コンテキストを指定してください`,
      ),
      remedy: text(
        `for ${name}, add --context ${name} or set CLOMOCTL_CONTEXT=${name}`,
        `${name} でよければ、--context ${name} を付けるか CLOMOCTL_CONTEXT=${name} を設定してください`,
      ),
    };
  }
  if (context.protected === true && globals.confirmContext === undefined) {
    yield {
      why: text(
        `the context ${name} is protected: confirm its name to make a change`,
        `${name} は保護されています。変更には名前の確認が必要です`,
      ),
      remedy: text(`pass --confirm-context ${name}`, `--confirm-context ${name} を指定してください`),
    };
  }
}

/** Returns the options that may have to confirm a change; which ones it needs is known only when it is planned. */
function* listMissingConfirmations(yes: boolean, answers: ChangeAnswers): Generator<Text> {
  const { confirmWipes, confirmDevices, maxDeletions, mode } = answers;
  const isMissing = (option: keyof ChangeAnswers): boolean =>
    Object.hasOwn(answers, option) && answers[option] === undefined;
  if (isMissing("confirmDeletions") && !yes) {
    const isAnswered = maxDeletions !== undefined || (confirmWipes ?? confirmDevices) !== undefined;
    yield isAnswered ? same("--yes") : YES_OR_DELETIONS;
  } else if (isMissing("confirmDeletions") && maxDeletions === undefined && mode !== "append")
    yield text("--confirm-deletions N if records are deleted", "--confirm-deletions N(削除があるとき)");
  if (isMissing("confirmWipes"))
    yield text("--confirm-wipes N if devices must be wiped", "--confirm-wipes N(初期化するデバイスがあるとき)");
  if (isMissing("confirmDevices")) yield same("--confirm-devices N");
  if (!yes && COUNT_OPTIONS.every((option) => !Object.hasOwn(answers, option))) yield same("--yes");
}

const COUNT_OPTIONS = ["confirmDeletions", "confirmWipes", "confirmDevices"] as const satisfies (keyof ChangeAnswers)[];

const YES_OR_DELETIONS = text(
  "--yes, or --confirm-deletions N if records are deleted",
  "--yes(削除があるときは --confirm-deletions N)",
);

const createMissingConfirmation = (options: readonly Text[]): MissingOption => {
  const { en } = joinTexts(options, same(" and "));
  const { ja } = joinTexts(options, same("、"));
  return {
    why: text("the change must be confirmed", "変更の確認が必要です"),
    remedy: text(`pass ${en}`, `${addSpaceAfterLatin(ja)}を指定してください`),
  };
};

/**
 * Checks, without asking, that a tenant may be changed. If there are several contexts and no terminal where somebody
 * sees which one is in use, the command must name it: the choice of `context use` is not enough. For a protected
 * context, `--confirm-context` must repeat the name.
 *
 * @param answers for a command that asks about the change: the given answers. If the context is missing, missing
 * answers are reported together with it; otherwise, they are reported when it is known what to confirm
 * @throws `usage` with all missing options, `input-rejected` if `--confirm-context` names another context
 */
export function requireNamedContext(asked: PromptTools, chosen: ChosenContext, answers?: ChangeAnswers): void {
  const { globals } = asked;
  const { name } = chosen.context;
  const { confirmContext } = globals;
  if (confirmContext !== undefined && !isSameContext(confirmContext, name))
    throw createContextMismatch(name, confirmContext);
  const missing = answers === undefined ? [] : [...listMissingConfirmations(globals.yes, answers)];
  requireContextWith(asked, chosen, missing);
}

/** Does the check without a terminal of {@link requireNamedContext}.  @param options missing confirmations */
function requireContextWith(asked: PromptTools, chosen: ChosenContext, options: readonly Text[]): void {
  const missing = asked.terminal.interactive ? [] : [...listMissingContextOptions(asked, chosen)];
  if (missing.length === 0) return;
  if (options.length > 0) missing.push(createMissingConfirmation(options));
  throw createMissingFailure(missing);
}

const createMissingFailure = (missing: readonly MissingOption[]): Failure =>
  new Failure("usage", {
    what: joinTexts(
      missing.map(({ why }) => why),
      text("; ", "。"),
    ),
    hint: joinTexts(
      missing.map(({ remedy }) => remedy),
      text("; ", "。"),
    ),
  });

/**
 * Asks whether to make a change, unless `--yes` confirms it.
 *
 * @throws `usage` if nobody can be asked, with all missing options
 */
export async function confirmChange(
  tools: PromptTools & { readonly tenant: () => Promise<ChosenContext> },
  message: Text,
): Promise<boolean> {
  if (tools.globals.yes) return true;
  requireContextWith(tools, await tools.tenant(), [same("--yes")]);
  return tools.terminal.prompts.confirm({ message, flag: "--yes" });
}

/**
 * Does the same checks as {@link requireNamedContext}, and asks for the name of a protected context.
 *
 * @throws also `input-rejected` if another name is typed
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
 * Asks for the name of a context, unless `--confirm-context` already gives the name.
 *
 * @throws `usage` if nobody can be asked, `input-rejected` if another name is given
 */
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
