import { Failure } from "../../../lib/errors/index.ts";
import { readNamedText } from "../../../lib/files/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { nearest } from "../../../lib/text/nearest.ts";
import { defineCommand } from "../../command.ts";
import { readBashLine } from "../../completion/bash-line.ts";
import { namedInputs, namedOutputs, permitOutputs } from "../../outputs.ts";
import type { Tools } from "../../tools.ts";
import DEVICES from "./do/devices/verbs.ts";
import VERBS from "./do/verbs.ts";
import { STEP_EXITS, URL_OPTION, WHILE_ASKING, type SimulatorStep, type Values } from "./step.ts";

/** A step of the file that was done. */
interface DoneStep {
  readonly line: number;
  readonly step: string;
  readonly result: readonly unknown[];
}

const COLUMNS: readonly Column<DoneStep>[] = [
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
    "do a step at the simulator, or the steps of a file",
    "シミュレーターで手順を 1 つ、またはファイルの手順を実行する",
  ),
  details: [
    text(
      "Each line is a step as it is typed after `do`, such as devices add --count 10, quoted as in a shell. Blank lines and lines that begin with # are left out. A --url of a line counts for that line.",
      "1 行に 1 つ、`do` のあとに入力する手順を書きます(例: devices add --count 10)。引用符はシェルと同じです。空行と # で始まる行は無視します。行に --url があれば、その行ではその値を使います。",
    ),
    text(
      "All lines are checked before the first step. If a step fails, those after it are not done.",
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
    const lines = await readLines(tools, file);
    const outputs = lines.flatMap(({ step, input }) => namedOutputs(step, { globals: NO_OUTPUT, input }));
    const inputs = lines.flatMap(({ step, input }) => namedInputs(step, input));
    if (!(await permitOutputs(tools, outputs, inputs))) return tools.terminal.note(NOTHING_DONE);
    tools.describeState(() => WHILE_ASKING);
    await tools.terminal.list(COLUMNS, perform(tools, file, lines, url));
  },
});

/** The result of the whole file alone goes to the output of all commands. */
const NO_OUTPUT = { format: undefined, output: undefined };

const NOTHING_DONE = text("nothing was changed", "何も変更していません");

/** A line of the file. */
interface Line {
  readonly number: number;
  readonly name: string;
  readonly step: SimulatorStep;
  readonly input: Values;
}

/** Does the steps. @throws Failure of the step that failed, with its line */
async function* perform(
  tools: Tools,
  file: string,
  lines: readonly Line[],
  url: string | undefined,
): AsyncGenerator<DoneStep> {
  for (const [at, { number, name, step, input }] of lines.entries()) {
    const all = { ...input, url: input["url"] ?? url };
    const records = await step.perform(tools, all).catch((error: unknown) => {
      throw placed(error, file, number);
    });
    const done = `${at + 1}/${lines.length}`;
    tools.describeDone(
      text(
        `steps done: ${done}, up to line ${number} of ${file}`,
        `実行済みの手順: ${done}(${file} の ${number} 行目まで)`,
      ),
    );
    const [column] = step.shows ?? [];
    const valueOf = (record: unknown): unknown => column?.value(record as Values) ?? record;
    yield { line: number, step: name, result: records.map(valueOf) };
  }
}

/** The lines of a file, checked. @throws Failure `usage` with the line; as `readNamedText` */
async function readLines(tools: Tools, file: string): Promise<readonly Line[]> {
  const lines = (await readNamedText(tools, file)).replace(/^\ufeff/, "").split(/\r?\n/);
  return lines.flatMap((line, at) => {
    if (/^\s*(?:#|$)/.test(line)) return [];
    try {
      return [{ number: at + 1, ...readStep(tools, line) }];
    } catch (error) {
      throw placed(error, file, at + 1);
    }
  });
}

/** A line without what follows a # that begins a word, as in a shell. */
const withoutComment = (line: string): string =>
  line.replace(/^((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\])*?)\s#.*$/, "$1");

/** @throws Failure `usage` */
function readStep(tools: Tools, line: string): Omit<Line, "number"> {
  // a line feed ends the last word, unless a quote is open or a backslash stands before it
  const { words, current } = readBashLine(`${withoutComment(line)}\n`, "");
  if (current !== "") {
    throw new Failure("usage", {
      what: text("the line ends within quotes, or with a backslash", "引用符が閉じていないか、行末に \\ があります"),
      hint: text("close the quotes; a step is one line", "引用符を閉じて、手順を 1 行で書いてください"),
    });
  }
  const name = [1, 2].map((count) => words.slice(0, count).join(" ")).find((name) => STEPS.has(name));
  const step = STEPS.get(name ?? "");
  if (name === undefined || step === undefined) throw unknownStep(words);
  const input = tools.parse(["ade", "simulator", "do", name], step, words.slice(name.split(" ").length));
  step.check(input);
  if (input["output"] !== "-") return { name, step, input };
  throw new Failure("usage", {
    what: text("a step of a file cannot write to stdout", "ファイルの手順では標準出力に書き出せません"),
    hint: text("name a file, or leave -o out", "-o にファイル名を指定するか、省略してください"),
  });
}

function unknownStep(words: readonly string[]): Failure {
  const names = [...STEPS.keys()];
  const near = nearest(words.slice(0, 2).join(" "), names) ?? nearest(words[0] ?? "", names);
  return new Failure("usage", {
    what: text(`unknown step ${words[0]}`, `手順 ${words[0]} は不明です`),
    hint:
      near === undefined
        ? text(`one of: ${names.join(", ")}`, `次のいずれか: ${names.join(", ")}`)
        : text(`did you mean ${near}?`, `${near} ですか?`),
  });
}

/** A failure with the line of the file. */
const placed = (error: unknown, file: string, line: number): unknown =>
  error instanceof Failure ? error.with({ where: [`${file}:${line}`, error.where ?? []].flat().join(": ") }) : error;
