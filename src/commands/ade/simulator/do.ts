import { Failure } from "../../../lib/errors/index.ts";
import { readNamedText } from "../../../lib/files/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { findNearestWord } from "../../../lib/text/nearest.ts";
import { defineCommand } from "../../command.ts";
import { readBashLine } from "../../completion/bash-line.ts";
import { collectInputs, collectOutputs, permitOutputs } from "../../outputs.ts";
import type { Tools } from "../../tools.ts";
import DEVICES from "./do/devices/verbs.ts";
import VERBS from "./do/verbs.ts";
import { STEP_EXITS, URL_OPTION, INTERRUPTED_REQUEST_STATE, type SimulatorStep, type StepValues } from "./step.ts";

/** A completed step of the file. */
interface CompletedStep {
  readonly line: number;
  readonly step: string;
  readonly result: readonly unknown[];
}

const COLUMNS: readonly Column<CompletedStep>[] = [
  { key: "line", header: text("line", "行"), align: "end", value: ({ line }) => line },
  { key: "step", header: text("step", "手順"), value: ({ step }) => step },
  { key: "result", header: text("result", "結果"), wraps: true, value: ({ result }) => result },
];

const STEPS: ReadonlyMap<string, SimulatorStep> = new Map([
  ...Object.entries(VERBS),
  ...Object.entries(DEVICES).map(([name, step]): [string, SimulatorStep] => [`devices ${name}`, step]),
]);

export default defineCommand({
  summary: text(
    "run a step on the simulator, or the steps in a file",
    "シミュレーターで手順を 1 つ、またはファイルの手順を実行する",
  ),
  details: [
    text(
      "Each line is a step as you type it after `do`, such as devices add --count 10, quoted as in a shell. Blank lines and lines that begin with # are ignored. A --url in a line applies to that line only.",
      "1 行に 1 つ、`do` のあとに入力する手順を書きます(例: devices add --count 10)。引用符はシェルと同じです。空行と # で始まる行は無視します。行に --url があれば、その行ではその値を使います。",
    ),
    text(
      "All lines are checked before the first step runs. If a step fails, the steps after it do not run.",
      "最初の手順の前に、すべての行を確認します。手順が失敗すると、それより後の手順は実行しません。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      value: "FILE",
      required: true,
      about: text("a file with one step per line", "手順のファイル"),
    },
  },
  options: { url: URL_OPTION },
  examples: [{ line: "clomoctl ade simulator do steps.txt --url http://127.0.0.1:8600" }],
  exits: STEP_EXITS,
  opensTenant: false,
  shows: COLUMNS,
  async run(tools, { file, url }) {
    const lines = await readStepLines(tools, file);
    const outputs = lines.flatMap(({ step, input }) => collectOutputs(step, { globals: NO_OUTPUT, input }));
    const inputs = lines.flatMap(({ step, input }) => collectInputs(step, input));
    if (!(await permitOutputs(tools, outputs, inputs))) return tools.terminal.note(UNCHANGED_NOTE);
    tools.describeState(() => INTERRUPTED_REQUEST_STATE);
    await tools.terminal.list(COLUMNS, performSteps(tools, file, lines, url));
  },
});

/** A step in a file has no output options: the options of the command apply to the result of the whole file. */
const NO_OUTPUT = { format: undefined, output: undefined };

const UNCHANGED_NOTE = text("nothing was changed", "何も変更していません");

/** A line of the file and the step that it contains. */
interface StepLine {
  readonly number: number;
  readonly name: string;
  readonly step: SimulatorStep;
  readonly input: StepValues;
}

/** Runs the steps one after another.  @throws Failure of the step that failed, with its line number */
async function* performSteps(
  tools: Tools,
  file: string,
  lines: readonly StepLine[],
  url: string | undefined,
): AsyncGenerator<CompletedStep> {
  for (const [at, { number, name, step, input }] of lines.entries()) {
    const all = { ...input, url: input["url"] ?? url };
    const records = await step.perform(tools, all).catch((error: unknown) => {
      throw addLocation(error, file, number);
    });
    const done = `${at + 1}/${lines.length}`;
    tools.describeDone(
      text(
        `steps done: ${done}, up to line ${number} of ${file}`,
        `実行済みの手順: ${done}(${file} の ${number} 行目まで)`,
      ),
    );
    const [column] = step.shows ?? [];
    const valueOf = (record: unknown): unknown => column?.value(record as StepValues) ?? record;
    yield { line: number, step: name, result: records.map(valueOf) };
  }
}

/** Reads and checks a file's lines.  @throws `usage` with the number of a bad line; also as `readNamedText` */
async function readStepLines(tools: Tools, file: string): Promise<readonly StepLine[]> {
  const lines = (await readNamedText(tools, file)).replace(/^\ufeff/, "").split(/\r?\n/);
  return lines.flatMap((line, at) => {
    if (/^\s*(?:#|$)/.test(line)) return [];
    try {
      return [{ number: at + 1, ...parseStep(tools, line) }];
    } catch (error) {
      throw addLocation(error, file, at + 1);
    }
  });
}

/** Removes a comment from a line: a # that begins a word and everything after it, as in a shell. */
const stripComment = (line: string): string =>
  line.replace(/^((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\])*?)\s#.*$/, "$1");

/** Parses a line of the file.  @throws Failure `usage` if the line is not a valid step */
function parseStep(tools: Tools, line: string): Omit<StepLine, "number"> {
  // a line feed ends the last word, unless a quote is open or a backslash precedes the line feed
  const { words, current } = readBashLine(`${stripComment(line)}\n`, "");
  if (current !== "") {
    throw new Failure("usage", {
      what: text("the line ends inside quotes or with a backslash", "引用符が閉じていないか、行末に \\ があります"),
      hint: text("close the quotes, and write the step on one line", "引用符を閉じて、手順を 1 行で書いてください"),
    });
  }
  const name = [1, 2].map((count) => words.slice(0, count).join(" ")).find((name) => STEPS.has(name));
  const step = STEPS.get(name ?? "");
  if (name === undefined || step === undefined) throw createUnknownStepFailure(words);
  const input = tools.parse(["ade", "simulator", "do", name], step, words.slice(name.split(" ").length));
  step.check(input);
  if (input["output"] !== "-") return { name, step, input };
  throw new Failure("usage", {
    what: text("a step in a file cannot write to stdout", "ファイルの手順では標準出力に書き出せません"),
    hint: text("specify a file with -o, or leave out -o", "-o にファイル名を指定するか、省略してください"),
  });
}

function createUnknownStepFailure(words: readonly string[]): Failure {
  const names = [...STEPS.keys()];
  const near = findNearestWord(words.slice(0, 2).join(" "), names) ?? findNearestWord(words[0] ?? "", names);
  return new Failure("usage", {
    what: text(`unknown step "${words[0]}"`, `「${words[0]}」という手順はありません`),
    hint:
      near === undefined
        ? text(`use one of: ${names.join(", ")}`, `次のいずれか: ${names.join(", ")}`)
        : text(`did you mean ${near}?`, `「${near}」ではありませんか?`),
  });
}

/** Adds the file name and the line number to a failure; returns other errors unchanged. */
const addLocation = (error: unknown, file: string, line: number): unknown =>
  error instanceof Failure ? error.with({ where: [`${file}:${line}`, error.where ?? []].flat().join(": ") }) : error;
