import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run as runHere } from "#support/cli/home.ts";
import { freshHome, run, startOnTerminal, type TerminalProgram } from "#support/process/program.ts";

describe("version and help", () => {
  test("--version shows the package's version", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    const { text, code } = await run(["--version"], { home: await freshHome() });
    expect({ text, code }).toEqual({ text: `clomoctl ${version}\n`, code: 0 });
  });

  test("help writes nothing but the compile cache", async () => {
    const home = await freshHome();
    await run(["--help"], { home });
    expect(await readdir(home)).toEqual(["cache"]);
  });

  test.runIf(process.platform === "linux")("a change ends with an error if no home can be there", async () => {
    const { code, stderr } = await run(["tenant", "set", "--ios", "yes"], { home: "/proc/nowhere" });
    expect(code).toBe(2);
    expect(stderr).toContain("set CLOMOCTL_HOME to another folder");
  });

  test("commands that only read work in a home that cannot be written", async () => {
    const home = await freshHome();
    await chmod(home, 0o500);
    const { code } = await run(["context", "list"], { home });
    expect(code).toBe(0);
  });
});

test("80 columns have room for a list of five people, and for a list with 41 wrong rows", async () => {
  const home = await freshHome();
  const count = async (name: string, people: number, at: string): Promise<readonly string[]> => {
    const rows = Array.from({ length: people }, (_, i) => `新人 ${i},n${i}${at}example.jp`);
    await writeFile(join(home, name), ["氏名,メールアドレス", ...rows].join("\n"));
    const terminal = startOnTerminal(["users", "import", join(home, name), "--lang", "ja"], {
      home,
      size: { columns: 80, rows: 24 },
    });
    if (at === "@") {
      await terminal.shows("適用しますか");
      terminal.type("y\r");
    }
    const { screen } = await terminal.ended;
    return screen.trimEnd().split("\n");
  };
  expect((await count("five.csv", 5, "@")).length).toBeLessThanOrEqual(15);
  const wrong = await count("wrong.csv", 41, "-");
  expect(wrong.length).toBeLessThanOrEqual(30);
  expect(wrong.slice(-6).join("")).toContain("問題が 41 件");
});

describe("questions and signals", () => {
  async function homeWithTenant(): Promise<string> {
    const home = await freshHome();
    await runHere(["context", "add", "kanto", "--embedded"], { home });
    await mkdir(join(home, "tenants", "kanto"), { recursive: true });
    return home;
  }

  const names = async (home: string): Promise<string> =>
    (await runHere(["context", "list", "--fields", "name"], { home })).text;

  test.each([
    ["Ctrl-C", 130, (terminal: TerminalProgram) => terminal.type("\u0003")],
    ["SIGTERM", 143, (terminal: TerminalProgram) => terminal.pty.kill("SIGTERM")],
    ["SIGINT", 130, (terminal: TerminalProgram) => terminal.pty.kill("SIGINT")],
  ])("%s during a question exits with %i and changes nothing", async (_name, code, interrupt) => {
    const home = await homeWithTenant();
    const terminal = startOnTerminal(["context", "remove", "kanto"], { home });
    await terminal.shows("name of the context:");
    interrupt(terminal);
    expect((await terminal.ended).code).toBe(code);
    expect(await names(home)).toBe("name\nlocal\nkanto\n");
  });
});
