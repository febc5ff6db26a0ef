import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { Interrupts, type SignalHost } from "./interrupts.ts";

class FakeHost extends EventEmitter implements SignalHost {
  readonly ends: number[] = [];
  exit(code: number): never {
    this.ends.push(code);
    throw new Error("ended");
  }
}

const manner = { language: "en", json: false, verbose: false } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched() {
  const host = new FakeHost();
  const said: string[] = [];
  const interrupts = new Interrupts(host, manner, (report) => void said.push(report));
  return { host, said, interrupts };
}

test("the first signal aborts the work and prints nothing yet", () => {
  const { host, said, interrupts } = watched();
  host.emit("SIGINT");
  expect(interrupts.signal.aborted).toBe(true);
  expect(interrupts.signal.reason).toBeInstanceOf(Failure);
  expect(interrupts.exit).toBe(130);
  expect({ said, ends: host.ends }).toEqual({ said: [], ends: [] });
});

test("after 900 ms the process prints what is known and ends", () => {
  const { host, said, interrupts } = watched();
  interrupts.describe(() => text("3 of 5 rows were written", "5 行中 3 行を書き込みました"));
  host.emit("SIGTERM");
  vi.advanceTimersByTime(899);
  expect(host.ends).toEqual([]);
  expect(() => vi.advanceTimersByTime(1)).toThrow("ended");
  expect({ said, ends: host.ends }).toEqual({ said: ["error: interrupted: 3 of 5 rows were written\n"], ends: [143] });
});

test("a closed window is an interruption, even if the system reports it twice", () => {
  const { host, interrupts } = watched();
  interrupts.hangUp();
  expect(interrupts.signal.reason).toMatchObject({ code: "interrupted" });
  host.emit("SIGHUP");
  host.emit("SIGHUP");
  expect({ exit: interrupts.exit, ends: host.ends }).toEqual({ exit: 129, ends: [] });
  expect(() => host.emit("SIGINT")).toThrow("ended");
  expect(host.ends).toEqual([129]);
});

test("a question that is not answered counts as an interruption, and reports what was done", () => {
  const { host, said, interrupts } = watched();
  interrupts.describe(() => text("nothing was changed", "何も変更していません"));
  interrupts.leave();
  expect(interrupts.over()).toBe(130);
  expect(said).toEqual(["error: interrupted: nothing was changed\n"]);
  expect(host.ends).toEqual([]);
});

test("readers of the output get a moment after the command ends, not the rest of the 900 ms", () => {
  const { host, said, interrupts } = watched();
  expect(interrupts.over()).toBeUndefined();
  vi.advanceTimersByTime(2000);
  expect(host.ends).toEqual([]);
  host.emit("SIGINT");
  vi.advanceTimersByTime(100);
  expect(interrupts.over()).toBe(130);
  expect(said).toEqual(["error: interrupted: nothing was changed\n"]);
  expect(() => vi.advanceTimersByTime(50)).toThrow("ended");
  expect(host.ends).toEqual([130]);
  expect(said).toHaveLength(1);
});

test.each([
  [["sent"], "the change may have been made", undefined],
  [["sent", "refused"], "nothing was changed", undefined],
  [["sent", "made"], "the change was made; the output may be incomplete", true],
  [["sent", "made", "sent", "refused"], "the change was made; the output may be incomplete", true],
  [
    ["sent", "made", "sent", "made"],
    "some changes were made; other changes may be missing, and the output may be incomplete",
    true,
  ],
] as const)("the report tells what became of changes: %j", (states, said, isDone) => {
  const { interrupts } = watched();
  for (const state of states) interrupts.describeChange(state);
  expect(interrupts.state.en).toBe(said);
  expect(interrupts.done !== undefined || undefined).toBe(isDone);
});
