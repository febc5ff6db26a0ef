import { join } from "node:path";
import { expect, test } from "vitest";
import { FIXTURES, freshHome, run } from "#support/cli/home.ts";

const IMPORT = `users import ${join(FIXTURES, "people.csv")} --create-orgs --yes`.split(" ");
const USERS = ["users", "list", "--format", "tsv", "--fields", "name"];

const USERS_HEADER = "name\n";

/** Runs what must succeed; tells its output. */
async function did(words: readonly string[], home: string, env: Record<string, string> = {}): Promise<string> {
  const { code, text, stderr } = await run(words, { home, env });
  expect({ words, code, stderr }).toMatchObject({ code: 0 });
  return text;
}

test("old cron jobs still read after a second context is added, and writing ones name the option to add", async () => {
  const home = freshHome();
  await did(IMPORT, home);
  await did("context add osaka --embedded".split(" "), home);
  // what only looks goes on as before, where it was
  expect((await did(USERS, home)).split("\n")).toHaveLength(26);
  expect(await run(["renewals", "check"], { home })).toMatchObject({ code: 3 });
  const { code, stderr } = await run(IMPORT, { home });
  expect(code).toBe(2);
  const [said = "", hint = ""] = stderr.split("\n");
  expect(said).toBe(
    "error: there are several contexts (local, osaka): without a terminal, a command that changes something must name one",
  );
  // what it says is what helps, word by word
  const option = /--context (\S+) or/.exec(hint)?.[1] ?? "";
  const variable = /CLOMOCTL_CONTEXT=(\S+)$/.exec(hint)?.[1] ?? "";
  expect([option, variable]).toEqual(["local", "local"]);
  await did([...IMPORT, "--context", option], home);
  await did(IMPORT, home, { CLOMOCTL_CONTEXT: variable });
  expect(await did([...USERS, "--context", "osaka"], home)).toBe(USERS_HEADER);
});

test("a cron job that names its context is not affected by another context that is added and used", async () => {
  const home = freshHome();
  await did("context add kanto --embedded".split(" "), home);
  await did(IMPORT, home);
  await did("context add osaka --embedded --use".split(" "), home);
  const named = { CLOMOCTL_CONTEXT: "kanto" };
  expect((await did(USERS, home, named)).split("\n")).toHaveLength(26);
  await did(IMPORT, home, named);
  const refused = await run(IMPORT, { home });
  expect(refused).toMatchObject({ code: 2, text: "" });
  expect(await did([...USERS, "--context", "osaka"], home)).toBe(USERS_HEADER);
  await did("context remove osaka".split(" "), home);
  // none is in use now: nothing goes elsewhere unawares, and what to type is said
  const { code, stderr } = await run(IMPORT, { home });
  expect(code).toBe(2);
  expect(stderr).toContain("no context is in use; existing contexts: kanto\n");
  expect(stderr).toContain("clomoctl context use NAME");
  await did("context use kanto".split(" "), home);
  await did(IMPORT, home);
});
