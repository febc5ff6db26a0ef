import { ALL_ERROR_CODES, listExits } from "../../src/cli/exit-codes.ts";
import { text, type Language } from "../../src/lib/text/index.ts";

const EXIT_CODES_BEGIN = "<!-- exit codes: written by `npm run generate` -->";
const EXIT_CODES_END = "<!-- end of exit codes -->";

const CODE_HEADER = text("exit code", "終了コード");
const MEANING_HEADER = text("means", "意味");

function renderExitCodeTable(language: Language): string {
  const rows = listExits({ exits: ALL_ERROR_CODES }).map(({ code, meaning }) => `| ${code} | ${meaning[language]} |`);
  return [`| ${CODE_HEADER[language]} | ${MEANING_HEADER[language]} |`, "| --- | --- |", ...rows].join("\n");
}

/**
 * Returns a page in which the part between the two markers is replaced with the current table of exit codes.
 *
 * @throws RangeError if a marker is missing
 */
export function insertExitCodes(readme: string, language: Language): string {
  const [begin, end] = [readme.indexOf(EXIT_CODES_BEGIN), readme.indexOf(EXIT_CODES_END)];
  if (begin === -1 || end < begin)
    throw new RangeError(`the marks of the exit codes are missing: ${EXIT_CODES_BEGIN} … ${EXIT_CODES_END}`);
  return `${readme.slice(0, begin)}${EXIT_CODES_BEGIN}\n\n${renderExitCodeTable(language)}\n\n${readme.slice(end)}`;
}
