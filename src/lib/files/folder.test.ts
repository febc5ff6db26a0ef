import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureFolder } from "./folder.ts";

test("folders are made for their owner only; what cannot be made is told", async () => {
  const root = await mkdtemp(join(tmpdir(), "home-"));
  const folder = join(root, "a", "b");
  await ensureFolder(folder);
  await ensureFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o700);
  await writeFile(join(root, "file"), "");
  await expect(ensureFolder(join(root, "file", "x"))).rejects.toMatchObject({ code: "unexpected" });
  await rm(root, { recursive: true });
});
