import { line, step, type CommandLine } from "../../../lib/advice/index.ts";
import type { Import, Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { parseImportNumber } from "../../../lib/model/import-number.ts";
import { text } from "../../../lib/text/index.ts";

export const ID_ARGUMENT = {
  kind: "string",
  value: "NUMBER|last|ID",
  required: true,
  about: text(
    "number of the import (17, or P12 for a plan), `last` (the import, deletion or undo that was committed last, even if undone since; for plans, the last open plan), or its ID",
    "インポートの番号(17。計画は P12)、last(最後に適用したもの。種類を問わず、取り消しも、取り消し済みのものも数える。計画では最後の未適用のもの)、または ID",
  ),
} as const;

type ImportStates = readonly Import["state"][];

const COMMITTED_STATES: ImportStates = ["committed", "undone", "undone-in-part"];

export const OPEN_STATES: ImportStates = ["planned"];

const isLastKeyword = (typed: string): boolean => typed.toLowerCase() === "last";

/** @throws `usage` if it is neither a number nor `last` */
export const parseChangeNumber = (typed: string, list: CommandLine): number | "last" => {
  if (isLastKeyword(typed)) return "last";
  if (/^[1-9]\d{0,14}$/.test(typed)) return Number(typed);
  throw new Failure("usage", {
    what: text(`"${typed}" is not a change number`, `「${typed}」は変更番号ではありません`),
    hint: text(`to see the numbers: ${list}`, `番号を確認するには: ${list}`),
  });
};

/** @throws `not-found` */
export async function findImport(client: Client<"imports">, typed: string, lastOf = COMMITTED_STATES): Promise<Import> {
  const all = await client.imports.list();
  const found = isLastKeyword(typed)
    ? findLast(all, lastOf)
    : all.find(({ id, number }) => id === typed.toLowerCase() || number === typed.toUpperCase());
  if (found !== undefined) return found;
  // the number of a committed plan or of another change: the tenant finds the import or explains what it refers to
  if (parseImportNumber(typed) !== undefined) return client.imports.show(typed);
  throw new Failure("not-found", {
    what: isLastKeyword(typed)
      ? text("there is no such import", "当てはまるインポートはありません")
      : text(`no import matches "${typed}"`, `「${typed}」に当てはまるインポートはありません`),
    hint: step("to list all imports", "インポートの一覧", line("imports list", [])),
  });
}

const findLast = (imports: readonly Import[], states: ImportStates): Import | undefined =>
  imports.filter(({ state }) => states.includes(state)).toSorted((a, b) => (b.change ?? 0) - (a.change ?? 0))[0];
