import { basename } from "node:path";
import { line, type Step } from "../../../lib/advice/index.ts";
import type { AppleResponse } from "../../../lib/apple/send.ts";
import { sendControlRequest, toJsonMembers, parseJson, type ControlRequest } from "../../../lib/apple/simulator/ask.ts";
import { SIMULATOR_MARK } from "../../../lib/apple/simulator/names.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../../lib/model/renewal.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Command, CommandDefinition } from "../../command.ts";
import type { Fields, InputOf, OutputField, TextField } from "../../field.ts";
import type { Tools } from "../../tools.ts";

/** Option `--url`: the simulator to contact. */
export const URL_OPTION = {
  kind: "string",
  value: "URL",
  about: text(
    "URL of the simulator, as printed by `start` (default: CLOMOCTL_SIMULATOR_URL)",
    "シミュレーターの URL(`start` が表示したもの。既定: CLOMOCTL_SIMULATOR_URL)",
  ),
} as const satisfies TextField;

/** Option `-o`: the file to write, which may contain a secret. Its name must show that the simulator made it. */
const OUTPUT_OPTION = {
  kind: "output",
  short: "o",
  value: "FILE",
  about: text(
    `write to FILE, whose name must contain ${SIMULATOR_MARK} (default: a generated name in this folder; - is stdout)`,
    `書き出すファイル。名前に ${SIMULATOR_MARK} を含めてください(既定: このフォルダーに自動で付けた名前で保存。- は標準出力)`,
  ),
} as const satisfies OutputField;

/** Error codes of every command that contacts a simulator. */
export const STEP_EXITS = ["input-rejected", "not-found", "unavailable"] as const satisfies readonly ErrorCode[];

/** State to report if a signal arrives while the simulator is working. */
export const INTERRUPTED_REQUEST_STATE = text(
  "the simulator may have completed the request; no file was written",
  "シミュレーター側では完了している可能性があります。ファイルは書き出していません",
);

/** Values by name: the parsed input of a step, or a record of a response. */
export type StepValues = Readonly<Record<string, unknown>>;

/** A command that sends one request to the simulator, typed or as a line of a file. It has its own columns. */
export interface SimulatorStep extends Command {
  readonly shows?: readonly Column<StepValues>[] | undefined;
  /** @throws Failure `usage` if the input contradicts itself */
  readonly check: (input: StepValues) => void;
  /** Returns the records to show, or the name of the written file.  @throws Failure reported by the simulator */
  readonly perform: (tools: Tools, input: StepValues) => Promise<readonly unknown[]>;
}

/** Declaration of a step with `--url` that either shows records in columns or, with `-o`, writes a file. */
interface StepDeclaration<A extends Fields, O extends Fields> extends Pick<
  CommandDefinition<A, O>,
  "summary" | "details" | "args" | "options" | "examples"
> {
  readonly excludes?: readonly (readonly [keyof O & string, keyof O & string])[];
  /** @throws Failure `usage` if the input contradicts itself */
  check?(input: InputOf<A> & InputOf<O>): void;
  /** @param read reads a file that the input names */
  request(input: InputOf<A> & InputOf<O>, read: (file: string) => Promise<Buffer>): StepRequest | Promise<StepRequest>;
  /** the columns of the records; the value of the first column must be a string */
  readonly columns?: readonly Column<StepValues>[];
  /** true if the step shows one record instead of a list */
  readonly isOne?: true;
  /** Returns the records of a response. By default, the response itself is the list. */
  records?(content: StepValues): unknown;
  /** default name of the file */
  readonly file?: string;
  /** true if the file does not contain a secret */
  readonly isPublic?: true;
  /** Returns the content of the file, if it is not the response itself, and notes to print. */
  content?(answer: StepValues): { readonly content: unknown; readonly notes: readonly Text[] };
  /** Returns what to type next: shown on a terminal, or after a file was written. */
  next?(
    input: InputOf<A> & InputOf<O> & { readonly url?: string | undefined },
    file: string,
    answer: StepValues,
  ): readonly Step[];
}

type StepRequest = Pick<ControlRequest, "method" | "path" | "body">;

/** Creates a request that changes something. */
export const createPostRequest = (path: string, body: object): StepRequest => ({ method: "POST", path, body });

/** Creates a command from the declaration of a step. */
export function defineStep<const A extends Fields, const O extends Fields>(step: StepDeclaration<A, O>): SimulatorStep {
  const { columns, isOne, file, isPublic, ...declared } = step;
  const check: SimulatorStep["check"] = (input) => {
    step.check?.(input as never);
    validateFileName(input["output"] as string | undefined);
  };
  const perform: SimulatorStep["perform"] = async (tools, input) => {
    const bytesOf = async (name: string) =>
      Buffer.from((await readNamedFile(tools, name, MAX_RENEWAL_FILE_BYTES)).bytes);
    const request = await step.request(input as never, bytesOf);
    const asked = {
      ...request,
      origin: resolveOrigin(tools, input["url"] as string | undefined),
      signal: tools.signal,
    };
    const send = await tools.send();
    if (file === undefined) return sendControlRequest(send, asked, ({ body }) => extractRecords(step, parseJson(body)));
    const made = await sendControlRequest(send, asked, (answer) => {
      const members = toJsonMembers(parseJson(answer.body));
      const { content, notes } = step.content?.(members) ?? { content: answer.body, notes: [] };
      return typeof content === "string"
        ? { content, notes, members, usual: parseFileName(answer) ?? file }
        : undefined;
    });
    const name = await writeStepFile(tools, input["output"] as string | undefined, made);
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
      tools.describeState(() => INTERRUPTED_REQUEST_STATE);
      const records = (await perform(tools, input)) as readonly StepValues[];
      if (columns === undefined) return;
      const { terminal } = tools;
      const [first] = records;
      await (isOne === true && first !== undefined ? terminal.show(columns, first) : terminal.list(columns, records));
      if (!terminal.onTerminal || records.length === 0) return;
      for (const next of step.next?.(input as never, "", {}) ?? []) await tools.terminal.note(next);
    },
  };
}

/** Returns the records of a response; undefined if the response did not come from a simulator. */
function extractRecords(
  { columns: [first] = [], records }: Pick<StepDeclaration<Fields, Fields>, "columns" | "records">,
  content: unknown,
): readonly unknown[] | undefined {
  const found = records === undefined ? content : records(toJsonMembers(content));
  const isRecord = (record: unknown): boolean => typeof toJsonMembers(record)[first?.key ?? ""] === "string";
  return Array.isArray(found) && found.every(isRecord) ? found : undefined;
}

/** Writes a file, reports that it was written, and returns its name. */
async function writeStepFile(
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

/** Returns the file name that a response suggests, if it is not a path and contains the simulator's mark. */
function parseFileName({ headers }: AppleResponse): string | undefined {
  const encoded = /filename\*=UTF-8''(?<name>[A-Za-z0-9%._-]+)$/.exec(headers["content-disposition"] ?? "")?.groups;
  try {
    const name = decodeURIComponent(encoded?.["name"] ?? "");
    return /^[\w-][\w.-]*$/.test(name) && name.includes(SIMULATOR_MARK) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Checks that a file name shows that the simulator made the file.  @throws Failure `usage` if it does not */
function validateFileName(output: string | undefined): void {
  if (output === undefined || output === "-" || basename(output).includes(SIMULATOR_MARK)) return;
  throw new Failure("usage", {
    what: text(
      `the name of a file made by the simulator must contain ${SIMULATOR_MARK}, so that nobody mistakes it for a file from Apple`,
      `シミュレーターが作るファイルの名前には ${SIMULATOR_MARK} を含めてください(Apple のものと取り違えないため)`,
    ),
    where: output,
    hint: text(`for example: -o ${SIMULATOR_MARK}-${basename(output)}`, `例: -o ${SIMULATOR_MARK}-${basename(output)}`),
  });
}

/** Returns the origin of the simulator's URL without a final slash.  @throws `usage` if there is no valid URL */
function resolveOrigin({ environment }: Tools, given: string | undefined): string {
  const address = given ?? environment["CLOMOCTL_SIMULATOR_URL"] ?? "";
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url.origin;
  throw new Failure("usage", {
    what:
      address === ""
        ? text("no simulator is specified", "シミュレーターが指定されていません")
        : text("not the URL of a simulator", "シミュレーターの URL ではありません"),
    where: address === "" ? undefined : address,
    hint: text(
      `use --url URL or set CLOMOCTL_SIMULATOR_URL; \`${line("ade simulator start", [])}\` prints the URL`,
      `--url URL を付けるか、CLOMOCTL_SIMULATOR_URL を設定してください(\`${line("ade simulator start", [])}\` が表示します)`,
    ),
  });
}
