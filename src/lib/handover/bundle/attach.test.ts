import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createBundle, freshFolder, storageIn } from "#support/handover/bundles.ts";
import { Attachments } from "./attach.ts";

/** A folder with files of these contents. */
function withFiles(contents: Readonly<Record<string, string>>): string {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const failureOf = async (words: readonly string[], folder: string): Promise<unknown> => {
  const opened = await Attachments.open(words, folder).catch((error: unknown) => error);
  if (opened instanceof Attachments) await opened[Symbol.asyncDispose]();
  return opened;
};

test("writes files unchanged in path order, with size and hash, whatever their times are", async () => {
  const folder = withFiles({ "b.txt": "bb", "アプリ一覧.txt": "apps", "x/b.txt": "other" });
  utimesSync(join(folder, "b.txt"), new Date(0), new Date(0));
  await using attachments = await Attachments.open(
    ["console.tags=b.txt", "apps=アプリ一覧.txt", "apps=x/b.txt"],
    folder,
  );
  await using writer = await createBundle(join(folder, "out"), storageIn(folder));
  const hashOf = (content: string): string => createHash("sha256").update(content).digest("hex");
  expect(await attachments.writeTo(writer)).toEqual([
    { path: "attached/apps/b.txt", bytes: 5, sha256: hashOf("other") },
    { path: "attached/apps/アプリ一覧.txt", bytes: 4, sha256: hashOf("apps") },
    { path: "attached/tags/b.txt", bytes: 2, sha256: hashOf("bb") },
  ]);
});

describe("before anything is written", () => {
  test.each([["apps"], ["apps="], ["=a.txt"], ["bogus=a.txt"], ["a.txt"], ["console=a.txt"]])(
    "%s is a usage error that lists the names",
    async (word) => {
      expect(await failureOf([word], withFiles({ "a.txt": "" }))).toMatchObject({
        code: "usage",
        where: `--attach ${word}`,
        message: expect.stringContaining("secured-administrators") as unknown,
      });
    },
  );

  test.each([
    ["apps=none.txt", "not-found"],
    ["apps=x", "usage"],
    ["apps=link.txt", "usage"],
    ["apps=.hidden", "input-rejected"],
    ["apps=con.txt", "input-rejected"],
    ["apps=a\u202eb.txt", "input-rejected"],
    [`apps=${"n".repeat(200)}`, "input-rejected"],
  ])("%s is refused (%s)", async (word, code) => {
    const folder = withFiles({
      "x/a.txt": "",
      ".hidden": "",
      "con.txt": "",
      "a\u202eb.txt": "",
      ["n".repeat(200)]: "",
    });
    symlinkSync(join(folder, "x", "a.txt"), join(folder, "link.txt"));
    expect(await failureOf([word], folder)).toMatchObject({ code });
  });

  test("refuses names under one topic that some systems consider the same", async () => {
    const folder = withFiles({ "a.txt": "", "x/A.TXT": "" });
    expect(await failureOf(["apps=a.txt", "tags=x/A.TXT"], folder)).toBeInstanceOf(Attachments);
    expect(await failureOf(["apps=a.txt", "apps=x/A.TXT"], folder)).toMatchObject({
      code: "input-rejected",
      where: "x/A.TXT",
      message: expect.stringContaining("a.txt") as unknown,
    });
  });

  test("refuses more than 64 MiB by file size alone, and more than 100 files", async () => {
    const folder = withFiles({ "a.bin": "", "b.bin": "" });
    truncateSync(join(folder, "a.bin"), 64 * 1024 * 1024);
    expect(await failureOf(["apps=a.bin"], folder)).toBeInstanceOf(Attachments);
    writeFileSync(join(folder, "b.bin"), "1");
    expect(await failureOf(["apps=a.bin", "tags=b.bin"], folder)).toMatchObject({
      code: "input-rejected",
      where: "b.bin",
      message: expect.stringContaining("64 MiB") as unknown,
    });
    const many = Array.from({ length: 101 }, () => "apps=b.bin");
    expect(await failureOf(many, folder)).toMatchObject({ code: "input-rejected", where: "--attach" });
  });
});

test("reports a file that becomes shorter in the meantime", async () => {
  const folder = withFiles({ "a.bin": "x".repeat(100) });
  await using attachments = await Attachments.open(["apps=a.bin"], folder);
  truncateSync(join(folder, "a.bin"), 10);
  await using writer = await createBundle(join(folder, "out"), storageIn(folder));
  await expect(attachments.writeTo(writer)).rejects.toMatchObject({ code: "input-rejected", where: "a.bin" });
});
