import { line, step, type CommandLine } from "../../../lib/advice/index.ts";
import type { Import, Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { parseImportNumber } from "../../../lib/model/import.ts";
import { text } from "../../../lib/text/index.ts";
import { defineOption } from "../field.ts";

export const TASK_ARGUMENT = defineOption(
  "string",
  "NUMBER|last",
  "number of the task (the number of the change that opened it), or `last` for your latest change",
  "作業の番号(作業のもとになった変更の番号)、または last(自分の最新の変更)",
  { required: true },
);

export const readTaskNumber = async (
  { console }: Pick<Client<"console">, "console">,
  typed: string,
): Promise<number> => {
  const number = parseChangeNumber(typed, line("console list", []));
  return number === "last" ? (await console.show("last")).number : number;
};

export const IMPORT_ARGUMENT = defineOption(
  "string",
  "NUMBER|last|ID",
  "number (such as 17, or P12 for a plan) or ID of an import, or `last`: the last import, deletion or undo (for plans, the last open plan)",
  "インポートの番号(17 など。計画は P12 など)、ID、または last(取り消し済みも含めて最後に適用したインポート・削除・取り消し。計画のコマンドでは最後の未適用の計画)",
  { required: true },
);

type ImportStates = readonly Import["state"][];

const COMMITTED_STATES: ImportStates = ["committed", "undone", "undone-in-part"];

export const OPEN_STATES: ImportStates = ["planned"];

const isKeywordLast = (typed: string): boolean => typed.toLowerCase() === "last";

export const parseChangeNumber = (typed: string, list: CommandLine): number | "last" => {
  if (isKeywordLast(typed)) return "last";
  if (/^[1-9]\d{0,14}$/.test(typed)) return Number(typed);
  throw new Failure("usage", {
    what: text(`"${typed}" is not a change number`, `「${typed}」は変更番号ではありません`),
    hint: text(`to see the numbers: ${list}`, `番号を確認するには: ${list}`),
  });
};

export async function findImport(client: Client<"imports">, typed: string, lastOf = COMMITTED_STATES): Promise<Import> {
  const all = await client.imports.list();
  const found = isKeywordLast(typed)
    ? all.filter(({ state }) => lastOf.includes(state)).toSorted((a, b) => (b.change ?? 0) - (a.change ?? 0))[0]
    : all.find(({ id, number }) => id === typed.toLowerCase() || number === typed.toUpperCase());
  if (found !== undefined) return found;
  // if the change is not an import, the tenant's error names the change
  if (parseImportNumber(typed) !== undefined) return client.imports.show(typed);
  throw new Failure("not-found", {
    what: text(`no import matches "${typed}"`, `「${typed}」に該当するインポートはありません`),
    hint: step("to list all imports", "インポートの一覧", line("imports list", [])),
  });
}
