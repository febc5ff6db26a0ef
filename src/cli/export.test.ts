import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIXTURES, freshHome, run } from "#support/cli/home.ts";

const fixture = (name: string): string => join(FIXTURES, name);

test.each(["docs/using.en.md", "docs/using.ja.md"])(
  "the pipe in %s works and plans one tenant's users for another tenant",
  async (page) => {
    const home = freshHome();
    await run(["context", "add", "customer-a", "--embedded"], { home });
    await run(["context", "add", "customer-b", "--embedded"], { home });
    const imported = ["users", "import", fixture("people.csv"), "--create-orgs", "--context", "customer-a", "--yes"];
    expect((await run(imported, { home })).code).toBe(0);
    const line =
      /^\$ (.*clomoctl.* \| clomoctl.*)$/m.exec(await readFile(join(FIXTURES, "..", page), "utf8"))?.[1] ?? "";
    const [first = [], second = [], ...more] = line.split(" | ").map((command) => command.split(" ").slice(1));
    expect(more).toEqual([]);
    const exported = await run(first, { home });
    const planned = await run([...second, "--format", "json"], { home, stdin: exported.stdout });
    expect([exported.code, planned.code], planned.stderr).toEqual([0, 0]);
    expect(JSON.parse(planned.text)).toMatchObject({ create: 24, invalid: 0, tenant: "customer-b" });
  },
);
