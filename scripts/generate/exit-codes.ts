import { ALL_ERROR_CODES, listExits } from "../../src/cli/exit-codes.ts";
import { text, type Language } from "../../src/lib/text/index.ts";
import { insertTable } from "./insert-table.ts";

const CODE_HEADER = text("exit code", "終了コード");
const MEANING_HEADER = text("means", "意味");

function renderExitCodeTable(language: Language): string {
  const rows = listExits({ exits: ALL_ERROR_CODES }).map(({ code, meaning }) => `| ${code} | ${meaning[language]} |`);
  return [`| ${CODE_HEADER[language]} | ${MEANING_HEADER[language]} |`, "| --- | --- |", ...rows].join("\n");
}

/** Returns the page with the current table of exit codes. @throws RangeError if a marker is missing */
export const insertExitCodes = (page: string, language: Language): string =>
  insertTable(page, "exit codes", renderExitCodeTable(language));
