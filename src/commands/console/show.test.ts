import { expect, test } from "vitest";
import { taskOf } from "#support/commands/console-tasks.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { toPlainCommands } from "../../lib/terminal/commands.ts";
import { buildTaskSteps } from "../kit/plan/console-steps.ts";

const TASK = taskOf();

test("programs get the task with its steps in English, and no steps on stderr", async () => {
  const { en, ja } = await runInBoth("console show 3 --format json", { tenant: { consoleTask: TASK } });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "consoleTask", params: { number: "3" } }] });
  const { steps, ...shown } = JSON.parse(en.stdout) as { readonly steps: readonly string[] };
  expect(steps).toEqual(toPlainCommands(buildTaskSteps(TASK), {}).map((step) => step.en));
  expect(shown).toMatchObject({ number: 3, work: "change a user" });
  expect(en.stderr).toBe("");
  expect(ja).toMatchObject({ stdout: en.stdout, stderr: "" });
});

test("a pipe gets the terminal's columns in any language, and the numbered steps on stderr", async () => {
  const { en, ja } = await runInBoth("console show 3", { tenant: { consoleTask: TASK } });
  expect(en.stdout).toMatch(/^number\twork\tplace\t.*\n3\tchange a user\tCLOMO PANEL, Users\/Org\t/);
  expect(ja.stdout).toBe(en.stdout);
  expect(en.stderr).toBe(
    toPlainCommands(buildTaskSteps(TASK), {})
      .map((step, at) => `${at + 1}. ${step.en}\n`)
      .join(""),
  );
  expect(ja.stderr).toContain("2. 「髙橋 花子」: 役職: 課長 → 部長\n");
  const { stdout, stderr } = await run("console show 3 --fields steps --lang ja", { tenant: { consoleTask: TASK } });
  expect(stdout).toMatch(/^steps\n\["change: CLOMO PANEL/);
  expect(stderr).toBe("");
});
