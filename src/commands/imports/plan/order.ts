import { resolve } from "node:path";
import { Failure } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { ImportOrder } from "./send.ts";

/** @throws `usage` where options exclude each other, or two files are the same one */
export function checkOrder({ file, options }: ImportOrder, workingFolder: string): void {
  const { mode, emitCsv, skipInvalid } = options;
  if (emitCsv !== undefined && mode === "replace" && skipInvalid) {
    throw refusal(
      "--skip-invalid",
      text(
        "a file for 全件更新 must have every row, or the console deletes those left out",
        "全件更新用のファイルには全行が必要です(除いた行はコンソールで削除されます)",
      ),
    );
  }
  const taken = new Map<string, string>();
  if (file !== "-") taken.set(resolve(workingFolder, file), file);
  for (const [flag, name] of [
    ["--emit-csv", emitCsv],
    ["--report", options.report],
    ["--errors", options.errors],
  ] as const) {
    if (name === undefined) continue;
    if (name === "-") {
      throw refusal(
        flag,
        text("stdout has the result; name a file", "標準出力は結果用です。ファイルを指定してください"),
      );
    }
    const path = resolve(workingFolder, name);
    if (taken.has(path)) {
      throw refusal(
        flag,
        text(
          `${name} is the file of ${taken.get(path) ?? ""} already`,
          `${name} は ${taken.get(path) ?? ""} と同じファイルです`,
        ),
      );
    }
    taken.set(path, flag);
  }
}

/**
 * A terminal that the file is typed at is at its end when the question comes.
 *
 * @throws `usage`, naming the option that answers the question, before anything is read
 */
export function checkAnswer(
  { file, options }: ImportOrder,
  {
    terminal,
    globals,
  }: { readonly terminal: { readonly interactive: boolean }; readonly globals: { readonly yes: boolean } },
): void {
  const { mode, dryRun, confirmDeletions } = options;
  // where nobody is deleted, their number answers nothing
  const asksYes = mode === "append" || confirmDeletions === 0;
  const isAnswered = asksYes ? globals.yes || (confirmDeletions ?? 0) > 0 : confirmDeletions !== undefined;
  if (file !== "-" || !terminal.interactive || dryRun || isAnswered) return;
  const flag = asksYes ? "--yes" : "--confirm-deletions N";
  throw new Failure("usage", {
    what: text(
      "stdin is the file, so the question about the plan cannot be answered there",
      "標準入力はファイルとして読むため、計画の確認に答えられません",
    ),
    where: flag,
    hint: text(
      `pass ${flag}, --dry-run, or a file by name`,
      `${flag} か --dry-run を付けるか、ファイル名を指定してください`,
    ),
  });
}

const refusal = (where: string, what: Text): Failure => new Failure("usage", { what, where });
