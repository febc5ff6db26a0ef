import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder } from "#support/folder.ts";

/** The files below a folder with what others than their owner may do with them; Windows knows nothing of the kind. */
const openToOthers = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0)
    .map(({ name }) => name);

const USERS = [
  ["氏名", "メールアドレス"],
  ["山田 花子", "hanako@east.example"],
] as const;

const isPosix = process.platform !== "win32";

test.runIf(isPosix)("a tenant's files are accessible only to their owner, whatever the umask", async () => {
  const before = process.umask(0o022);
  try {
    await using tenant = new TestTenant();
    const plan = await tenant.plan({ kind: "users", mode: "append" }, USERS);
    expect(readdirSync(tenant.folder, { recursive: true })).toEqual(
      expect.arrayContaining(["tenant.db", "tenant.db-wal", "tenant.db-shm", join("imports", `${plan.id}.db`)]),
    );
    expect(openToOthers(tenant.folder)).toEqual([]);
  } finally {
    process.umask(before);
  }
});

test.runIf(isPosix)("files that were copied with other permissions become private, including plans", async () => {
  const folder = freshFolder();
  await new TestTenant(folder).close();
  const staging = join(folder, "imports", "a.db");
  mkdirSync(join(folder, "imports"), { recursive: true });
  writeFileSync(staging, "");
  for (const path of [staging, join(folder, "tenant.db")]) chmodSync(path, 0o644);

  await using tenant = new TestTenant(folder);

  expect(await tenant.users()).toEqual([]);
  expect(openToOthers(folder)).toEqual([]);
});
