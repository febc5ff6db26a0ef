import { expect, test } from "vitest";
import { same, text } from "../text/index.ts";
import { line } from "./line.ts";
import { renderAdvice, step } from "./step.ts";

const LIST = line("devices list", []);

test.each([
  [LIST, same("clomoctl devices list")],
  [text("ask", "依頼"), text("ask", "依頼")],
  [step("ask", "依頼"), text("ask", "依頼")],
  [step("to list them", "一覧", LIST), text("to list them: clomoctl devices list", "一覧: clomoctl devices list")],
])("advice is one sentence in both languages: %o", (advice, rendered) => {
  expect(renderAdvice(advice)).toEqual(rendered);
});

test("a command line that is not built from the declarations does not compile", () => {
  // @ts-expect-error a string is not a command line
  expect(step("to list them", "一覧", "clomoctl devices list")).toBeDefined();
  // @ts-expect-error neither is one with something behind it
  expect(step("to list them", "一覧", `${LIST} --not-ready`)).toBeDefined();
});
