import { testWrongLines } from "#support/commands/command-failures.ts";

testWrongLines(
  ["console confirm"],
  ["console confirm x"],
  ["console drop"],
  ["console drop x"],
  ["console list 3"],
  ["console"],
  ["console show"],
  ["console show x"],
  ["console show 0"],
  ["console show 1 2"],
);
