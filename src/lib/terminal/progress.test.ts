import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { text } from "../text/index.ts";
import { createProgress, type ProgressEnvironment } from "./progress.ts";

const READ = { id: "read", name: text("Reading", "読み込み") };

function progressWith(more: Partial<ProgressEnvironment>) {
  const seen = { written: "", spun: [] as string[], now: 0 };
  const spinner = {
    text: "",
    start: () => seen.spun.push(`start ${spinner.text}`),
    clear: () => seen.spun.push(`clear ${spinner.text}`),
    stop: () => seen.spun.push(`stop ${spinner.text}`),
  };
  const progress = createProgress({
    mode: "auto",
    language: "en",
    stderrIsTerminal: true,
    write: (chunk) => void (seen.written += chunk),
    clock: () => seen.now,
    loadSpinner: async () => spinner,
    ...more,
  });
  return { progress, seen };
}

test("json reports the start and the end of a step, and each further per cent", async () => {
  const { progress, seen } = progressWith({ mode: "json" });
  await progress.during(READ, async (step) => {
    for (const share of [0.001, 0.1, 0.105, 0.05]) step.reach(share);
    seen.now = 3_000;
    step.reach(0.25);
    step.reach(1);
  });
  expect(
    seen.written
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { step: "read", percent: 0, secondsLeft: null },
    { step: "read", percent: 10, secondsLeft: null },
    { step: "read", percent: 25, secondsLeft: 9 },
    { step: "read", percent: 99, secondsLeft: 0 },
    { step: "read", percent: 100, secondsLeft: 0 },
  ]);
});

test("a terminal shows a bar with the per cent, and the time left once it is known", async () => {
  const { progress, seen } = progressWith({});
  await progress.during(READ, async (step) => {
    await turn();
    step.reach(0.3);
    progress.hide();
    seen.now = 50_000;
    step.reach(0.42);
  });
  expect(seen).toMatchObject({
    written: "",
    spun: [
      "start Reading",
      "clear Reading  [######..............]  30 %",
      "stop Reading  [########............]  42 %  1:10 left",
    ],
  });
});

test.each([{ mode: "none" }, { stderrIsTerminal: false }] as const)("%o shows nothing", async (more) => {
  const { progress, seen } = progressWith(more);
  await progress.during(READ, async (step) => {
    await turn();
    seen.now = 1e9;
    step.reach(0.5);
  });
  expect(seen).toMatchObject({ written: "", spun: [] });
});
