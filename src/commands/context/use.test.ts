import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

async function inUse(home: string): Promise<string> {
  const { stdout } = await run("context list --format json", { home });
  const contexts = JSON.parse(stdout) as readonly { readonly name: string; readonly used: boolean }[];
  return contexts.flatMap(({ name, used }) => (used ? [name] : [])).join();
}

test("later commands use the context, under the name with which it was added", async () => {
  const home = freshFolder();
  await run("context add kanto --embedded", { home });
  const { en } = await runInBoth("context use KANTO", { home });
  expect(en).toMatchObject({ exit: 0, stdout: "", stderr: "commands now use the context kanto\n", requests: [] });
  expect(await inUse(home)).toBe("kanto");
  await run("context use local", { home });
  expect(await inUse(home)).toBe("local");
});

test("an unknown context is not found, and the context in use stays", async () => {
  const home = freshFolder();
  const { en } = await runInBoth("context use kinki", { home });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toContain('no context is named "kinki"');
  expect(en.stderr).toContain("local");
  expect(await inUse(home)).toBe("local");
  expect(await run("context use")).toMatchObject({ exit: 2 });
});
