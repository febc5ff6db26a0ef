import { resolve, sep } from "node:path";
import {
  createExistingOutputFailure,
  isPipeOrDevice,
  type Output,
  resolveRealPath,
  bufferStream,
} from "../../../lib/files/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import type { Command } from "../command.ts";
import { toFlagName, formatPlaceholder, type Fields, type OutputField } from "../field.ts";
import { GLOBAL_OPTIONS, type Globals } from "../globals.ts";
import { hasWorkbookExtension, isWorkbookName } from "./table-file.ts";
import type { Tools } from "../tools.ts";

export type OutputTools = Pick<Tools, "terminal" | "temporary" | "outputs">;

type Bytes = AsyncIterable<Uint8Array>;

/** @param held true to write to stdout only after all bytes were read without an error */
export async function writeOutput(
  { terminal, temporary, outputs }: OutputTools,
  output: string,
  bytes: Bytes,
  { held }: { readonly held: boolean },
): Promise<void> {
  if (output !== "-") {
    await outputs.write(output, async (writer) => {
      for await (const chunk of bytes) await writer.write(chunk);
    });
  } else if (held) {
    await using all = await bufferStream(bytes, temporary);
    await writeStdout(terminal, all.chunks());
  } else {
    await writeStdout(terminal, bytes);
  }
}

async function writeStdout({ out }: Tools["terminal"], bytes: Bytes): Promise<void> {
  for await (const chunk of bytes) {
    if (out.closed) return;
    await out.write(chunk);
  }
  // flush now, because the caller may delete the file that contains the bytes
  await out.flush();
}

export interface NamedOutput {
  readonly flag: string;
  readonly name: string;
  readonly field: OutputField;
}

type InputValues = Readonly<Record<string, unknown>>;

const COMPANION_OUTPUT: OutputField = { kind: "output", workbook: true, about: text("list", "一覧") };

export function collectOutputs(
  { args, options }: Pick<Command, "args" | "options">,
  { globals, input }: { readonly globals: Pick<Globals, "format" | "output">; readonly input: InputValues },
): readonly NamedOutput[] {
  const outputsOf = (fields: Fields, values: InputValues, flagOf: (key: string) => string): readonly NamedOutput[] =>
    Object.entries(fields).flatMap(([key, field]) => {
      const value = values[key];
      if (field.kind !== "output" || typeof value !== "string") return [];
      const flag = flagOf(key);
      const beside = value === "-" ? [] : (field.beside?.(value, values) ?? []);
      return [{ flag, name: value, field }, ...beside.map((name) => ({ flag, name, field: COMPANION_OUTPUT }))];
    });
  const isOwn = "output" in options;
  const isGlobal = !isOwn && globals.format === "xlsx";
  return [
    ...outputsOf(args, input, (key) => formatPlaceholder(key, args[key] as OutputField)),
    ...outputsOf(options, input, (key) => `--${toFlagName(key)}`),
    ...(isGlobal ? outputsOf({ output: GLOBAL_OPTIONS.output }, globals, () => "--output") : []),
  ];
}

interface NamedInput {
  readonly name: string;
  readonly isBundle: boolean;
}

export const collectInputs = (
  { args, options }: Pick<Command, "args" | "options">,
  input: InputValues,
): readonly NamedInput[] =>
  Object.entries({ ...args, ...options }).flatMap(([key, field]) => {
    const isRead = field.kind === "file" || (field.kind === "string" && field.names === "files");
    if (!isRead) return [];
    const isBundle = field.isBundle === true;
    return [input[key]].flat().flatMap((name) => (typeof name === "string" ? [{ name, isBundle }] : []));
  });

/**
 * Existing files may be replaced with `--overwrite` or if the user agrees.
 * @returns false if the user answered no
 * @throws `usage` if the user cannot be asked, or if an output cannot be written
 */
export async function permitOutputs(
  tools: Tools,
  named: readonly NamedOutput[],
  inputs: readonly NamedInput[] = [],
): Promise<boolean> {
  const { terminal, globals, outputs } = tools;
  for (const each of named) checkOutputName(each);
  const existing: string[] = [];
  for (const each of named) {
    const found = await outputs.declare([await resolveOutput(tools, each)]);
    existing.push(...found);
  }
  await refuseSameFiles(tools, named, inputs);
  if (globals.overwrite) outputs.permitReplacing();
  else if (existing.length > 0) {
    if (!terminal.interactive) throw createExistingOutputFailure(existing);
    const { en, ja } = joinTexts(existing.map(same), text(" and ", "、"));
    const message = text(`Replace the existing ${en}?`, `${ja} はすでにあります。置き換えますか?`);
    if (!(await terminal.prompts.confirm({ message, flag: "--overwrite" }))) return false;
    outputs.permitReplacing();
  }
  return true;
}

/** @throws `usage` if an output is also an input or another output, even through a link */
async function refuseSameFiles({ workingFolder }: Tools, named: readonly NamedOutput[], inputs: readonly NamedInput[]) {
  const placeOf = (name: string): Promise<string> => resolveRealPath(resolve(workingFolder, name));
  const read = await Promise.all(
    inputs.filter(({ name }) => name !== "-").map(async (input) => ({ ...input, path: await placeOf(input.name) })),
  );
  const taken = new Map<string, string>();
  for (const { flag, name } of named) {
    if (name === "-") continue;
    const path = await placeOf(name);
    const input = read.find((one) => one.path === path || (one.isBundle && path.startsWith(`${one.path}${sep}`)));
    if (input !== undefined && !(await isPipeOrDevice(path))) {
      const what =
        input.path === path
          ? text(`${name} is also an input of this command`, `${name} は入力に指定したファイルです`)
          : text(
              `${name} is inside the bundle ${input.name}, from which this command reads`,
              `${name} は、読み込む引き継ぎデータ ${input.name} の中にあります`,
            );
      throw new Failure("usage", { what, where: flag });
    }
    const other = taken.get(path);
    if (other !== undefined) {
      const what = text(`${name} is the same file as ${other}`, `${name} は ${other} と同じファイルです`);
      throw new Failure("usage", { what, where: flag });
    }
    taken.set(path, flag);
  }
}

async function resolveOutput(tools: Tools, { name, field }: NamedOutput): Promise<Output> {
  const { isBundle, ...how } = field;
  if (isBundle !== true) return { ...how, name };
  const { isBundleFolderName } = await import("../../../lib/handover/bundle/write.ts");
  return { name, folderFault: isBundleFolderName(name) ? (path) => findBundleFault(tools, path) : undefined };
}

/** Rejects every folder except an unchanged bundle, because replacing a bundle deletes all files in the folder. */
async function findBundleFault({ workingFolder, temporary, signal }: Tools, path: string): Promise<Text | undefined> {
  const { openBundleFiles, requireMatchingHashes } = await import("../../../lib/handover/bundle/read.ts");
  try {
    await using files = await openBundleFiles(path, { workingFolder, temporary });
    await requireMatchingHashes(files, { signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { what, where = path } = error;
    return text(
      `this folder is not replaced: it is not a bundle, or its files have changed (${where}: ${what.en})`,
      `引き継ぎデータではないか、書き出し後に変更されているため、このフォルダーは置き換えません(${where}: ${what.ja})`,
    );
  }
}

function checkOutputName({ flag, name, field: { notStdout, workbook } }: NamedOutput): void {
  if (name === "-" && notStdout === true) {
    throw new Failure("usage", {
      what: text("stdout is for the result; pass a file name", "標準出力は結果用のため、ファイル名を指定してください"),
      where: flag,
    });
  }
  if (!hasWorkbookExtension(name) || (workbook === true && isWorkbookName(name))) return;
  const hint =
    workbook === true
      ? text("use a file name that ends in .xlsx", "ファイル名の末尾を .xlsx にしてください")
      : workbook;
  throw new Failure("usage", {
    what: text(
      "this output cannot be written to this type of Excel file",
      "この形式の Excel ファイルには書き出せません",
    ),
    where: name,
    hint,
  });
}
