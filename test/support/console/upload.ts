import { writeCsv, type Cells, type Charset } from "./csv.ts";

export type ConsoleMode = "追加更新" | "全件更新";

export const replaceWaveDash = (value: string): string => value.replaceAll("\u301c", "\uff5e");

/** Encodes a file in CP932 if possible, otherwise in UTF-8. This way, the tests cover both charsets. */
export const encodeUpload = (cells: Cells): { readonly bytes: Buffer; readonly charset: Charset } => {
  try {
    return { bytes: writeCsv(cells, "cp932"), charset: "cp932" };
  } catch {
    return { bytes: writeCsv(cells, "utf-8"), charset: "utf-8" };
  }
};

/** Returns the value of `--encoding` for a charset. */
export const getEncodingOption = (charset: Charset): string => (charset === "cp932" ? "shift_jis" : "utf-8");

/** Returns the value of `--mode` for an import mode of the console. */
export const getModeOption = (mode: ConsoleMode): string => (mode === "追加更新" ? "append" : "replace");

/**
 * Parses the upload instructions on stderr. If the file would not have rows, there is no file to upload, and the result
 * contains no screen.
 *
 * @throws Error if stderr does not contain upload instructions
 */
export function parseUploadInstructions(stderr: string): {
  readonly rows: number;
  readonly screen: string;
  readonly mode: ConsoleMode;
} {
  if (stderr.includes(" was not written because there are no rows to upload\n"))
    return { rows: 0, screen: "", mode: "追加更新" };
  const told = /: (\d+) rows?; upload in (.+), with (?:インポート方法|the mode) set to (追加更新|全件更新) /m.exec(
    stderr,
  );
  if (told === null) throw new Error(`nothing is said of an upload: ${stderr}`);
  return { rows: Number(told[1]), screen: told[2] ?? "", mode: told[3] === "全件更新" ? "全件更新" : "追加更新" };
}

/**
 * Returns the options that confirm a plan.
 *
 * @param deletions number of records that the plan deletes
 */
export const toConfirmationOptions = (deletions: number): string =>
  deletions > 0 ? `--confirm-deletions ${deletions}` : "--yes";
