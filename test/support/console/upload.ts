import { writeCsv, type Cells, type Charset } from "./csv.ts";
import type { ConsoleMode } from "./secured.ts";

/** The wave dash as CP932 has it. */
export const asConsole = (value: string): string => value.replaceAll("\u301c", "\uff5e");

/** CP932 where it holds the file, so that files of both charsets are read. */
export const encoded = (cells: Cells): { readonly bytes: Buffer; readonly charset: Charset } => {
  try {
    return { bytes: writeCsv(cells, "cp932"), charset: "cp932" };
  } catch {
    return { bytes: writeCsv(cells, "utf-8"), charset: "utf-8" };
  }
};

/** `--encoding` of a charset. */
export const encodingFlag = (charset: Charset): string => (charset === "cp932" ? "shift_jis" : "utf-8");

/** `--mode` of a console's mode. */
export const modeFlag = (mode: ConsoleMode): string => (mode === "追加更新" ? "append" : "replace");

/** What stderr says of the upload of a file; without rows there is no file, and no screen. @throws Error where it says nothing */
export function uploadOf(stderr: string): {
  readonly rows: number;
  readonly screen: string;
  readonly mode: ConsoleMode;
} {
  if (stderr.includes(" was not written: there are no rows to upload\n"))
    return { rows: 0, screen: "", mode: "追加更新" };
  const told = /: (\d+) rows?; upload in (.+), (?:インポート方法|the mode) must be (追加更新|全件更新) /m.exec(stderr);
  if (told === null) throw new Error(`nothing is said of an upload: ${stderr}`);
  return { rows: Number(told[1]), screen: told[2] ?? "", mode: told[3] === "全件更新" ? "全件更新" : "追加更新" };
}

/** The options that answer a plan's confirmation. @param deletions how many it deletes */
export const confirmed = (deletions: number): string => (deletions > 0 ? `--confirm-deletions ${deletions}` : "--yes");
