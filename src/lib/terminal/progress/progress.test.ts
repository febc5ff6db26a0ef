import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { text } from "../../text/index.ts";
import { renderBarLine, formatDuration, renderProgressLine, ROW_UNIT, BYTE_UNIT } from "./line.ts";
import { createProgress, type ProgressEnvironment } from "./progress.ts";
import { displayWidth } from "../table/width.ts";

const READ = { id: "read", name: text("Reading", "読み込み"), unit: ROW_UNIT };

function progressWith(more: Partial<ProgressEnvironment>) {
  const seen = { written: "", spun: [] as string[], now: 0 };
  const spinner = {
    text: "",
    start: () => seen.spun.push(`start ${spinner.text}`),
    clear: () => seen.spun.push("clear"),
    stop: () => seen.spun.push("stop"),
  };
  const progress = createProgress({
    mode: "auto",
    language: "en",
    stderrIsTerminal: false,
    write: (chunk) => {
      seen.written += chunk;
    },
    columns: () => 80,
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

test("without a terminal there is a line every three seconds, but not for quick steps", () => {
  for (const mode of ["auto", "plain"] as const) {
    const { progress, seen } = progressWith({ mode });
    const step = progress.start({ ...READ, total: 1000 });
    for (let done = 0; done <= 700; done += 100) {
      seen.now = done * 10;
      step.reach(done);
    }
    step.finish();
    expect(seen.written).toBe(
      "Reading  30 %  300/1,000 rows  100 rows/s  0:07 left\nReading  60 %  600/1,000 rows  100 rows/s  0:04 left\n",
    );
  }
});

test("without a terminal there is no line for a step that finishes at once, however late it starts", () => {
  for (const total of [0, 40]) {
    const { progress, seen } = progressWith({ mode: "auto" });
    const step = progress.start({ ...READ, total });
    seen.now = 9_000;
    step.reach(total);
    step.finish();
    expect(seen.written).toBe("");
  }
});

test("on a terminal a bar is redrawn in place, and leaves one line after a longer step", () => {
  const { progress, seen } = progressWith({ stderrIsTerminal: true, language: "ja", columns: () => 100 });
  const step = progress.start({ ...READ, total: 100 });
  seen.now = 1_000;
  step.reach(50);
  progress.hide();
  step.finish();
  const frames = seen.written.split("\r\u001b[K");
  expect(frames[2]).toBe("読み込み      ████████████░░░░░░░░░░░░   50 %  50/100 行  50 行/秒  残り 0:01");
  expect(frames.at(-1)).toBe("");
  const longer = progress.start({ ...READ, total: 100 });
  seen.now = 4_000;
  longer.reach(50);
  longer.finish();
  expect(seen.written.split("\r\u001b[K").at(-1)).toBe("読み込み      50 行  0:03\n");
});

test("a step without a total shows a spinner, and a bar once the total is known", async () => {
  const { progress, seen } = progressWith({ stderrIsTerminal: true });
  const step = progress.start(READ);
  await turn();
  step.expect(10);
  seen.now = 200;
  step.reach(5);
  step.finish();
  expect(seen.spun).toEqual(["start Reading  0 rows", "stop"]);
  expect(seen.written).toContain("█");
});

test("other output appears on a line without the spinner", async () => {
  const { progress, seen } = progressWith({ stderrIsTerminal: true });
  progress.start(READ);
  await turn();
  progress.hide();
  expect(seen.spun).toEqual(["start Reading  0 rows", "clear"]);
});

test("the time of a step counts from its own start", () => {
  const { progress, seen } = progressWith({ stderrIsTerminal: true });
  seen.now = 60_000;
  const step = progress.start({ ...READ, total: 10 });
  seen.now = 3_660_000;
  step.finish();
  expect(seen.written.endsWith("  1:00:00\n")).toBe(true);
});

test("a spinner that loads after the end of its step does not start", async () => {
  const { progress, seen } = progressWith({ stderrIsTerminal: true });
  progress.start(READ).finish();
  await turn();
  expect(seen.spun).toEqual([]);
});

test("the mode none writes nothing", () => {
  const { progress, seen } = progressWith({ mode: "none", stderrIsTerminal: true });
  const step = progress.start(READ);
  seen.now = 1e9;
  step.advance();
  step.finish();
  expect(seen.written).toBe("");
});

test("lines fit any terminal width, and a bar uses the available room", () => {
  const state = { ...READ, done: 123_456_789, total: 3e9, elapsedMs: 12_345 };
  const widths: number[] = [];
  for (let columns = 1; columns <= 120; columns++) {
    const line = renderBarLine(state, "ja", columns);
    expect(displayWidth(line)).toBeLessThan(Math.max(columns, 1));
    const bar = line.match(/[█░]+/)?.[0].length ?? 0;
    if (bar > 0 && bar < 24) widths.push(columns - displayWidth(line));
  }
  expect(new Set(widths)).toEqual(new Set([1]));
});

test("bytes are shown as megabytes, and an empty total is complete", () => {
  const state = { ...READ, unit: BYTE_UNIT, done: 12_300_000, total: undefined, elapsedMs: 0 };
  expect(renderProgressLine(state, "en")).toBe("Reading  12.3 MB");
  expect(renderProgressLine({ ...state, done: 0, total: 0 }, "en")).toContain("100 %");
});

test.each([
  [0, "0:00"],
  [59.2, "1:00"],
  [3599, "59:59"],
  [3600, "1:00:00"],
  [3_725, "1:02:05"],
])("%d seconds are shown as %s", (seconds, shown) => {
  expect(formatDuration(seconds)).toBe(shown);
});
