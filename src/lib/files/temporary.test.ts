import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { freshFolder, storageIn } from "#support/handover/bundles.ts";
import { createTemporaryFolder } from "./temporary.ts";

vi.mock("node:fs/promises", async (original) => {
  const real = await original<{ readonly rm: typeof rm }>();
  return { ...real, rm: vi.fn<typeof rm>(real.rm) };
});

test("a temporary folder goes even if its removal fails once", async () => {
  const { path, remove } = await createTemporaryFolder(storageIn(freshFolder()), "bundle");
  vi.mocked(rm).mockRejectedValueOnce(Object.assign(new Error("EIO: i/o error, unlink"), { code: "EIO" }));
  await remove();
  expect(existsSync(path)).toBe(false);
});
