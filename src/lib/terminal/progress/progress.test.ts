import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import { createProgress, ROW_UNIT, type ProgressEnvironment } from "./progress.ts";

const READ = { id: "read", name: text("Reading", "読み込み"), unit: ROW_UNIT };

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

test("json reports every step at its start and end, and at intervals", () => {
  const { progress, seen } = progressWith({ mode: "json" });
  const step = progress.start({ ...READ, total: 10 });
  expect(seen.written).toBe('{"step":"read","done":0,"total":10,"unit":"rows"}\n');
  step.advance(3);
  seen.now = 500;
  step.advance();
  step.advance();
  progress.start({ ...READ, id: "stage" });
  progress.stop();
  step.finish();
  expect(
    seen.written
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { step: "read", done: 0, total: 10, unit: "rows" },
    { step: "read", done: 4, total: 10, unit: "rows" },
    { step: "read", done: 5, total: 10, unit: "rows" },
    { step: "stage", done: 0, total: null, unit: "rows" },
    { step: "stage", done: 0, total: null, unit: "rows" },
  ]);
});

test("a terminal shows a spinner with the count, and with the share once the total is known", async () => {
  const { progress, seen } = progressWith({});
  const step = progress.start(READ);
  await turn();
  step.expect(1_000);
  seen.now = 1_000;
  step.reach(421);
  progress.hide();
  step.finish();
  expect(seen).toMatchObject({
    written: "",
    spun: ["start Reading  0 rows", "clear Reading  42 %  421/1,000 rows", "stop Reading  42 %  421/1,000 rows"],
  });
});

test.each([{ mode: "none" }, { stderrIsTerminal: false }] as const)("%o shows nothing", async (more) => {
  const { progress, seen } = progressWith(more);
  const step = progress.start(READ);
  await turn();
  seen.now = 1e9;
  step.advance();
  step.finish();
  expect(seen).toMatchObject({ written: "", spun: [] });
});
