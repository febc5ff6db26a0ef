import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

/** A home with two contexts besides `local`; `kanto` is in use. */
async function homeOfThree(): Promise<string> {
  const home = freshFolder();
  await run("context add kanto --embedded --timezone UTC", { home });
  await run("context add head --url https://mdm.example.jp", { home });
  await run("context use kanto", { home });
  return home;
}

const marked = async (line: string, circumstances: Parameters<typeof run>[1]): Promise<readonly string[]> => {
  const { stdout } = await run(`${line} --format json`, circumstances);
  const contexts = JSON.parse(stdout) as readonly { readonly name: string; readonly used: boolean }[];
  return contexts.map(({ name, used }) => (used ? `${name}*` : name));
};

test("a new home has one context, which is in use", async () => {
  const home = freshFolder();
  const { exit, stdout, stderr } = await run("context list", { home });
  expect({ exit, stdout, stderr }).toEqual({
    exit: 0,
    stdout: `name\tused\tkind\ttimezone\taddress\nlocal\ttrue\tembedded\tAsia/Tokyo\t${join(home, "tenants", "local")}\n`,
    stderr: "",
  });
});

test("lists contexts in the order in which they were added, and marks the selected context", async () => {
  const home = await homeOfThree();
  expect(await marked("context list", { home })).toEqual(["local", "kanto*", "head"]);
  expect(await marked("context list --context head", { home })).toEqual(["local", "kanto", "head*"]);
  const environment = { CLOMOCTL_CONTEXT: "local" };
  expect(await marked("context list", { home, environment })).toEqual(["local*", "kanto", "head"]);
});

test("an unknown context is not found, in both languages", async () => {
  const { en } = await runInBoth("context list --context kinki");
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toContain('no context is named "kinki"');
});
