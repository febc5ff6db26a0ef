import { expect, test } from "vitest";
import { same, text } from "../text/index.ts";
import { renderPluginFailure, renderPluginLine, type PluginFigure } from "./plugin.ts";

const figure = (label: string, value: number): PluginFigure => ({ label, value, ranges: "@~:2;@~:1;;" });

test("a line has service, state, sentence and figures as in the guideline, whatever their names are", () => {
  const line = renderPluginLine("ADE", "warning", "one | two\nthree", [
    figure("a'b=c|d", 1),
    { label: "age", value: 60, ranges: ";;0;" },
    figure("age", 2),
  ]);
  expect(line).toBe("ADE WARNING - one _ two_three | 'a_b_c_d'=1;@~:2;@~:1;; 'age'=60;;;0; 'age (2)'=2;@~:2;@~:1;;");
});

test("a failure is unknown, and has a short message", () => {
  expect(renderPluginFailure("ADE", text("not there", "ありません"), "ja")).toBe("ADE UNKNOWN - ありません");
  expect(renderPluginFailure("ADE", same("x".repeat(1000)), "en")).toHaveLength("ADE UNKNOWN - ".length + 500);
});
