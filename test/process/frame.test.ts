import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshHome, run, startOnTerminal } from "#support/process/program.ts";

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
  expect(wrong.slice(-6).join("")).toContain("41 件のエラー");
});
