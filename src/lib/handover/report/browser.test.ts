import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "#support/handover/bundles.ts";
import { printToPdf, type PrintOptions } from "./browser.ts";
import { listBrowserCandidates } from "./browsers.ts";

const PAGE = "<!DOCTYPE html><title>canary-of-the-page</title>";

/** A folder with a program that stands in for a browser, and how it is found there. */
function fake(script: string, name = "chromium"): PrintOptions & { readonly root: string } {
  const root = freshFolder();
  const folder = join(root, "profile");
  mkdirSync(folder);
  writeFileSync(join(root, name), `#!/bin/sh\ncd '${root}'\n${script}\n`);
  chmodSync(join(root, name), 0o700);
  const { signal } = new AbortController();
  const environment = { PATH: `${root}:/usr/bin:/bin`, CLOMOCTL_SECRET: "canary" };
  return { root, platform: "linux", environment, userFolder: root, folder, signal, timeoutMs: 120_000 };
}

/** A program that answers each question in turn, and keeps what it was asked, given and surrounded by. */
const ANSWERING = `
import { createReadStream, createWriteStream, writeFileSync } from "node:fs";
const answers = [{ targetId: "t" }, { sessionId: "s" }, {}, { frameTree: { frame: { id: "f" } } }, {}];
const into = createWriteStream("", { fd: 4 });
let asked = "";
let id = 0;
createReadStream("", { fd: 3, encoding: "utf8" }).on("data", (words) => {
  asked += words;
  while (asked.split("\\0").length - 1 > id) {
    id += 1;
    into.write(JSON.stringify({ method: "what happened" }) + "\\0");
    const result = answers[id - 1] ?? { data: process.argv[2] };
    into.write(JSON.stringify({ id, result }) + "\\0");
  }
  writeFileSync("asked", asked);
  if (asked.includes("Browser.close")) process.exit();
});
`;

/** A shell script that runs {@link ANSWERING}. @param pdf what it sends in the end */
const answering = (pdf: string): string => `cat > answering.mjs <<'END'\n${ANSWERING}\nEND
exec '${process.execPath}' answering.mjs ${Buffer.from(pdf).toString("base64")}`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("a browser that is controlled through its pipe", () => {
  test("receives the page only through the pipe, and none of clomoctl's variables", async () => {
    const options = fake(`echo "$@" > arguments; env > variables\n${answering("%PDF-1.7")}`);
    expect((await printToPdf(PAGE, options)).toString()).toBe("%PDF-1.7");
    const [given, variables, asked] = ["arguments", "variables", "asked"].map((name) =>
      readFileSync(join(options.root, name), "utf8"),
    );
    expect(given).toContain(`--user-data-dir=${options.folder}`);
    expect(given).toContain("--remote-debugging-pipe");
    expect(`${given}${variables}`).not.toContain("canary");
    expect(asked).toContain(JSON.stringify(PAGE));
  });

  test.each([
    ["ends and says why", "echo one >&2; echo 'no display' >&2; exit 3", /it ended \(exit 3\).*: no display$/],
    ["writes nothing", "exit 0", /it ended \(exit 0\) before the PDF was complete$/],
    ["is killed", "kill -9 $$", /it ended \(SIGKILL\)/],
    ["says what nobody understands", String.raw`printf 'x\0' >&4; sleep 100`, /its response cannot be parsed/],
    ["refuses", String.raw`printf '{"id":1,"error":{"message":"no target"}}\0' >&4; sleep 100`, /no target/],
    [
      "does not say what was asked",
      String.raw`printf '{"id":1,"result":{}}\0' >&4; sleep 100`,
      /createTarget did not return a value/,
    ],
    ["sends what is no PDF", answering("<html>"), /no PDF was returned/],
  ])("is unavailable if it %s", async (_, script, message) => {
    await expect(printToPdf(PAGE, fake(script))).rejects.toMatchObject({
      code: "unavailable",
      where: "chromium",
      message: expect.stringMatching(message) as unknown,
      hint: { en: expect.stringContaining("CHROME_PATH") as unknown },
    });
  });

  const HANGING = "sleep 1000 & echo $! > child; echo $$ > parent; wait";

  /** What has started of a hanging browser. */
  const processesOf = (root: string): readonly number[] =>
    ["child", "parent"].flatMap((name) =>
      existsSync(join(root, name)) ? [Number(readFileSync(join(root, name), "utf8"))] : [],
    );

  test("is killed with all its processes if it does not end in time", async () => {
    const options = { ...fake(HANGING), timeoutMs: 1500 };
    await expect(printToPdf(PAGE, options)).rejects.toThrow(/it did not finish within 1\.5 s/);
    for (const pid of processesOf(options.root)) await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test("is killed with all its processes if a signal comes before it ends", async () => {
    const controller = new AbortController();
    const options = { ...fake(HANGING), signal: controller.signal };
    const printing = printToPdf(PAGE, options).catch((error: unknown) => error);
    await expect.poll(() => existsSync(join(options.root, "parent"))).toBe(true);
    controller.abort(new Error("stop"));
    expect(await printing).toMatchObject({ message: "stop" });
    const all = processesOf(options.root);
    expect(all).toHaveLength(2);
    for (const pid of all) await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

test("reports a missing browser, and does not replace a configured one that does not exist", async () => {
  const options = fake("exit 0", "other");
  const environment = { PATH: options.root };
  await expect(printToPdf(PAGE, { ...options, environment })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("no browser (Chrome, Chromium or Edge) was found for printing") as unknown,
  });
  const there = fake("exit 0");
  const named = { ...there.environment, CHROME_PATH: "/nowhere/chrome" };
  await expect(printToPdf(PAGE, { ...there, environment: named })).rejects.toMatchObject({
    code: "unavailable",
    where: "/nowhere/chrome",
  });
});

test("looks for browsers where installers put them", () => {
  const userFolder = "/Users/hanako";
  const mac = listBrowserCandidates({ platform: "darwin", environment: {}, userFolder });
  expect(mac.names[0]).toBe("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  expect(mac.names).toContain("/Users/hanako/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge");
  const environment = { ProgramFiles: String.raw`C:\Program Files`, LOCALAPPDATA: "relative" };
  expect(listBrowserCandidates({ platform: "win32", environment, userFolder: "C:\\" }).names).toEqual([
    String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Program Files\Chromium\Application\chrome.exe`,
    String.raw`C:\Program Files\Microsoft\Edge\Application\msedge.exe`,
  ]);
  expect(listBrowserCandidates({ platform: "linux", environment: { CHROME_PATH: "" }, userFolder }).names).toContain(
    "chromium",
  );
  expect(listBrowserCandidates({ platform: "linux", environment: { CHROME_PATH: "/x" }, userFolder })).toEqual({
    names: ["/x"],
    isNamed: true,
  });
});
