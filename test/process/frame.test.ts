import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshHome, run, start, startOnTerminal, type OnTerminal } from "#support/process/program.ts";

describe("version and help", () => {
  test("--version names the package's version", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    const { text, code } = await run(["--version"], { home: await freshHome() });
    expect({ text, code }).toEqual({ text: `clomoctl ${version}\n`, code: 0 });
  });

  test.each(["--help-all", "context --help-all", "context add --help"])(
    "%s has an example and exit codes",
    async (line) => {
      const home = await freshHome();
      const english = await run([...line.split(" "), "--lang", "en"], { home });
      const japanese = await run(line.split(" "), { home, env: { LANG: "ja_JP.UTF-8" } });
      expect(english.code).toBe(0);
      expect(english.text).toMatch(/Examples\n {2}clomoctl .+[^]*Exit codes(?:\n {2}0 +done\n|: 0 )/);
      expect(japanese.text).toMatch(/例\n {2}clomoctl .+[^]*終了コード(?:\n {2}0 +完了\n|: 0 )/);
    },
  );

  test("help never writes but the compile cache", async () => {
    const home = await freshHome();
    await run(["--help"], { home });
    expect(await readdir(home)).toEqual(["cache"]);
  });

  test("a home that cannot be written is no hindrance to what only reads", async () => {
    const home = await freshHome();
    await chmod(home, 0o500);
    const { code } = await run(["context", "list"], { home });
    expect(code).toBe(0);
  });
});

describe("context", () => {
  test("add, use, show, list, remove", async () => {
    const home = await freshHome();
    await run(["context", "add", "kanto", "--embedded", "--map", "users=x.yaml"], { home });
    await run(["context", "use", "kanto"], { home });
    const shown = await run(["context", "show", "--format", "json"], { home, cwd: home });
    expect(JSON.parse(shown.text)).toMatchObject({ name: "kanto", used: true, kind: "embedded", language: "ja" });
    const listed = await run(["--format", "ndjson", "context", "list", "--fields", "name"], { home });
    expect(listed.text).toBe('{"name":"embedded"}\n{"name":"kanto"}\n');
    const removed = await run(["context", "remove", "kanto"], { home });
    expect(removed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^kanto was removed\nno context is in use now/),
    });
    expect((await run(["context", "list", "--fields", "name"], { home })).text).toBe("name\nembedded\n");
  });

  test("a name that is taken is exit 3, with a problem object under JSON", async () => {
    const home = await freshHome();
    const { code, stderr, text } = await run(["context", "add", "embedded", "--embedded", "--format", "json"], {
      home,
    });
    expect(code).toBe(3);
    expect(text).toBe("");
    expect(JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      type: "input-rejected",
      status: 422,
    });
  });

  test("on a terminal the result is a table", async () => {
    const { ended } = startOnTerminal(["context", "list"], { home: await freshHome() });
    const { code, screen } = await ended;
    expect(code).toBe(0);
    expect(screen).toContain("embedded");
    expect(screen).not.toContain("\t");
  });
});

describe("questions and signals", () => {
  async function homeWithTenant(): Promise<string> {
    const home = await freshHome();
    await run(["context", "add", "kanto", "--embedded"], { home });
    const { text } = await run(["context", "show", "kanto", "--format", "ndjson"], { home });
    const { address } = JSON.parse(text) as { address: string };
    await mkdir(address, { recursive: true });
    return home;
  }

  const names = async (home: string): Promise<string> =>
    (await run(["context", "list", "--fields", "name"], { home })).text;

  test("removing a tenant asks on a terminal, and a script must pass --confirm-context", async () => {
    const home = await homeWithTenant();
    const script = await run(["context", "remove", "kanto"], { home });
    expect(script.code).toBe(2);
    expect(script.stderr).toContain("pass --confirm-context kanto");
    const terminal = startOnTerminal(["context", "remove", "kanto"], { home });
    await terminal.shows("Type its name");
    terminal.type("kanto\r");
    expect((await terminal.ended).code).toBe(0);
    expect(await names(home)).toBe("name\nembedded\n");
  });

  test.each([
    ["Ctrl-C", 130, (terminal: OnTerminal) => terminal.type("\u0003")],
    ["SIGTERM", 143, (terminal: OnTerminal) => terminal.pty.kill("SIGTERM")],
    ["SIGINT", 130, (terminal: OnTerminal) => terminal.pty.kill("SIGINT")],
  ])("%s in a question ends with %i and changes nothing", async (_name, code, interrupt) => {
    const home = await homeWithTenant();
    const terminal = startOnTerminal(["context", "remove", "kanto"], { home });
    await terminal.shows("Type its name");
    interrupt(terminal);
    expect((await terminal.ended).code).toBe(code);
    expect(await names(home)).toBe("name\nembedded\nkanto\n");
  });
});

describe("mistakes", () => {
  test.each([
    ["contxt list", 2, "did you mean clomoctl context?"],
    ["context lst", 2, "did you mean clomoctl context list?"],
    ["context list --limt 3", 2, "did you mean --limit?"],
    ["context list --format jsn", 2, "did you mean json?"],
    ["context use nowhere", 6, "embedded"],
    ["context add x", 2, "--embedded"],
    ["context add x --embedded --map user=a.yaml", 2, "did you mean users=a.yaml?"],
  ])("%s ends with %i", async (line, code, hint) => {
    const outcome = await run(line.split(" "), { home: await freshHome() });
    expect(outcome.code).toBe(code);
    expect(outcome.text).toBe("");
    expect(outcome.stderr).toContain(hint);
    expect(outcome.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  });

  test.each([
    "users import nowhere.csv",
    "csv check people.csv --as users --map nowhere.yaml",
    "csv inspect nowhere.csv",
  ])("%s names no file: 6", async (line) => {
    const outcome = await run(line.split(" "), { home: await freshHome() });
    expect(outcome).toMatchObject({ code: 6, stderr: expect.stringContaining("nowhere") });
  });

  test("a home that is a file is said plainly", async () => {
    const home = await freshHome();
    await writeFile(join(home, "file"), "");
    const outcome = await run(["users", "list"], { home, env: { CLOMOCTL_HOME: join(home, "file") } });
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining("let CLOMOCTL_HOME name another") });
  });

  test("a reader that goes away is no failure", async () => {
    const { process, ended } = start(["context", "list"], { home: await freshHome() });
    process.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });
});
