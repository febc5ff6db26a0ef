import { expect, test } from "vitest";
import { CONSOLE_STEPS } from "./console-steps.ts";

test("a new public key is created only at the first set-up, because CLOMO's token uses it", () => {
  expect(CONSOLE_STEPS.key.en).toContain(
    "Do this only for the first setup; to renew the token, do not create a new key",
  );
  expect(CONSOLE_STEPS.key.ja).toContain("初回の設定時だけです。更新では作り直さないでください");
});
