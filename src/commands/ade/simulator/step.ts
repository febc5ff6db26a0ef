import { basename } from "node:path";
import { line, type Step } from "../../../lib/advice/index.ts";
import type { AppleAnswer } from "../../../lib/apple/send.ts";
import { askSimulator, membersOf, parseJson, type ControlRequest } from "../../../lib/apple/simulator/ask.ts";
import { MARK } from "../../../lib/apple/simulator/names.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { MAX_BYTES } from "../../../lib/model/renewal.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Command, CommandOf } from "../../command.ts";
import type { Fields, InputOf, OutputField, TextField } from "../../field.ts";
import type { Tools } from "../../tools.ts";

/** `--url`: the simulator to ask. */
export const URL_OPTION = {
  kind: "string",
  value: "URL",
  about: text(
    "the simulator, by the URL that `start` printed (default: CLOMOCTL_SIMULATOR_URL)",
    "シミュレーターの URL(`start` が表示したもの。既定: CLOMOCTL_SIMULATOR_URL)",
  ),
} as const satisfies TextField;

/** `-o`: the file that is written, whose name says what it is; it may be a secret. */
const OUTPUT_OPTION = {
  kind: "output",
  short: "o",
  value: "FILE",
  about: text(
    `the file to write, with ${MARK} in its name (default: a name of its own, in this folder; - is stdout)`,
    `書き出すファイル。名前に ${MARK} を含めてください(既定: このフォルダーに自動で付けた名前。- は標準出力)`,
  ),
} as const satisfies OutputField;

/** The failures of every command that asks a simulator. */
export const STEP_EXITS = ["input-rejected", "not-found", "unavailable"] as const satisfies readonly ErrorCode[];

/** What is said if a signal comes while the simulator works. */
export const WHILE_ASKING = text(
  "the simulator may have done it; nothing was written",
  "シミュレーター側では完了している可能性があります。ファイルは書き出していません",
);

/** The parsed input of a step, or a record of an answer, by names. */
export type Values = Readonly<Record<string, unknown>>;

/** A command that asks the simulator once, alone or as a line of a file, which shows its records in its own way. */
export interface SimulatorStep extends Command {
  readonly shows?: readonly Column<Values>[] | undefined;
  /** @throws Failure `usage` if the input contradicts itself */
  readonly check: (input: Values) => void;
  /** Returns the records that it shows, or the name of the file that it wrote. @throws Failure as the simulator answered */
  readonly perform: (tools: Tools, input: Values) => Promise<readonly unknown[]>;
}

/** What a step declares: it shows records in columns, or writes a file. Each takes `--url`, and those with a file `-o`. */
interface StepDeclaration<A extends Fields, O extends Fields> extends Pick<
  CommandOf<A, O>,
  "summary" | "details" | "args" | "options" | "examples"
> {
  readonly excludes?: readonly (readonly [keyof O & string, keyof O & string])[];
  /** @throws Failure `usage` if the input contradicts itself */
  check?(input: InputOf<A> & InputOf<O>): void;
  /** @param read reads a file that the input names */
  request(input: InputOf<A> & InputOf<O>, read: (file: string) => Promise<Buffer>): StepRequest | Promise<StepRequest>;
  /** the value of the first column of a record is a text */
  readonly columns?: readonly Column<Values>[];
  /** it shows one record, not a list */
  readonly isOne?: true;
  /** Returns the records of an answer; default: the answer is the list. */
  records?(content: Values): unknown;
  /** the usual name of the file */
  readonly file?: string;
  /** the file contains no secret */
  readonly isPublic?: true;
  /** Returns the content of the file, if it is not the answer itself, and what else the answer says. */
  content?(answer: Values): { readonly content: unknown; readonly notes: readonly Text[] };
  /** what to type next: on a terminal, or with the file that was written */
  next?(
    input: InputOf<A> & InputOf<O> & { readonly url?: string | undefined },
    file: string,
    answer: Values,
  ): readonly Step[];
}

type StepRequest = Pick<ControlRequest, "method" | "path" | "body">;

/** A request that changes something. */
export const post = (path: string, body: object): StepRequest => ({ method: "POST", path, body });

/** Declares a step. */
export function defineStep<const A extends Fields, const O extends Fields>(step: StepDeclaration<A, O>): SimulatorStep {
  const { columns, isOne, file, isPublic, ...declared } = step;
  const check: SimulatorStep["check"] = (input) => {
    step.check?.(input as never);
    checkName(input["output"] as string | undefined);
  };
  const perform: SimulatorStep["perform"] = async (tools, input) => {
    const bytesOf = async (name: string) => Buffer.from((await readNamedFile(tools, name, MAX_BYTES)).bytes);
    const request = await step.request(input as never, bytesOf);
    const asked = { ...request, origin: originOf(tools, input["url"] as string | undefined), signal: tools.signal };
    const send = await tools.send();
    if (file === undefined) return askSimulator(send, asked, ({ body }) => recordsIn(step, parseJson(body)));
    const made = await askSimulator(send, asked, (answer) => {
      const members = membersOf(parseJson(answer.body));
      const { content, notes } = step.content?.(members) ?? { content: answer.body, notes: [] };
      return typeof content === "string" ? { content, notes, members, usual: nameIn(answer) ?? file } : undefined;
    });
    const name = await writeFile(tools, input["output"] as string | undefined, made);
    for (const next of name === "-" ? [] : (step.next?.(input as never, name, made.members) ?? []))
      await tools.terminal.note(next);
    return [name];
  };
  return {
    ...declared,
    exits: STEP_EXITS,
    opensTenant: false,
    options: {
      ...step.options,
      ...(file !== undefined && { output: { ...OUTPUT_OPTION, isPublic } }),
      url: URL_OPTION,
    },
    shows: columns,
    check,
    perform,
    async run(tools, input) {
      check(input);
      tools.describeState(() => WHILE_ASKING);
      const records = (await perform(tools, input)) as readonly Values[];
      if (columns === undefined) return;
      const { terminal } = tools;
      const [first] = records;
      await (isOne === true && first !== undefined ? terminal.show(columns, first) : terminal.list(columns, records));
      if (!terminal.onTerminal || records.length === 0) return;
      for (const next of step.next?.(input as never, "", {}) ?? []) await tools.terminal.note(next);
    },
  };
}

/** The records of an answer; undefined if no simulator gave it. */
function recordsIn(
  { columns: [first] = [], records }: Pick<StepDeclaration<Fields, Fields>, "columns" | "records">,
  content: unknown,
): readonly unknown[] | undefined {
  const found = records === undefined ? content : records(membersOf(content));
  const isRecord = (record: unknown): boolean => typeof membersOf(record)[first?.key ?? ""] === "string";
  return Array.isArray(found) && found.every(isRecord) ? found : undefined;
}

/** Writes a file, and says so. Returns its name. */
async function writeFile(
  { outputs, terminal }: Tools,
  output: string | undefined,
  { content, notes, usual }: { readonly content: string; readonly notes: readonly Text[]; readonly usual: string },
): Promise<string> {
  const name = output ?? (await outputs.freeName(usual));
  if (output === undefined) await outputs.declare([{ name }]);
  await outputs.write(name, content);
  const written = text(`written: ${name}`, `書き出しました: ${name}`);
  for (const note of name === "-" ? notes : [written, ...notes]) await terminal.note(note);
  return name;
}

/** The name that an answer gives its file: no path, and marked. */
function nameIn({ headers }: AppleAnswer): string | undefined {
  const encoded = /filename\*=UTF-8''(?<name>[A-Za-z0-9%._-]+)$/.exec(headers["content-disposition"] ?? "")?.groups;
  try {
    const name = decodeURIComponent(encoded?.["name"] ?? "");
    return /^[\w-][\w.-]*$/.test(name) && name.includes(MARK) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** @throws Failure `usage` if the name of a file does not say that the simulator made it */
function checkName(output: string | undefined): void {
  if (output === undefined || output === "-" || basename(output).includes(MARK)) return;
  throw new Failure("usage", {
    what: text(
      `the name of a file that the simulator makes has ${MARK} in it: it must never be taken for Apple's`,
      `シミュレーターが作るファイルの名前には ${MARK} を含めてください(Apple のものと取り違えないため)`,
    ),
    where: output,
    hint: text(`name it, for example: -o ${MARK}-${basename(output)}`, `例: -o ${MARK}-${basename(output)}`),
  });
}

/** The address of the simulator, without a slash at its end. @throws Failure `usage` */
function originOf({ environment }: Tools, given: string | undefined): string {
  const address = given ?? environment["CLOMOCTL_SIMULATOR_URL"] ?? "";
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url.origin;
  throw new Failure("usage", {
    what:
      address === ""
        ? text("which simulator is meant is not said", "どのシミュレーターか指定されていません")
        : text("this is no URL of a simulator", "シミュレーターの URL ではありません"),
    where: address === "" ? undefined : address,
    hint: text(
      `give --url URL, or set CLOMOCTL_SIMULATOR_URL; \`${line("ade simulator start", [])}\` prints it`,
      `--url URL を付けるか、CLOMOCTL_SIMULATOR_URL を設定してください(\`${line("ade simulator start", [])}\` が表示します)`,
    ),
  });
}
