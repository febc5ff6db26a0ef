import { expect, test } from "vitest";
import { CONSOLE_STEPS } from "./console-steps.ts";

test("the public key is made anew at the first set-up only: CLOMO's token is for the one that there is", () => {
  expect(CONSOLE_STEPS.key.en).toContain("at the first set-up only: for a renewal do not make it anew");
  expect(CONSOLE_STEPS.key.ja).toContain("初回の設定時だけです。更新では作り直さないでください");
});
