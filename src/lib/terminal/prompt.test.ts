import { PassThrough, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { text } from "../text/index.ts";
import { Prompts, type PromptEnvironment } from "./prompt.ts";

const message = text("Go on?", "続けますか?");
const KEYS = { enter: "\r", down: "\u001b[B", interrupt: "\u0003", end: "\u0004" };

/** A person who types `keys` once the question is shown. */
function personTyping(keys: string, more: Partial<PromptEnvironment> = {}) {
  const stdin = new PassThrough();
  const seen = { written: "" };
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (seen.written === "") setImmediate(() => stdin.write(keys));
      seen.written += chunk.toString();
      done();
    },
  });
  const prompts = new Prompts({
    interactive: () => true,
    language: "ja",
    stdin: () => stdin,
    stderr,
    colour: false,
    ...more,
  });
  return { prompts, seen, stdin };
}

test.each([
  [`y${KEYS.enter}`, true],
  [`n${KEYS.enter}`, false],
  [KEYS.enter, false],
])("confirm: %j is %s", async (keys, answer) => {
  const { prompts, seen } = personTyping(keys);
  expect(await prompts.confirm({ message, flag: "--yes" })).toBe(answer);
  expect(stripVTControlCharacters(seen.written)).toContain("続けますか? (y/N)");
  expect(seen.written).not.toMatch(/\[\d+m/);
});

test("the answer is shown in the user's language", async () => {
  const english = personTyping(`y${KEYS.enter}`, { language: "en" });
  await english.prompts.confirm({ message, flag: "--yes" });
  expect(stripVTControlCharacters(english.seen.written)).toMatch(/Go on\? yes/);
  const japanese = personTyping(`y${KEYS.enter}`);
  await japanese.prompts.confirm({ message, flag: "--yes" });
  expect(stripVTControlCharacters(japanese.seen.written)).toMatch(/続けますか\? はい/);
});

test.each(["1234", "1,234", "１２３４"])("the number %s is accepted", async (typed) => {
  const { prompts } = personTyping(typed + KEYS.enter);
  const typing = prompts.typedNumber({ message, flag: "--confirm-deletions", expected: 1234 });
  await expect(typing).resolves.toBeUndefined();
});

test.each(["12", "", "y", "1234x"])("%j instead of the number is rejected", async (typed) => {
  const { prompts } = personTyping(typed + KEYS.enter);
  await expect(prompts.typedNumber({ message, flag: "--confirm-deletions", expected: 1234 })).rejects.toMatchObject({
    code: "input-rejected",
  });
});

test("select returns the value of the chosen line", async () => {
  const { prompts } = personTyping(KEYS.down + KEYS.enter);
  const choices = [
    { value: { id: 1 }, name: text("one", "一") },
    { value: { id: 2 }, name: text("two", "二") },
  ];
  expect(await prompts.select({ message, flag: "--which", choices })).toBe(choices[1]?.value);
});

test("a secret is returned as typed, is not shown, and is asked for again if it is rejected", async () => {
  const { prompts, stdin, seen } = personTyping(`Can${KEYS.enter}`);
  const check = (typed: string) => {
    if (typed.length >= 6) return undefined;
    setImmediate(() => stdin.write(`Ary4242${KEYS.enter}`));
    return text("too short", "短すぎます");
  };
  expect(await prompts.secret({ message, flag: "--password-file FILE", check })).toBe("Ary4242");
  const shown = stripVTControlCharacters(seen.written);
  expect(shown).toContain("短すぎます");
  for (const part of ["Can", "Ary", "42"]) expect(shown).not.toContain(part);
  // the cursor stays after the asterisks, and the number of characters is not left on the screen
  expect(shown).toContain("続けますか? *******");
  expect(shown.trimEnd()).toMatch(/続けますか\?$/);
});

test("input returns the line once it passes the check", async () => {
  const { prompts, stdin, seen } = personTyping(`ab${KEYS.enter}`);
  const check = (typed: string) => {
    if (typed.length >= 3) return undefined;
    setImmediate(() => stdin.write(`c${KEYS.enter}`));
    return text("too short", "短すぎます");
  };
  expect(await prompts.input({ message, flag: "--name", check })).toBe("abc");
  expect(seen.written).toContain("短すぎます");
});

test.each([
  ["Ctrl-C", KEYS.interrupt],
  ["Ctrl-D", KEYS.end],
])("%s interrupts", async (_name, keys) => {
  const { prompts } = personTyping(keys);
  await expect(prompts.confirm({ message, flag: "--yes" })).rejects.toMatchObject({ code: "interrupted" });
});

test("a signal and the end of input interrupt", async () => {
  const stopping = new AbortController();
  const stopped = personTyping("", { signal: stopping.signal }).prompts.confirm({ message, flag: "--yes" });
  stopping.abort();
  await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
  const { prompts, stdin } = personTyping("");
  const ended = prompts.confirm({ message, flag: "--yes" });
  stdin.end();
  await expect(ended).rejects.toMatchObject({ code: "interrupted" });
});

test("hostile data in a question is escaped", async () => {
  const { prompts, seen } = personTyping(KEYS.enter);
  const hostile = "delete \u001b[8m全社\u001b[0m?";
  await prompts.confirm({ message: text(hostile, hostile), flag: "--yes" });
  expect(seen.written).toContain(String.raw`delete \x1b[8m全社\x1b[0m?`);
});

test("without a person to ask, the error names the option once", async () => {
  const { prompts } = personTyping("", { interactive: () => false });
  const flag: unknown = expect.stringContaining("--yes");
  const named = {
    where: undefined,
    hint: { en: flag, ja: flag },
  };
  const question = { message, flag: "--yes" };
  await expect(prompts.confirm(question)).rejects.toMatchObject({ code: "usage", ...named });
  for (const ask of ["input", "secret"] as const)
    await expect(prompts[ask](question)).rejects.toMatchObject({ code: "usage", ...named });
  await expect(prompts.select({ ...question, choices: [] })).rejects.toMatchObject({ code: "usage", ...named });
  await expect(prompts.typedNumber({ ...question, expected: 1 })).rejects.toMatchObject({
    code: "input-rejected",
    ...named,
  });
});

test("an answered question no longer listens to the keyboard", async () => {
  const { prompts, stdin } = personTyping(`y${KEYS.enter}`);
  const listening = () => ["end", "keypress"].map((event) => stdin.listenerCount(event));
  await prompts.confirm({ message, flag: "--yes" });
  const once = listening();
  setImmediate(() => stdin.write(`y${KEYS.enter}`));
  await prompts.confirm({ message, flag: "--yes" });
  expect(listening()).toEqual(once);
});
