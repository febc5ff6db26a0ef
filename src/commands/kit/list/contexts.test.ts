import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run, splitWords } from "#support/cli/home.ts";

/** A home with a user and a device in each of three tenants, which were recorded in this order. */
async function openFleet() {
  const home = freshHome();
  const at = async (words: string) => {
    const { code, text, stderr } = await run(splitWords(words), { home });
    return { code, text, stderr };
  };
  for (const name of ["kanto-a", "kanto-b", "osaka"]) {
    await at(`context add ${name} --embedded`);
    await at(`users create --name ${name}さん --email u@${name}.example.jp --context ${name}`);
    await at(`devices create S-${name} --platform iOS --context ${name}`);
  }
  return { home, at };
}

test("lists take a pattern or all contexts, and show the context first", async () => {
  const { at } = await openFleet();
  const names = ["kanto-a", "kanto-b", "osaka"];
  for (const [which, shown] of [
    ["--all-contexts", names],
    ["--context 'KANTO-*'", names.slice(0, 2)],
    ["--context 'osaka, kanto-b'", names.slice(1)],
  ] as const) {
    const { code, text } = await at(`users list ${which} --format json --fields context,name`);
    expect([code, JSON.parse(text)]).toEqual([0, shown.map((context) => ({ context, name: `${context}さん` }))]);
  }
  const limited = await at("users list --all-contexts --limit 2");
  expect(limited.text.split("\n").map((row) => row.split("\t").slice(0, 2))).toEqual([
    ["context", "name"],
    ["kanto-a", "kanto-aさん"],
    ["kanto-b", "kanto-bさん"],
    [""],
  ]);
});

test.each([
  ["devices list", ["kanto-a", "kanto-b", "osaka"]],
  ["audit list --action create", ["kanto-a", "kanto-a", "kanto-b", "kanto-b", "osaka", "osaka"]],
  ["imports list", []],
  ["console list", []],
  ["renewals list", []],
])("%s is about several tenants, too", async (words, contexts) => {
  const { at } = await openFleet();
  const { code, text } = await at(`${words} --context '*a' --format json`);
  const of = contexts.filter((name) => name.endsWith("a"));
  const listed = JSON.parse(text) as readonly { readonly context: string }[];
  expect([code, listed.map(({ context }) => context)]).toEqual([0, of]);
});

test("one tenant that fails is named, and does not hide the others", async () => {
  const { home, at } = await openFleet();
  writeFileSync(join(home, "tenants", "kanto-b", "tenant.db"), "no database");
  const { code, text, stderr } = await at("users list --all-contexts --fields context,name");
  expect([code, text]).toEqual([8, "context\tname\nkanto-a\tkanto-aさん\nosaka\tosakaさん\n"]);
  expect(stderr).toContain("error: kanto-b: ");
  expect((await at("users list --context 'kanto-b,kanto-b'")).code).not.toBe(0);
});

test("a pattern that matches nothing is not found, and a write takes one tenant", async () => {
  const { at } = await openFleet();
  expect(await at("users list --context 'kan*,no*'")).toMatchObject({
    code: 6,
    stderr: expect.stringContaining("no context matches no*"),
  });
  expect(await at("users create --name x --email x@x.jp --context 'kanto-*'")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("this command works on one tenant"),
  });
  await at("context add far --url https://far.example.jp");
  expect(await at("users list --context 'far,kanto-*' --token-file token")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: --token-file is for one tenant: /),
  });
  expect((await at("status --context 'kanto-*'")).text).toContain("2 tenants");
  expect((await at("audit verify --context 'kanto-*'")).text).toMatch(/^context\trecords\t.*\nkanto-a\t.*\nkanto-b\t/);
});
