import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FolderWriter } from "./folder-writer.ts";
import { freshFolder } from "#support/folder.ts";

test("reports a folder that no longer accepts files with its final name", async () => {
  const root = freshFolder();
  const target = join(root, "bundle");
  const processes = { self: 7, place: "here", startOf: () => undefined, isAlive: () => true };
  const folder = await FolderWriter.create(target, { temporaryFolder: join(root, "tmp"), processes });
  rmSync(folder.path, { recursive: true });
  writeFileSync(folder.path, "");
  await expect(folder.file("resources/users.ndjson")).rejects.toMatchObject({ code: "usage", where: target });
  await folder.abandon();
});
