import { ALL_ERROR_CODES, listExits } from "../../src/cli/exit-codes.ts";
import { text, type Language } from "../../src/lib/text/index.ts";

const BEGIN = "<!-- exit codes: written by `npm run generate` -->";
const END = "<!-- end of exit codes -->";

const CODE = text("exit code", "終了コード");
const MEANS = text("means", "意味");

function table(language: Language): string {
  const rows = listExits({ exits: ALL_ERROR_CODES }).map(({ code, meaning }) => `| ${code} | ${meaning[language]} |`);
  return [`| ${CODE[language]} | ${MEANS[language]} |`, "| --- | --- |", ...rows].join("\n");
}

/**
 * A page with the table of exit codes between its two marks, as the table of errors has them.
 *
 * @throws RangeError where a mark is missing
 */
export function withExitCodes(readme: string, language: Language): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new RangeError(`the marks of the exit codes are missing: ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${table(language)}\n\n${readme.slice(end)}`;
}
