import { resolve, sep } from "node:path";
import { alreadyThere, isStream, type Output, realNameOf } from "../lib/files/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { joined, same, text, type Text } from "../lib/text/index.ts";
import type { Command } from "./command.ts";
import { flagName, placeholder, type Fields, type OutputField } from "./field.ts";
import { GLOBAL_OPTIONS, type Globals } from "./globals.ts";
import { isNamedAsWorkbook, isWorkbookName } from "./imports/outputs/table-file.ts";
import type { Tools } from "./tools.ts";

/** An output that a command line names. */
export interface NamedOutput {
  /** how it was typed: `--errors`, or the name of the argument */
  readonly flag: string;
  readonly name: string;
  readonly field: OutputField;
}

type Input = Readonly<Record<string, unknown>>;

/** Lists that people read. */
const BESIDE: OutputField = { kind: "output", workbook: true, about: text("list", "一覧") };

/** The outputs that a parsed command line names, by the declarations, with those that are written beside them. */
export function namedOutputs(
  { args, options }: Pick<Command, "args" | "options">,
  { globals, input }: { readonly globals: Pick<Globals, "format" | "output">; readonly input: Input },
): readonly NamedOutput[] {
  const outputsOf = (fields: Fields, values: Input, flagOf: (key: string) => string): readonly NamedOutput[] =>
    Object.entries(fields).flatMap(([key, field]) => {
      const value = values[key];
      if (field.kind !== "output" || typeof value !== "string") return [];
      const flag = flagOf(key);
      const beside = value === "-" ? [] : (field.beside?.(value, values) ?? []);
      return [{ flag, name: value, field }, ...beside.map((name) => ({ flag, name, field: BESIDE }))];
    });
  const isOwn = "output" in options;
  const isGlobal = !isOwn && globals.format === "xlsx";
  return [
    ...outputsOf(args, input, (key) => placeholder(key, args[key] as OutputField)),
    ...outputsOf(options, input, (key) => `--${flagName(key)}`),
    ...(isGlobal ? outputsOf({ output: GLOBAL_OPTIONS.output }, globals, () => "--output") : []),
  ];
}

/** A file or folder that a command line names to be read. */
interface NamedInput {
  readonly name: string;
  readonly isBundle: boolean;
}

/** The files that a parsed command line names to be read, by the declarations. */
export const namedInputs = (
  { args, options }: Pick<Command, "args" | "options">,
  input: Input,
): readonly NamedInput[] =>
  Object.entries({ ...args, ...options }).flatMap(([key, field]) => {
    const isRead = field.kind === "file" || (field.kind === "string" && field.names === "files");
    if (!isRead) return [];
    const isBundle = field.isBundle === true;
    return [input[key]].flat().flatMap((name) => (typeof name === "string" ? [{ name, isBundle }] : []));
  });

/**
 * Decides whether the outputs of a command may be written, before it reads or changes anything. What exists is replaced
 * with `--overwrite`, or if the person at the terminal says so; never what the command reads or writes by another name.
 *
 * @param inputs what the command line names to be read
 * @returns false if the person said no
 * @throws `usage` if something exists, or an output can never be written
 */
export async function permitOutputs(
  tools: Tools,
  named: readonly NamedOutput[],
  inputs: readonly NamedInput[] = [],
): Promise<boolean> {
  const { terminal, globals, outputs } = tools;
  for (const each of named) refuseForm(each);
  const existing: NamedOutput[] = [];
  for (const each of named) {
    const declared = outputs.declare([await outputOf(tools, each)]);
    // what cannot be written is told as it is written
    const found = await (each.field.isAside === true ? declared.catch(() => []) : declared);
    if (found.length > 0) existing.push(each);
  }
  // the pages that jobs write again and again may lie among the files that they read
  await refuseSameFiles(
    tools,
    named.filter((each) => each.field.header === undefined || existing.includes(each)),
    inputs,
  );
  if (globals.overwrite) outputs.permitReplacing();
  else if (existing.length > 0) {
    if (!terminal.interactive) return refuseExisting(existing.filter(({ field }) => field.isAside !== true));
    const { en, ja } = joined(
      existing.map(({ name }) => same(name)),
      text(" and ", "、"),
    );
    const message = text(`${en} already exists. Replace it?`, `${ja} はすでにあります。置き換えますか?`);
    if (!(await terminal.prompts.confirm({ message, flag: "--overwrite" }))) return false;
    outputs.permitReplacing();
  }
  return true;
}

/** @throws `usage` if an output is a file that is read or another output, whatever links lead there, or lies in a bundle that is read */
async function refuseSameFiles(
  { workingFolder }: Tools,
  named: readonly NamedOutput[],
  inputs: readonly NamedInput[],
): Promise<void> {
  const placeOf = (name: string): Promise<string> => realNameOf(resolve(workingFolder, name));
  const read = await Promise.all(
    inputs.filter(({ name }) => name !== "-").map(async (input) => ({ ...input, path: await placeOf(input.name) })),
  );
  const taken = new Map<string, string>();
  for (const { flag, name } of named) {
    if (name === "-") continue;
    const path = await placeOf(name);
    const input = read.find((one) => one.path === path || (one.isBundle && path.startsWith(`${one.path}${sep}`)));
    if (input !== undefined && !(await isStream(path))) {
      throw new Failure("usage", {
        what: input.path === path ? isRead(name) : isInside(name, input.name),
        where: flag,
      });
    }
    const other = taken.get(path);
    if (other !== undefined) throw new Failure("usage", { what: isAlso(name, other), where: flag });
    taken.set(path, flag);
  }
}

const isRead = (name: string): Text =>
  text(`${name} is a file that this command reads`, `${name} は入力に指定したファイルです`);

const isInside = (name: string, bundle: string): Text =>
  text(
    `${name} is inside ${bundle}, which this command reads: it would not be as it was exported`,
    `${name} は、読み込む引き継ぎデータ ${bundle} の中にあります。書き出すと、引き継ぎデータが書き出したままではなくなります`,
  );

const isAlso = (name: string, other: string): Text =>
  text(`${name} is the same file as ${other}`, `${name} は ${other} と同じファイルです`);

function refuseExisting(existing: readonly NamedOutput[]): true {
  const [first] = existing;
  if (first === undefined) return true;
  throw alreadyThere(
    existing.map(({ name }) => name),
    first.field.instead,
  );
}

async function outputOf(tools: Tools, { name, field }: NamedOutput): Promise<Output> {
  const { isBundle, ...how } = field;
  if (isBundle !== true) return { ...how, name };
  const { isFolderName } = await import("../lib/handover/bundle/write.ts");
  return { name, folderFault: isFolderName(name) ? (path) => bundleFault(tools, path) : undefined };
}

/** Why a folder is not a bundle as it was exported: anything else that is in it would be lost. */
async function bundleFault({ workingFolder, temporary, signal }: Tools, path: string): Promise<Text | undefined> {
  const [{ openFiles }, { requireSound }] = await Promise.all([
    import("../lib/handover/bundle/read.ts"),
    import("../lib/handover/compare/verify.ts"),
  ]);
  try {
    await using files = await openFiles(path, { workingFolder, temporary });
    await requireSound(files, { signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { what, where = path } = error;
    return text(
      `this folder is not a bundle as it was exported (${where}: ${what.en}), so it is never replaced`,
      `書き出したままの引き継ぎデータではない(${where}: ${what.ja})ため、このフォルダーは置き換えません`,
    );
  }
}

/** @throws `usage` for stdout where it has the result already, and for a name that says another form than the content */
function refuseForm({ flag, name, field: { notStdout, workbook } }: NamedOutput): void {
  if (name === "-" && notStdout === true) {
    throw new Failure("usage", {
      what: text("stdout is used for the result; pass a file name", "標準出力は結果用です。ファイルを指定してください"),
      where: flag,
    });
  }
  if (!isNamedAsWorkbook(name) || (workbook === true && isWorkbookName(name))) return;
  const hint = workbook === true ? text("end the name in .xlsx", "ファイル名の末尾を .xlsx にしてください") : workbook;
  throw new Failure("usage", {
    what: text("this output is not such a workbook", "この形式の Excel ブックは書き出せません"),
    where: name,
    hint,
  });
}
