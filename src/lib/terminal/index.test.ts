import { PassThrough, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { line, step } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { same, text } from "../text/index.ts";
import type { EnvironmentVariables } from "./output-choice.ts";
import { Terminal, type TerminalOptions } from "./index.ts";

class Screen extends Writable {
  readonly isTTY: boolean;
  seen = "";
  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.seen += chunk.toString();
    done();
  }
}

function terminalWith(options: TerminalOptions = {}, isTTY = false, environment: EnvironmentVariables = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stdout = new Screen(isTTY);
  const stderr = new Screen(isTTY);
  const terminal = new Terminal({ stdin: () => stdin, stdout, stderr, environment, clock: () => 0 }, options);
  return { terminal, stdin, stdout, stderr };
}

const columns = [{ key: "name", header: text("Name", "氏名"), value: (name: string) => name }];

test("results go to stdout and everything else to stderr, in the user's language", async () => {
  const { terminal, stdout, stderr } = terminalWith({ lang: "ja" });
  await terminal.note(text("note", "メモ"));
  await terminal.warn(text("old", "古い"));
  await terminal.detail(text("detail", "詳細"));
  await terminal.list(columns, ["髙橋"]);
  await terminal.close();
  expect(stdout.seen).toBe("name\n髙橋\n");
  expect(stderr.seen).toBe("メモ\n警告: 古い\n");
});

test.each([
  [{}, [17], "name\n髙橋\n", "(change 17)\n"],
  [{ lang: "ja" }, [17, 18], "name\n髙橋\n", "(変更番号 17, 18)\n"],
  [{}, [], "name\n髙橋\n", ""],
  [{ format: "ndjson" }, [17], '{"name":"髙橋","change":17}\n', ""],
  [{ format: "ndjson" }, [], '{"name":"髙橋"}\n', ""],
  [{ fields: "change" }, [17], "change\n17\n", ""],
  [{ fields: "change" }, [], "change\n\n", ""],
  [{ fields: "name" }, [17], "name\n髙橋\n", "(change 17)\n"],
  [{ quiet: true }, [17], "name\n髙橋\n", ""],
] as const)("the result or a note has the number of the change: %o of %o", async (options, changes, result, note) => {
  const { terminal, stdout, stderr } = terminalWith(options);
  terminal.tellChanges();
  terminal.checkOutput(columns);
  terminal.addChanges(changes);
  await terminal.list(columns, ["髙橋"]);
  await terminal.noteChanges();
  await terminal.close();
  expect([stdout.seen, stderr.seen]).toEqual([result, note]);
});

test("proposed commands name the tenant, but not after a second tenant was shown", async () => {
  const { terminal, stderr } = terminalWith();
  const shown = (name: string) => terminal.showTenant({ name, moment: (at) => at, isNamed: true });
  const proposed = () => terminal.note(same("see: `clomoctl users list`"));
  shown("kanto");
  await proposed();
  shown("kanto");
  await proposed();
  shown("osaka");
  await proposed();
  await terminal.close();
  const named = "see: clomoctl users list --context kanto";
  expect(stderr.seen).toBe([named, named, "see: clomoctl users list", ""].join("\n"));
});

test("proposed commands name the acting account, and then the tenant", async () => {
  const { terminal, stderr } = terminalWith();
  terminal.showTenant({ name: "kanto", moment: (at) => at, isNamed: true, acting: ["--as", "山田 花子"] });
  await terminal.note(same("undo: `clomoctl undo 3`"));
  await terminal.close();
  expect(stderr.seen).toBe("undo: clomoctl undo 3 --as '山田 花子' --context kanto\n");
});

test("sentences are folded to the screen's width, but not for programs", async () => {
  const { terminal, stderr } = terminalWith({ format: "json" }, true);
  Object.assign(stderr, { columns: 40 });
  const long = same("some words that take more than forty columns: clomoctl users list");
  const lines = ["some words that take more than forty", "  columns: clomoctl users list"];
  await terminal.note(long);
  await terminal.problem(long);
  await terminal.warn(long);
  await terminal.failure(new Failure("input-rejected", { what: long, where: "a.csv", hint: long }));
  await terminal.close();
  const seen = stripVTControlCharacters(stderr.seen).split("\n");
  expect(seen.slice(0, 4)).toEqual([...lines, ...lines]);
  expect(seen.slice(4, 6)).toEqual(["warning: some words that take more than", "  forty columns: clomoctl users list"]);
  expect(seen.slice(6, 11)).toEqual([
    "error: some words that take more than",
    "  forty columns: clomoctl users list",
    "  a.csv",
    "  some words that take more than forty",
    "    columns: clomoctl users list",
  ]);
  expect(JSON.parse(seen[11] ?? "")).toMatchObject({ detail: long.en });
});

test("on a screen, a note appears below the result that was shown before it", async () => {
  const { terminal, stdout, stderr } = terminalWith({}, true);
  const screen: string[] = [];
  for (const [name, stream] of Object.entries({ stdout, stderr })) {
    const write = stream._write.bind(stream);
    stream._write = (chunk: Buffer, encoding, done) => {
      if (chunk.length > 0) screen.push(name);
      write(chunk, encoding, done);
    };
  }
  await terminal.show(columns, "x");
  await terminal.note(same("next"));
  expect(screen).toEqual(["stdout", "stderr"]);
  await terminal.close();
});

test("progress output ends before a question is shown, and does not start after the end", async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new Screen(true);
  const drawn: string[] = [];
  const draw = (what: string) => () => drawn.push(`${what}${stderr.seen.includes("Go on?") ? " after" : ""}`);
  const spinner = { text: "", start: draw("start"), clear: draw("clear"), stop: draw("stop") };
  const place = { stdin: () => stdin, stdout: new Screen(true), stderr, environment: {}, clock: () => 0 };
  const terminal = new Terminal({ ...place, loadSpinner: async () => spinner }, {});
  const COMPARE = { id: "compare", name: text("Comparing", "比較") };
  const end = Promise.withResolvers<void>();
  const work = terminal.progress.during(COMPARE, async (step) => {
    await end.promise;
    step.reach(0.5);
  });
  await turn();
  const answer = terminal.prompts.confirm({ message: text("Go on?", "続けますか?"), flag: "--yes" });
  while (!stderr.seen.includes("Go on?")) await turn();
  end.resolve();
  await work;
  stdin.write("y\r");
  expect(await answer).toBe(true);
  expect(drawn).toEqual(["start", "stop"]);
  await terminal.close();
  // a request that failed may have read its file to the end only now
  await terminal.progress.during(COMPARE, () => turn());
  expect(drawn).toEqual(["start", "stop"]);
});

test("a terminal gets tables and colours; --no-color, NO_COLOR and TERM=dumb turn colours off", async () => {
  const shown = async (options: TerminalOptions, environment: EnvironmentVariables) => {
    const { terminal, stdout, stderr } = terminalWith(options, true, environment);
    await terminal.list(columns, ["x"]);
    await terminal.warn(same("w"));
    await terminal.close();
    return { out: stdout.seen, err: stderr.seen };
  };
  expect(await shown({}, {})).toEqual({
    out: "\u001b[1mName\u001b[22m\nx\n",
    err: "\u001b[33mwarning:\u001b[39m w\n",
  });
  const plain = { out: "Name\nx\n", err: "warning: w\n" };
  expect(await shown({ color: false }, {})).toEqual(plain);
  expect(await shown({}, { NO_COLOR: "1" })).toEqual(plain);
  expect(await shown({}, { TERM: "dumb" })).toEqual(plain);
  expect((await shown({}, { NO_COLOR: "" })).out).toContain("\u001b[1m");
});

test("--quiet keeps warnings, --verbose adds details, and both together are rejected", async () => {
  const quiet = terminalWith({ quiet: true });
  await quiet.terminal.note(same("n"));
  await quiet.terminal.warn(same("w"));
  expect(quiet.stderr.seen).toBe("warning: w\n");
  const verbose = terminalWith({ verbose: true });
  await verbose.terminal.detail(same("d"));
  expect(verbose.stderr.seen).toBe("d\n");
  expect(() => terminalWith({ quiet: true, verbose: true })).toThrow(expect.objectContaining({ code: "usage" }));
});

describe("names that could control a terminal or deceive the reader", () => {
  const hostile = ["\u001b[31mred", "\u009b2J", "a\u202egpj", "one\ntwo\rthree\u2028four", "\u0007"];
  const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\p{Bidi_Control}\u2028]/u;

  test.each(["table", "json", "ndjson", "csv", "tsv"] as const)("are escaped in %s on a terminal", async (format) => {
    const { terminal, stdout } = terminalWith({ format, color: false }, true);
    await terminal.list(columns, hostile);
    for (const name of hostile) await terminal.show(columns, name);
    await terminal.close();
    expect(stdout.seen.replaceAll("\t", "")).not.toMatch(raw);
    expect(stdout.seen).toContain(String.raw`\u202e`);
  });

  test.each(["json", "ndjson"] as const)(
    "are the same data for a program that reads %s from a terminal",
    async (format) => {
      const { terminal, stdout } = terminalWith({ format }, true);
      await terminal.list(columns, hostile);
      await terminal.close();
      const text = format === "json" ? stdout.seen : `[${stdout.seen.trimEnd().split("\n").join(",")}]`;
      expect(JSON.parse(text)).toEqual(hostile.map((name) => ({ name })));
    },
  );

  test.each(["csv", "tsv"] as const)("that only deceive stay as they are in %s in a pipe", async (format) => {
    const { terminal, stdout } = terminalWith({ format });
    await terminal.list(columns, hostile);
    await terminal.close();
    expect(stdout.seen).toContain(hostile[2]);
  });
});

test("a failure has three lines, or is a problem object if the output is JSON", async () => {
  const failure = new Failure("usage", { what: text("wrong", "誤り"), where: "--x", hint: text("do y", "y をする") });
  const people = terminalWith({ lang: "ja" });
  await people.terminal.failure(failure);
  expect(people.stderr.seen).toBe("エラー: 誤り\n  --x\n  y をする\n");
  const programs = terminalWith({ format: "json" });
  await programs.terminal.failure(failure);
  expect(JSON.parse(programs.stderr.seen.trimEnd().split("\n").at(-1) ?? "")).toEqual({
    type: "usage",
    title: "Invalid command line or request",
    status: 400,
    detail: "wrong",
    where: "--x",
    hint: "do y",
  });
});

test("a session is interactive only if stdin is a terminal, and never with --no-input", () => {
  expect(terminalWith({}, true).terminal.interactive).toBe(true);
  expect(terminalWith({ input: false }, true).terminal.interactive).toBe(false);
  expect(terminalWith({}, false).terminal.interactive).toBe(false);
});

test("a terminal that reports no columns gets lines without drawing, as ora divides by the width", async () => {
  const stderr = Object.assign(new Screen(true), { columns: 0 });
  const loaded: string[] = [];
  const place = {
    stdin: () => new PassThrough(),
    stdout: new Screen(true),
    stderr,
    environment: {},
    clock: () => 0,
    loadSpinner: async () => {
      loaded.push("spinner");
      return { text: "", start: () => undefined, clear: () => undefined, stop: () => undefined };
    },
  };
  const terminal = new Terminal(place, {});
  for (const id of ["compare", "commit"])
    await terminal.progress.during({ id, name: text("Working", "処理") }, async (step) => step.reach(1));
  await terminal.close();
  expect(loaded).toEqual([]);
  expect(stderr.seen).toBe("");
  expect(terminal.columns).toBe(80);
});

const ITEM = "APSP:0322 `東京's`";
const GUIDE = line("renewals guide", [ITEM]);

test("FORCE_COLOR shows the exact borders of every proposed command for people, and never for programs", async () => {
  const forced = { FORCE_COLOR: "1" };
  const { terminal, stdout, stderr } = terminalWith({ format: "table" }, false, forced);
  terminal.showTenant({ name: "b c", moment: (at) => at, isNamed: true });
  const next = { key: "next", header: same("next"), value: () => `${GUIDE}`, advice: true } as const;
  await terminal.note(step("next", "次に", GUIDE));
  await terminal.warn(text(`old: ${GUIDE}.`, `古い: ${GUIDE}。`));
  await terminal.failure(new Failure("conflict", { what: same("no"), hint: same(`run: ${GUIDE}`) }));
  await terminal.list([next], [0]);
  await terminal.show([next], 0);
  await terminal.close();
  const shown = `\u001B[36m${line("renewals guide", [ITEM], { context: "b c" }).toJSON()}\u001B[39m`;
  expect(stderr.seen.split(shown)).toHaveLength(4);
  expect(stderr.seen).toContain(`old: ${shown} .`);
  expect(stdout.seen.split(shown)).toHaveLength(3);
  const programs = terminalWith({ format: "json" }, false, forced);
  await programs.terminal.show([next], 0);
  await programs.terminal.close();
  expect(JSON.parse(programs.stdout.seen)).toEqual({ next: GUIDE.toJSON() });
  const plain = terminalWith({ color: false }, false, forced);
  await plain.terminal.note(GUIDE);
  expect(plain.stderr.seen).toBe(`${GUIDE.toJSON()}\n`);
});
