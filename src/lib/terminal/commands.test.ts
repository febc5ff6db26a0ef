import { expect, test } from "vitest";
import { line, type CommandLine } from "../advice/index.ts";
import {
  completeCommands,
  foldLine,
  joinWords,
  markCommands,
  paintCommands,
  splitCommands,
  toPlainCommands,
} from "./commands.ts";
import { plainTextWidth } from "./word-width.ts";

const NAMES = [
  "APSP:0322a1b2-1111-4222-8333-444455556666",
  "MDM プッシュ",
  "第一所有者",
  "it's `ours`",
  '"quoted" $(id)',
  "a\\b",
  "two\nlines and `one` 'mark'",
  "--dry-run",
  "",
];

test.each(NAMES)("a command with the name %j keeps its borders in a sentence, and names the context", (name) => {
  const command = line("renewals guide", [name], { output: "DATE" });
  const sentence = `確認するには: ${command}。 または \`clomoctl\``;
  const commands = splitCommands(sentence).filter((part) => typeof part !== "string");
  expect(commands.map((words) => `\`${joinWords(words)}\``)).toEqual([`${command}`]);
  const completed = completeCommands(sentence, { context: "東京 1:`b`" });
  const options = { output: "DATE", context: "東京 1:`b`" };
  expect(completed).toBe(`確認するには: ${line("renewals guide", [name], options)}。 または \`clomoctl\``);
  expect(toPlainCommands(`${command}`, {})).toBe(JSON.parse(JSON.stringify(command)));
});

test("a context and an account are added once, and only to commands that use them", () => {
  const completion = { context: "far", acting: ["--as", "山田 花子"] };
  const complete = (command: CommandLine): string => toPlainCommands(`${command}`, completion);
  expect(complete(line("undo", [12]))).toBe("clomoctl undo 12 --as '山田 花子' --context far");
  expect(complete(line("undo", ["last"], { context: "near", as: "hanako" }))).toBe(
    "clomoctl undo last --context near --as hanako",
  );
  expect(complete(line("renewals check", [], { allContexts: true }))).not.toContain("--context");
  for (const other of [line("csv check", ["a.csv"], { as: "users" }), line("context use", ["near"])])
    expect(complete(other)).toBe(other.toJSON());
  expect(complete(line("login", []))).toBe("clomoctl login --context far");
  expect(toPlainCommands(`${line("users show", ["-x"])}`, completion)).toBe(
    "clomoctl users show --as '山田 花子' --context far -- -x",
  );
});

test("what is not a whole command in backticks is text", () => {
  const sentence = "`clomoctl undo 'x` and `clomoctl`, clomoctl undo 12";
  expect(completeCommands(sentence, { context: "far" })).toBe(sentence);
});

const show = (sentence: string, isColoured = false, platform = "linux"): string =>
  paintCommands(markCommands(sentence, {}, platform), isColoured);

test("a shown command has no backticks, a space before the next mark, and colour on a coloured stream", () => {
  const undo = line("undo", [12]);
  expect(show(`undo: ${undo}; list: ${undo}`)).toBe("undo: clomoctl undo 12 ; list: clomoctl undo 12");
  expect(show(`取り消すには: ${undo}。`, true)).toBe("取り消すには: \u001B[36mclomoctl undo 12\u001B[39m 。");
});

test("words are quoted for the platform", () => {
  const command = line("renewals guide", ["it's ours"], { output: String.raw`C:\My Files\push.pem` });
  expect(show(`${command}`)).toBe(String.raw`clomoctl renewals guide 'it'\''s ours' -o 'C:\My Files\push.pem'`);
  expect(show(`${command}`, false, "win32")).toBe(
    String.raw`clomoctl renewals guide "it's ours" -o "C:\My Files\push.pem"`,
  );
});

test("a long sentence is folded, and its commands are not broken", () => {
  const command = line("renewals guide", ["MDM プッシュ通知 証明書"], { context: "東京" });
  const sentence = `1. 次のコマンドで確認してから、更新ファイルを指定して登録してください: ${command}。終わったら控えておきます。`;
  const lines = foldLine(markCommands(sentence, {}), 50);
  expect(lines.map((one) => paintCommands(one, false))).toEqual([
    "1. 次のコマンドで確認してから、更新ファイルを指定",
    "   して登録してください:",
    `   ${command.toJSON()} 。`,
    "   終わったら控えておきます。",
  ]);
  expect(plainTextWidth(markCommands(`${command}`, {}))).toBe(plainTextWidth(command.toJSON()));
});
