import { Failure } from "../../lib/errors/index.ts";
import { looksLikePassword } from "../../lib/model/rules.ts";
import { isFreeText, type Fields } from "../../lib/model/thing.ts";
import { text } from "../../lib/text/index.ts";
import { toFlagName } from "./field.ts";
import type { Tools } from "./tools.ts";

type QuestionTools = Pick<Tools, "terminal" | "globals">;

/** Does not show the text. Without a terminal, only warns. @param place option, question or file with the text */
export async function confirmPassword({ terminal, globals }: QuestionTools, place: string): Promise<boolean> {
  if (globals.yes) return true;
  const found = text(
    `${place} looks like a password. Enter where the password is kept, not the password itself.`,
    `${place} の値はパスワードのようです。パスワードではなく保管場所を書いてください。`,
  );
  if (terminal.interactive)
    return terminal.prompts.confirm({
      message: text(`${found.en} Record it anyway?`, `${found.ja}このまま登録しますか?`),
      flag: "--yes",
    });
  await terminal.warn(found);
  return true;
}

export async function confirmPasswords(
  tools: QuestionTools,
  values: Readonly<Record<string, string | null | undefined>>,
): Promise<boolean> {
  const [found] = Object.entries(values).find(([, value]) => looksLikePassword(value ?? "")) ?? [];
  return found === undefined || confirmPassword(tools, found);
}

export async function requirePasswordConfirmation(...asked: Parameters<typeof confirmPasswords>): Promise<void> {
  if (await confirmPasswords(...asked)) return;
  throw new Failure("input-rejected", { what: text("nothing was recorded", "何も登録していません") });
}

/** Asks about each option for a field of free text. @param fields the fields by the names of their options */
export const requireFreeTextConfirmation = (tools: QuestionTools, fields: Fields, input: object): Promise<void> =>
  requirePasswordConfirmation(
    tools,
    Object.fromEntries(
      Object.entries(input)
        .filter(([name]) => fields[name] !== undefined && isFreeText(fields[name]))
        .map(([name, given]) => [`--${toFlagName(name)}`, findSuspect([given].flat())]),
    ),
  );

/** A value of a custom field is written as NAME=VALUE. */
const findSuspect = (given: readonly unknown[]): string | undefined =>
  given
    .flatMap((one) => (typeof one === "string" ? [one, one.slice(one.indexOf("=") + 1)] : []))
    .find(looksLikePassword);
