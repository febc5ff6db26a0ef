import { expect, test } from "vitest";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

async function inUse(home: string): Promise<string> {
  const { stdout } = await run("context show --fields name", { home });
  return stdout;
}

test("commands work on it from now on, by the name it was added under", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  const { en, ja } = await inBoth("context use KANTO", { home });
  expect(en).toMatchObject({ exit: 0, stdout: "", stderr: "commands now work on kanto\n", requests: [] });
  expect(ja).toMatchObject({ exit: 0, stderr: "以後のコマンドは kanto を操作します\n" });
  expect(await inUse(home)).toBe("name\nkanto\n");
  await run("context use local", { home });
  expect(await inUse(home)).toBe("name\nlocal\n");
});

test("--quiet says nothing", async () => {
  expect(await run("context use local --quiet")).toMatchObject({ exit: 0, stdout: "", stderr: "" });
});

test("one that is not there is not found, and the one in use stays", async () => {
  const home = freshFolder();
  const { en, ja } = await inBoth("context use kinki", { home });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toContain('no context is named "kinki"');
  expect(en.stderr).toContain("local");
  expect(ja.stderr).toContain("「kinki」");
  expect(await inUse(home)).toBe("name\nlocal\n");
  expect(await run("context use")).toMatchObject({ exit: 2 });
});
