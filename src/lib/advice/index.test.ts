import { same, text } from "../text/index.ts";
import { expect, test } from "vitest";
import { commandName, line, renderAdvice, step } from "./index.ts";

test.each([
  [line("whoami", []), "clomoctl whoami"],
  [line("users show", ["taro@example.jp"]), "clomoctl users show taro@example.jp"],
  [line("users edit", ["山田 太郎"], { title: "課長 代理" }), "clomoctl users edit '山田 太郎' --title '課長 代理'"],
  [
    line("users import", ["FILE"], { dryRun: true, mode: "replace" }),
    "clomoctl users import FILE --dry-run --mode replace",
  ],
  [line("users edit", ["U"], { email: ["a@x.jp", "b@x.jp"] }), "clomoctl users edit U --email a@x.jp --email b@x.jp"],
  [line("users edit", ["U"], { title: "--help" }), "clomoctl users edit U --title='--help'"],
  [line("users edit", ["U"], { title: undefined, context: "tokyo" }), "clomoctl users edit U --context tokyo"],
  [line("users show", ["-x"], { context: "tokyo" }), "clomoctl users show --context tokyo -- -x"],
  [line("imports show", [12]), "clomoctl imports show 12"],
  [line("users export", [], { output: "FILE" }), "clomoctl users export -o FILE"],
  [line("users export", [], { output: "-x" }), "clomoctl users export --output='-x'"],
  [line("renewals notify", ["init"], { helpAll: true }), "clomoctl renewals notify init --help-all"],
  [commandName("renewals edit"), "clomoctl renewals edit"],
])("renders a command line as it is typed: %s", (written, typed) => {
  expect(JSON.stringify(written)).toBe(JSON.stringify(typed));
});

test("an undeclared command, option or choice does not compile", () => {
  // @ts-expect-error no such verb
  expect(line("users improt", ["FILE"])).toBeDefined();
  // @ts-expect-error no such option
  expect(line("users import", ["FILE"], { dryrun: true })).toBeDefined();
  // @ts-expect-error no such choice
  expect(line("users import", ["FILE"], { mode: "overwrite" })).toBeDefined();
  // @ts-expect-error no such verb
  expect(commandName("users improt")).toBeTypeOf("string");
  // @ts-expect-error an argument is missing
  expect(line("users show", [])).toBeDefined();
});

const LIST = line("devices list", []);

test.each([
  [LIST, same("`clomoctl devices list`")],
  [text("ask", "依頼"), text("ask", "依頼")],
  [step("ask", "依頼"), text("ask", "依頼")],
  [step("to list them", "一覧", LIST), text("to list them: `clomoctl devices list`", "一覧: `clomoctl devices list`")],
])("advice is one sentence in both languages: %o", (advice, rendered) => {
  expect(renderAdvice(advice)).toEqual(rendered);
});

test("a command line that is not built from the declarations does not compile", () => {
  // @ts-expect-error a string is not a command line
  expect(step("to list these devices", "一覧", "clomoctl devices list")).toBeDefined();
});
