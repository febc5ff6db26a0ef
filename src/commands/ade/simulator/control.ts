import { basename } from "node:path";
import { line } from "../../../lib/advice/line.ts";
import type { Step } from "../../../lib/advice/step.ts";
import type { AppleAnswer, AppleRequest } from "../../../lib/apple/send.ts";
import { CONTROL, MARK } from "../../../lib/apple/simulator/names.ts";
import { ERRORS, Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { OutputField, TextField } from "../../field.ts";
import type { Tools } from "../../tools.ts";

/** `--url`: the simulator that is meant. */
export const URL_OPTION = {
  kind: "string",
  value: "URL",
  about: text(
    "the simulator, by the URL that `start` printed (default: CLOMOCTL_SIMULATOR_URL)",
    "シミュレーターの URL(`start` が表示したもの。既定: CLOMOCTL_SIMULATOR_URL)",
  ),
} as const satisfies TextField;

/** `-o`: the file that is written, whose name says what it is; it may be a secret. */
export const OUTPUT_OPTION = {
  kind: "output",
  short: "o",
  value: "FILE",
  about: text(
    `the file to write, with ${MARK} in its name (default: a name of its own, in this folder; - is stdout)`,
    `書き出すファイル。名前に ${MARK} を含めてください(既定: このフォルダーに自動で付けた名前。- は標準出力)`,
  ),
} as const satisfies OutputField;

/** The failures of every verb that asks a simulator. */
export const CONTROL_EXITS = ["input-rejected", "not-found", "unavailable"] as const satisfies readonly ErrorCode[];

/** What a verb asks of the simulator itself. */
export interface Asked {
  readonly method: AppleRequest["method"];
  /** below `/_simulator` */
  readonly path: string;
  readonly body?: unknown;
}

/** The address of the simulator, without a slash at its end. @throws Failure `usage` */
function addressOf({ environment }: Tools, given: string | undefined): string {
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

/**
 * Asks the simulator itself.
 *
 * @throws Failure as it answered; `unavailable` where it is not reached, or is no simulator of ours
 */
export async function askSimulator(tools: Tools, given: string | undefined, asked: Asked): Promise<AppleAnswer> {
  const origin = addressOf(tools, given);
  const send = await tools.send();
  const answer = await send({
    method: asked.method,
    url: `${origin}${CONTROL}${asked.path}`,
    headers: { "content-type": "application/json", "user-agent": "clomoctl" },
    body: asked.body === undefined ? undefined : JSON.stringify(asked.body),
    signal: tools.signal,
  });
  if (answer.status === 200) return answer;
  throw problemIn(answer) ?? noSimulator(origin);
}

type Members = Readonly<Record<string, unknown>>;

/**
 * What it answered as JSON.
 *
 * @param is whether it is what was asked for
 * @throws Failure `unavailable` where it is something else: another server listens there
 */
export function contentOf<T>({ body }: AppleAnswer, given: string | undefined, is: (value: unknown) => value is T): T {
  const value = parsed(body);
  if (is(value)) return value;
  throw noSimulator(given ?? "");
}

/** The members of an object; none of anything else. */
export const membersOf = (value: unknown): Members =>
  typeof value === "object" && value !== null ? (value as Members) : {};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const noSimulator = (where: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "what answers there is no simulator of clomoctl",
      "応答しているのは clomoctl のシミュレーターではありません",
    ),
    where: where === "" ? undefined : where,
    hint: text(
      `start one with: ${line("ade simulator start", [])}`,
      `起動するには: ${line("ade simulator start", [])}`,
    ),
  });

function isText(value: unknown): value is Text {
  const { en, ja } = membersOf(value);
  return typeof en === "string" && typeof ja === "string";
}

function problemIn({ body }: AppleAnswer): Failure | undefined {
  const { type, detail, hint } = membersOf(parsed(body));
  if (typeof type !== "string" || !Object.hasOwn(ERRORS, type) || !isText(detail)) return undefined;
  return new Failure(type as ErrorCode, { what: detail, hint: isText(hint) ? hint : undefined });
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

/**
 * Checks the name of a file that is to be made, before it is asked for.
 *
 * @throws Failure `usage` where it does not say that it is the simulator's
 */
export function checkOutput(output: string | undefined): void {
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

/** How a file is written. */
export interface Writing {
  readonly output: string | undefined;
  /** what stands in it; that of the answer unless given */
  readonly content?: string;
  /** its name where neither the user nor the answer gives one */
  readonly usual: string;
}

/** Writes what the simulator made, and says where. @returns the file's name */
export async function writeMade(
  { terminal, outputs }: Tools,
  answer: AppleAnswer,
  { output, content = answer.body, usual }: Writing,
): Promise<string> {
  const name = output ?? (await outputs.freeName(nameIn(answer) ?? usual));
  if (output === undefined) await outputs.declare([{ name }]);
  await outputs.write(name, content);
  if (name !== "-") await terminal.note(text(`written: ${name}`, `書き出しました: ${name}`));
  return name;
}

/** Says what to type next with the file that was made; nothing of one that went to stdout. */
export async function proposeWith({ terminal }: Tools, name: string, next: (file: string) => Step): Promise<void> {
  if (name !== "-") await terminal.note(next(name));
}

/** What is said where a signal comes while the simulator works. */
export const WHILE_ASKING = text(
  "the simulator may have done it; nothing was written",
  "シミュレーター側では完了している可能性があります。ファイルは書き出していません",
);
